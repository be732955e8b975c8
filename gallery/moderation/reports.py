"""Reported photos in the admin: who says what, and the decision about each."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Min
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from gallery.core.admin import UnchangeableAdmin
from gallery.moderation.decisions import MAX_REASON_LENGTH
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.presentation.tiles import tiles_of
from gallery.reports import actions
from gallery.reports.models import Report
from thumbworker.contract.text import clean_text

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from gallery.accounts.models import User

PHOTOS_PER_PAGE = 30
MAX_REPORTS = 300
DISMISS, REJECT, LOOK = "dismiss", "reject", "look"


@admin.register(Report)
class ReportAdmin(UnchangeableAdmin):
    """Photos with open reports, the longest waiting first: dismiss the reports, or reject the photo."""

    actions = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Allow moderators."""
        return request.user.has_perm("photos.moderate_photo")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Allow moderators."""
        return request.user.has_perm("photos.moderate_photo")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Dismissed reports stay, so that the same person can't repeat them."""
        return False

    def changelist_view(
        self,
        request: HttpRequest,
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002 - Django's signature
    ) -> HttpResponse:
        """Show the reported photos, or decide about one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._decide(request)
        return self._page(request, _entries(cast("User", request.user)))

    def _page(self, request: HttpRequest, entries: list[dict[str, Any]]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Reported photos"),
            "entries": entries,
            "last": Report.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        }
        return TemplateResponse(request, "admin/reports.html", context)

    def _decide(self, request: HttpRequest) -> HttpResponse:
        try:
            photo_id, last = UUID(request.POST.get("photo", "")), int(request.POST.get("last", ""))
        except ValueError:
            raise Http404 from None
        actor, decision = cast("User", request.user), request.POST.get("decision", "")
        reason = clean_text(request.POST.get("reason", ""))[:MAX_REASON_LENGTH]
        if decision == LOOK:
            return self._look(request, photo_id)
        if decision == DISMISS:
            outcome = actions.dismiss(photo_id, actor=actor, seen_until=last)
        elif decision != REJECT:
            raise Http404
        elif not reason:
            messages.warning(request, _("Enter a reason. The owner sees it."))
            return redirect(request.get_full_path())
        else:
            outcome = actions.reject(photo_id, actor=actor, reason=reason)
        level = messages.SUCCESS if outcome.is_done else messages.WARNING
        messages.add_message(request, level, outcome.sentence)
        return redirect(request.get_full_path())

    def _look(self, request: HttpRequest, photo_id: UUID) -> HttpResponse:
        """Show one reported photo, which may be private, and nothing else of its album or owner."""
        photo = actions.look_at(photo_id, actor=cast("User", request.user))
        if photo is None:
            messages.warning(request, Outcome.CONFLICT.sentence)
            return redirect(request.get_full_path())
        tile = tiles_of([photo], request.user)[0][0]
        reports = Report.objects.open().filter(photo=photo).order_by("at")[:MAX_REPORTS]
        return self._page(request, [{"photo": photo, "tile": tile, "reports": reports, "is_looked_at": True}])


def _entries(viewer: User) -> list[dict[str, Any]]:
    """Return the reported photos with their reports, and with their tiles if they are public."""
    waiting = Report.objects.open().values("photo").annotate(since=Min("at")).order_by("since")
    ids = [row["photo"] for row in waiting[:PHOTOS_PER_PAGE]]
    photos = {photo.pk: photo for photo in Photo.objects.filter(pk__in=ids).with_owner().with_tags()}
    found = [photos[photo_id] for photo_id in ids if photo_id in photos]
    public = [
        photo for photo in found if photo.state == State.APPROVED and photo.visibility == Visibility.PUBLIC
    ]
    reports = Report.objects.open().filter(photo__in=ids).order_by("photo_id", "at")[:MAX_REPORTS]
    by_photo = {key: list(group) for key, group in groupby(reports, attrgetter("photo_id"))}
    tiles = {tile.photo_id: tile for tile in tiles_of(public, viewer)[0]}
    return [
        {"photo": photo, "tile": tiles.get(photo.pk), "reports": by_photo.get(photo.pk, [])}
        for photo in found
    ]
