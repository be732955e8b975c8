"""Titles and descriptions of albums that wait for review, and the decision about each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gallery.accounts.moderators import MODERATE, may_decide
from gallery.albums import review
from gallery.albums.models import Album
from gallery.moderation import decisions
from gallery.moderation.uploaders import uploaders_of
from gallery.moderation.words_pages import PER_PAGE, decide_about_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpRequest, HttpResponse

    from gallery.accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
def album_words(request: HttpRequest) -> HttpResponse:
    """Show the words that wait, the longest waiting first, or those of one album; decide about one."""
    if not request.user.has_perm(MODERATE):
        raise PermissionDenied
    if request.method == "POST":
        return _decide(request)
    waiting = Album.objects.with_words_waiting()
    if asked := request.GET.get("album", ""):
        found = [get_object_or_404(_albums(), pk=_uuid(asked))]
    else:
        found = list(waiting.select_related("owner").prefetch_related("words_decisions__actor")[:PER_PAGE])
    context = {
        **admin.site.each_context(request),
        "title": _("Album titles"),
        "count": waiting.count(),
        "entries": _entries(found, cast("User", request.user)),
        "is_one": bool(asked),
        "reasons": decisions.REASONS_FOR_WORDS,
    }
    return TemplateResponse(request, "admin/album_words.html", context)


def _albums() -> Any:
    reviewable = Album.objects.reviewable().select_related("owner")
    return reviewable.prefetch_related("words_decisions__actor")


def _uuid(untrusted: str) -> UUID:
    try:
        return UUID(untrusted)
    except ValueError:
        raise Http404 from None


def _entries(albums: Sequence[Album], viewer: User) -> list[dict[str, Any]]:
    uploaders = uploaders_of(albums)
    leaves_own = any(album.owner_id == viewer.pk for album in albums) and not may_decide(viewer, viewer.pk)
    return [
        {
            "album": album,
            "uploader": uploaders[album.owner_id],
            "is_own": leaves_own and album.owner_id == viewer.pk,
        }
        for album in albums
    ]


def _decide(request: HttpRequest) -> HttpResponse:
    album = get_object_or_404(_albums(), pk=_uuid(request.POST.get("album", "")))
    actor, mark = cast("User", request.user), request.POST.get("words_mark", "")
    return decide_about_words(
        request,
        approve=lambda: review.approve(album.pk, actor=actor, words_mark=mark),
        reject=lambda reason: review.reject(album.pk, actor=actor, words_mark=mark, reason=reason),
    )
