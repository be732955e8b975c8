"""API tokens in the admin: listed and revoked. Only their owners create them and see the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gallery.accounts import audit
from gallery.accounts.models import AccountEvent
from gallery.api.models import ApiToken
from gallery.core.admin import UnchangeableAdmin

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from gallery.accounts.models import User


@admin.register(ApiToken)
class ApiTokenAdmin(UnchangeableAdmin):
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
    actions = ("revoke",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Return false: tokens are revoked, and stay in the list of their person."""
        return False

    @admin.action(description=_("Revoke selected tokens"), permissions=["view"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        """Revoke tokens immediately, and record it in the audit trail of their people."""
        owners = {token.user for token in queryset.filter(revoked_at=None).select_related("user")}
        count = queryset.filter(revoked_at=None).update(revoked_at=timezone.now())
        for owner in sorted(owners, key=lambda user: user.pk):
            audit.record(request, owner, AccountEvent.Kind.TOKENS_ENDED, actor=cast("User", request.user))
        text = ngettext("%(count)d token revoked.", "%(count)d tokens revoked.", count)
        self.message_user(request, text % {"count": count})
