"""Take a photo down in the admin: a page that asks for a reason, and the list of what was taken down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.core.admin import UnchangeableAdmin
from gallery.moderation.decisions import MAX_REASON_LENGTH
from gallery.photos import actions
from gallery.photos.models import Photo, TakenDown
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from gallery.accounts.models import User

TAKE_DOWN = "photos.take_down"


@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Ask why, then take the photo down. It may be private, so the page shows neither picture nor words."""
    if not request.user.has_perm(TAKE_DOWN):
        raise PermissionDenied
    photo = get_object_or_404(Photo.objects.with_owner(), pk=photo_id)
    reason = clean_text(request.POST.get("reason", ""))[:MAX_REASON_LENGTH]
    if request.method == "POST" and reason:
        outcome = actions.take_down(photo.pk, actor=cast("User", request.user), reason=reason)
        level = messages.SUCCESS if outcome is actions.Outcome.DONE else messages.WARNING
        sentence = _("Taken down.") if outcome is actions.Outcome.DONE else outcome.sentence
        messages.add_message(request, level, sentence)
        return redirect("admin:index")
    context = {
        **admin.site.each_context(request),
        "title": _("Take down a photo"),
        "photo": photo,
        "asked_again": request.method == "POST",
    }
    return TemplateResponse(request, "admin/take_down.html", context)


@admin.register(TakenDown)
class TakenDownAdmin(UnchangeableAdmin):
    """Takedowns, with their moderator and reason, newest first; read-only."""

    actions = None
    list_display = ("photo_id", "at", "by", "reason", "finished_at")
    list_select_related = ("by",)
    ordering: ClassVar[tuple[str, ...]] = ("-at",)
    sortable_by = ()

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow those who may take photos down."""
        return request.user.has_perm(TAKE_DOWN)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Allow those who may take photos down."""
        return request.user.has_perm(TAKE_DOWN)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Keep the rows: they recognize the picture when it is uploaded again."""
        return False
