"""API tokens in the admin: listed and revoked. Only their owners create them and see the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gallery.api.models import ApiToken

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Lists and revokes tokens."""

    list_display = (
        "name",
        "user",
        "beginning",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    list_filter = ("revoked_at", "expires_at")
    search_fields = ("name", "user__username", "beginning")
    list_select_related = ("user",)
    show_full_result_count = False
    actions = ("revoke",)

    @admin.action(description=_("Revoke selected tokens"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke tokens immediately."""
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        text = ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count)
        self.message_user(request, text % {"count": count})

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Return false: only owners create tokens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return false: a token can only be revoked."""
        return False
