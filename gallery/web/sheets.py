"""Pages of many photos: the public sheet, a person's own photos, the trash."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.albums.order import page_in_album
from gallery.batches.trash import contents_of
from gallery.inbox.take import refusals_of
from gallery.photos import actions, timeline
from gallery.photos.models import Photo
from gallery.photos.months import months_of
from gallery.photos.paging import decode_cursor, page_of
from gallery.photos.states import State, Visibility
from gallery.presentation.covers import covered
from gallery.presentation.decisions import failed_and_decided
from gallery.presentation.tiles import tiles_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpResponse

    from gallery.accounts.typing import Request, SignedInRequest
    from gallery.photos.paging import Page
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.presentation.tiles import Tile
    from gallery.sharing.models import Grant

SHARED_CACHE_SECONDS = 60
MOST_ALBUMS = 60
NO_ONE = 0
"""An id that no account has."""
MOST_CLEARED = 200
EAGER_TILES = 6
"""The first row of a wide window and the first screen of a phone: loaded at once, not when scrolled to."""


def list_context(
    request: Request, photos: PhotoQuerySet, *, title: str, move_on: bool = False
) -> dict[str, Any]:
    """Return what a page of many photos needs."""
    page = page_of(photos.with_owner(), request.GET.get("cursor", ""))
    return page_context(request, page, title=title, move_on=move_on)


def page_context(
    request: Request,
    page: Page,
    *,
    title: str,
    move_on: bool = False,
    grant: Grant | None = None,
    **parameters: str,
) -> dict[str, Any]:
    """Return what a page of many photos needs of those that it shows; its next has these parameters."""
    tiles, reading = tiles_of(page.photos, request.user, move_on=move_on, grant=grant)
    following = urlencode(parameters | {"cursor": page.next_cursor})
    next_url = f"{request.path}?{following}" if page.next_cursor else ""
    return {
        "page_title": title,
        "tiles": tiles,
        "eager_tiles": 0 if request.htmx else EAGER_TILES,
        "next_url": next_url,
        "previous_url": "",
        "pictures_unavailable": not reading.complete,
    }


def timeline_context(
    request: Request, photos: PhotoQuerySet, *, title: str, owner: User | None = None, **parameters: str
) -> dict[str, Any]:
    """Return what a timeline needs: its page from the cursor or the month of the address, and all months.

    The months are those of the ``owner``; without one there are none. The next page has these parameters.
    """
    cursor = request.GET.get("cursor", "")
    month = timeline.month_named(request.GET.get("month", ""))
    page = timeline.page_on_timeline(photos.with_owner(), cursor, until=month.following if month else None)
    context = page_context(request, page, title=title, move_on=owner is not None, grant=None, **parameters)
    position = decode_cursor(cursor)
    begun = timeline.headings(page.photos, position[0] if position else None)
    context["tiles"] = [replace(tile, month=begun.get(tile.photo_id)) for tile in context["tiles"]]
    if request.htmx:
        return context
    months = months_of(owner) if owner else []
    newer = [one for one in months if month and one.first_day > month.first_day]
    return context | {
        "months": months,
        "years": [(year, list(of_year)) for year, of_year in groupby(months, lambda one: one.first_day.year)],
        "month": month,
        "newer_month": newer[-1] if newer else None,
        "is_later_page": bool(position or month),
    }


def seen_in(album: Album, viewer: User | AnonymousUser) -> PhotoQuerySet:
    """Return the photos of which an album shows its own: all to its owner, the public ones to others."""
    return Photo.objects.not_trashed() if album.owner_id == viewer.pk else Photo.objects.public()


def album_context(request: Request, album: Album, *, title: str, **parameters: str) -> dict[str, Any]:
    """Return what a page of an album's photos needs; its next page has these parameters."""
    seen = seen_in(album, request.user).with_owner()
    page = page_in_album(seen, album, request.GET.get("cursor", ""))
    move_on = album.owner_id == request.user.pk
    return page_context(request, page, title=title, move_on=move_on, grant=None, **parameters)


def render_list(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render the page, or only its next tiles where htmx asks for them."""
    # The response to htmx is only the next tiles; the back button must never restore it as a page.
    wanted = "photos/_tiles.html" if request.htmx and not request.htmx.history_restore_request else template
    response = render(request, wanted, context)
    patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
    return response


def _waits_for_review(tile: Tile) -> bool:
    return tile.state == State.PENDING and tile.visibility == Visibility.PUBLIC


@require_safe
def sheet(request: Request) -> HttpResponse:
    """Show the public photos: the newest, or by time of capture."""
    photos, title = Photo.objects.public(), _("Explore")
    by_time = request.GET.get("order") == "timeline"
    if by_time:
        context = timeline_context(request, photos, title=title, order="timeline")
    else:
        context = list_context(request, photos, title=title)
    response = render_list(request, "photos/sheet.html", context | {"by_time": by_time})
    # A cookie may carry a message for this visitor, which the page shows and the response then deletes.
    is_anonymous = not (request.user.is_authenticated or request.COOKIES or response.cookies)
    if not (is_anonymous and settings.ORIGIN_SECRET):
        return response
    # For CloudFront, which tells browsers not to store the page (PageHeaders in infra/site.yaml).
    # Signed picture addresses live for one window at least; a minute of shared caching is safe.
    # "Vary: Cookie" comes from Django's session middleware, because ``request.user`` read the session.
    patch_cache_control(response, public=True, max_age=0, s_maxage=SHARED_CACHE_SECONDS)
    return response


@require_safe
def person(request: Request, username: str) -> HttpResponse:
    """Show a person's public photos and albums; one who has none is not found, like no one."""
    found = User.objects.filter(username=username).first()
    # The same queries for a name that no one has, so that the time does not tell either.
    photos = Photo.objects.public().filter(owner_id=found.pk if found else NO_ONE)
    context = list_context(request, photos, title=username)
    # A cursor past the last photo shows an empty page, but only of someone who has a public photo.
    shows_photos = bool(context["tiles"]) or photos.exists()
    if found is None or not shows_photos:
        raise Http404
    albums: list[Album] = []
    if not request.htmx:
        shown = Album.objects.showing_photos().owned_by(found).with_counts(Photo.objects.public())
        albums = list(shown.newest_first()[:MOST_ALBUMS])
    context |= {"albums": covered(albums, request.user), "page_title": found.shown_name, "username": username}
    return render_list(request, "photos/person.html", context)


@login_required
@require_safe
def my_photos(request: SignedInRequest) -> HttpResponse:
    """Show the person's photos, settling those that the worker has finished."""
    photos = Photo.objects.timeline_of(request.user).exclude(state=State.FAILED)
    context = timeline_context(request, photos, title=_("My photos"), owner=request.user)
    # What is new stands at the beginning of the list, so a jump to a month costs no query for it.
    if not (request.htmx or context["is_later_page"]):
        names = ("failed_count", "inbox_count", "decisions")
        context |= dict(zip(names, failed_and_decided(request.user), strict=True))
    context["selection"] = {"kind": "library", "all": ""}
    context["any_pending"] = any(_waits_for_review(tile) for tile in context["tiles"])
    return render_list(request, "photos/mine.html", context)


@login_required
@require_POST
def see_decisions(request: SignedInRequest) -> HttpResponse:
    """Stop telling of the decisions that the page told of."""
    try:
        until = datetime.fromisoformat(request.POST.get("until", ""))
    except ValueError:
        raise Http404 from None
    if until.tzinfo is None:
        raise Http404
    # A later instant would hide decisions that are still to come.
    actions.see_decisions(request.user, until=min(until, timezone.now()))
    return redirect("my-photos")


@login_required
@require_safe
def failed_photos(request: SignedInRequest) -> HttpResponse:
    """Show the person's files that could not be read or never arrived, each with its reason."""
    photos = Photo.objects.owned_by(request.user).failed()
    context = list_context(request, photos, title=_("Files that failed"))
    context["refusals"] = refusals_of(request.user)
    return render_list(request, "photos/failed.html", context)


@login_required
@require_POST
def clear_failed_photos(request: SignedInRequest) -> HttpResponse:
    """Move the person's failed files to the trash."""
    failed = list(Photo.objects.owned_by(request.user).failed().values_list("pk", flat=True)[:MOST_CLEARED])
    cleared = sum(actions.trash(photo_id, actor=request.user).is_done for photo_id in failed)
    sentence = ngettext("%(count)s file moved to trash.", "%(count)s files moved to trash.", cleared)
    messages.success(request, sentence % {"count": cleared})
    return redirect("my-photos")


@login_required
@require_safe
def favorites(request: SignedInRequest) -> HttpResponse:
    """Show the person's favorites."""
    photos = Photo.objects.favorites_of(request.user).not_trashed()
    context = timeline_context(request, photos, title=_("Favorites"))
    context["selection"] = {"kind": "favorites", "all": "favorites"}
    return render_list(request, "photos/favorites.html", context)


@login_required
@require_safe
def archive(request: SignedInRequest) -> HttpResponse:
    """Show the person's photos that are left out of the timeline."""
    photos = Photo.objects.archive_of(request.user)
    context = timeline_context(request, photos, title=_("Archive"))
    context["selection"] = {"kind": "archive", "all": "archive"}
    return render_list(request, "photos/archive.html", context)


@login_required
@require_safe
def trash(request: SignedInRequest) -> HttpResponse:
    """Show the person's photos in the trash."""
    photos = Photo.objects.owned_by(request.user).trashed()
    context = list_context(request, photos, title=_("Trash"))
    if not request.htmx:
        context |= {"contents": contents_of(request.user), "now": timezone.now()}
    context["selection"] = {"kind": "trash", "all": "trash"}
    return render_list(request, "photos/trash.html", context)
