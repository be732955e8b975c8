"""Download many photos: as one zip that the browser makes, or one by one.

A script asks for pages of signed addresses, fetches the originals from S3 and packs them: no byte passes
through the gallery. Decision 0146.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Sum
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from gallery.albums.models import Album
from gallery.albums.order import page_in_album
from gallery.core import reasons
from gallery.downloads import documents, listing
from gallery.photos.actions import NotDownloaded
from gallery.photos.models import Photo
from gallery.photos.paging import Page, page_of
from gallery.web.batches import chosen_ids
from gallery.web.errors import own_path, refusal, refuse
from gallery.web.limits import DOWNLOADS, too_fast

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

    from gallery.accounts.typing import Request, SignedInRequest
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.sharing.models import Grant


def _album_named(request: SignedInRequest) -> Album | None:
    """Return the own album that the address names, if it names one."""
    if "album" not in request.GET:
        return None
    try:
        album_id = UUID(request.GET["album"])
    except ValueError:
        album_id = None
    return get_object_or_404(Album.objects.owned_by(request.user), pk=album_id)


def _photos_of(request: SignedInRequest, album: Album | None) -> PhotoQuerySet:
    photos = listing.everything_of(request.user)
    return photos.filter(album_entries__album=album) if album else photos


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: SignedInRequest) -> HttpResponse:
    """Offer an album, or everything, as one file and one by one; those that a form chose, one by one."""
    if request.method == "POST":
        return _one_by_one(request)
    album = _album_named(request)
    photos = _photos_of(request, album)
    cursor = request.GET.get("cursor", "")
    page = (
        page_in_album(listing.everything_of(request.user), album, cursor, every_file=True)
        if album
        else page_of(photos, cursor, every_file=True)
    )
    context = _context(page) | {
        "page_title": _("Download album") if album else _("Download everything"),
        "album": album,
        "total": photos.aggregate(photos=Count("pk"), size_bytes=Sum("size_bytes")),
    }
    return render(request, "photos/download.html", context)


def _context(page: Page) -> dict[str, Any]:
    return {"files": page.photos, "next_cursor": page.next_cursor}


def _one_by_one(request: SignedInRequest) -> HttpResponse:
    """List the chosen photos, for pages without a script. A form leads on to those that follow."""
    ids = chosen_ids(request)
    back = own_path(request.POST.get("next", ""))
    if not ids:
        return refuse(request, reasons.NOTHING_CHOSEN, back=back or "my-photos")
    now, later = ids[: listing.PAGE_SIZE], ids[listing.PAGE_SIZE :]
    photos = Photo.objects.owned_by(request.user).not_trashed().filter(pk__in=now).newest_first()
    context = _context(Page(list(photos), "")) | {
        "page_title": _("Download photos"),
        "later": ",".join(map(str, later)),
        "back": back,
    }
    return render(request, "photos/download.html", context)


@login_required
@require_safe
def items(request: SignedInRequest) -> HttpResponse:
    """Return a page of what to download: an album, the photos with these ids, or everything."""
    everything = listing.everything_of(request.user)

    def page(cursor: str) -> listing.Listing:
        if album := _album_named(request):
            return listing.page_of_album(everything, album, request.user, cursor)
        return listing.page_of_everything(request.user, cursor)

    return items_answer(request, everything, page)


def items_answer(
    request: Request,
    photos: PhotoQuerySet,
    page: Callable[[str], listing.Listing],
    *,
    grant: Grant | None = None,
) -> HttpResponse:
    """Return those of the photos that the request names by id, or the page of its cursor."""
    if response := too_fast(request, DOWNLOADS):
        return response
    try:
        return _items_answer(request, photos, page, grant)
    except NotDownloaded as refused:
        return refusal(refused.reason)


def _items_answer(
    request: Request,
    photos: PhotoQuerySet,
    page: Callable[[str], listing.Listing],
    grant: Grant | None,
) -> HttpResponse:
    if "photos" in request.GET:
        try:
            ids = [UUID(text) for text in request.GET["photos"].split(",")]
        except ValueError:
            return refusal(reasons.NOT_FOUND)
        if len(ids) > listing.PAGE_SIZE:
            return refusal(reasons.TOO_MANY_CHOSEN)
        found = listing.Listing(listing.items_by_id(photos, request.user, ids, grant=grant), "")
    else:
        found = page(request.GET.get("cursor", ""))
    return JsonResponse(
        {
            "items": [documents.document_of(item) for item in found.items],
            "next_cursor": found.next_cursor,
            "seconds": listing.ADDRESS_SECONDS,
        }
    )


@login_required
@require_safe
def about(request: SignedInRequest) -> HttpResponse:
    """Return what ``contactsheet.json`` says beside photos: whose it is, the albums, the saved searches."""
    if response := too_fast(request, DOWNLOADS):
        return response
    return JsonResponse(documents.archive_document(request.user))
