"""What a grant shows: an album and its photos, to holders of a link and to people.

No other page shows photos by a grant, and these show nothing else. ``gallery.sharing.access`` decides whether
a request may come in, ``PhotoQuerySet.shown_by_grants`` which photos there are, and ``Lens`` what of them.
"""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery.core import reasons
from gallery.downloads import listing
from gallery.downloads.files import file_of
from gallery.photos.actions import NotDownloaded
from gallery.photos.models import Photo
from gallery.presentation.camera_facts import facts_of
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import ready_item, tiles_of
from gallery.sharing import access, lending
from gallery.sharing.models import is_in
from gallery.web.downloads import items_answer
from gallery.web.errors import refusal, refuse, wants_json
from gallery.web.sheets import page_context, render_list
from gallery.web.uploads import asked_ids, status_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gallery.accounts.typing import Request
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.sharing.models import Grant

    View = Callable[..., HttpResponse]

MOST_LOOKS = 20
"""How often a page that waits for a copy looks again by itself, every three seconds."""
NO_TRACE = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}
REASONS = {access.Unknown: reasons.LINK_UNKNOWN, access.Ended: reasons.NO_LONGER_SHARED}


def _private(response: HttpResponse) -> HttpResponse:
    """Keep the page out of caches and indexes, and its address from the sites that it leads to."""
    for name, value in NO_TRACE.items():
        response[name] = value
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def by_grant(view: View) -> View:
    """Call the view with the grant of the address, or say why not. It can be asked to show only."""
    return require_safe(called_with_grant(view))


def called_with_grant(view: View) -> View:
    """Call the view with the grant of the address, or say why not."""

    @wraps(view)
    def guarded(request: Request, grant_id: UUID, **names: UUID) -> HttpResponse:
        try:
            grant, comes_in = access.grant_of(request, grant_id)
            response = view(request, grant, **names)
            if comes_in:
                access.come_in(request, response, grant)
        except access.Refused as refused:
            response = _refuse(request, refused)
        return _private(response)

    return guarded


def by_grant_to_add(*, link: bool) -> Callable[[View], View]:
    """Call the view with the grant of guests, or of a person, who may add photos.

    The album's owner, who only looks, is led back to it.
    """

    def guard(view: View) -> View:
        @called_with_grant
        @wraps(view)
        def guarded(request: Request, grant: Grant) -> HttpResponse:
            if grant.is_link is not link or not grant.allows_adding:
                raise Http404
            return _for_forms(
                redirect(grant) if grant.album.owner_id == request.user.pk else view(request, grant)
            )

        return guarded

    return guard


def _for_forms(response: HttpResponse) -> HttpResponse:
    """Let forms say where they come from: without, they have "Origin: null", which CSRF's check refuses."""
    response["Referrer-Policy"] = "same-origin"
    return response


def _refuse(request: Request, refused: access.Refused) -> HttpResponse:
    if isinstance(refused, access.Locked):
        if wants_json(request):
            return refusal(reasons.SHARE_LOCKED)
        if request.path == refused.grant.get_absolute_url():
            return _ask(request, refused.grant)
        return redirect(refused.grant)
    reason = REASONS[type(refused)]
    if wants_json(request):
        return refusal(reason)
    return render(request, "shared/refused.html", {"reason": reason}, status=reason.status)


def _ask(request: Request, grant: Grant, *, status: int = HTTPStatus.FORBIDDEN, **said: Any) -> HttpResponse:
    """Ask for the password, or only whether to open an album whose views are counted."""
    return _for_forms(render(request, "shared/locked.html", {"grant": grant, **said}, status=status))


def _photos() -> PhotoQuerySet:
    return Photo.objects.shown_by_grants().with_owner()


@require_safe
def link(request: Request, token: str) -> HttpResponse:
    """Lead on from a link to the album's own address: the token stands in no page's address."""
    grant = access.of_token(token)
    if grant is None:
        return _private(_refuse(request, access.Unknown()))
    response = redirect(grant)
    if not grant.is_used_up:
        access.open_door(response, grant)
    return _private(response)


@require_POST
def come_in(request: Request, grant_id: UUID) -> HttpResponse:
    """Check the password, count the view, and show the album."""
    try:
        access.grant_of(request, grant_id)
        response: HttpResponse = redirect("shared-album", grant_id)
    except access.Locked as locked:
        response = _check(request, locked.grant)
    except access.Refused as refused:
        response = _refuse(request, refused)
    return _private(response)


def _check(request: Request, grant: Grant) -> HttpResponse:
    response: HttpResponse = redirect(grant)
    try:
        access.check_password(request, grant, request.POST.get("password", ""))
        access.come_in(request, response, grant)
    except access.WrongPassword:
        return _ask(request, grant, sentence=reasons.SHARE_PASSWORD_WRONG.sentence)
    except access.TooManyGuesses as refused:
        minutes = -(-refused.wait_seconds // 60)
        response = _ask(request, grant, status=HTTPStatus.TOO_MANY_REQUESTS, minutes=minutes)
        response["Retry-After"] = str(refused.wait_seconds)
    except access.Refused as refused:
        return _refuse(request, refused)
    return response


@by_grant
def album(request: Request, grant: Grant) -> HttpResponse:
    """Show the album."""
    shown = grant.album
    page = lending.page_of(_photos(), shown, request.GET.get("cursor", ""))
    context = page_context(request, page, title=shown.title, grant=grant)
    context |= {"grant": grant, "album": shown, "is_preview": shown.owner_id == request.user.pk}
    return render_list(request, "shared/album.html", context)


def _one(grant: Grant, photo_id: UUID) -> Photo:
    return get_object_or_404(_photos(), is_in([grant.album_id]), pk=photo_id)


def _known(grant: Grant, found: Photo, request: Request) -> dict[str, Any]:
    tiles, reading = tiles_of([found], request.user, grant=grant)
    item = ready_item(found, reading)
    return {
        "grant": grant,
        "photo": tiles[0],
        "facts": facts_of(item, found) if item else [],
        "pictures_unavailable": not reading.complete,
    }


@by_grant
def photo(request: Request, grant: Grant, photo_id: UUID) -> HttpResponse:
    """Show one photo of the album."""
    found = _one(grant, photo_id)
    before, after = lending.neighbors(Photo.objects.shown_by_grants(), grant.album, found)
    lens = Lens(found, request.user, grant=grant)
    context = _known(grant, found, request) | {
        "previous_url": _page_of(grant, before),
        "next_url": _page_of(grant, after),
        "can_download": lens.can_download,
        "can_report": found.owner_id != request.user.pk,
        "why_no_download": reasons.NO_CLEAN_COPY.sentence if lens.lacks_clean_copy else "",
    }
    return render(request, "shared/photo.html", context)


def _page_of(grant: Grant, found: Photo | None) -> str:
    return reverse("shared-photo", args=[grant.pk, found.pk]) if found else ""


@by_grant
def info(request: Request, grant: Grant, photo_id: UUID) -> HttpResponse:
    """Return what the lightbox shows beside a photo."""
    found = _one(grant, photo_id)
    html = render_to_string("photos/_info.html", _known(grant, found, request), request)
    lens = Lens(found, request.user, grant=grant)
    return JsonResponse({"html": html, "original_url": file_of(lens).url if lens.original_type else ""})


@by_grant
def download(request: Request, grant: Grant, photo_id: UUID) -> HttpResponse:
    """Redirect to a short-lived download of the original, if the grant allows downloads.

    Without metadata, the worker may have to make a copy first: then the page looks again by itself.
    """
    found = _one(grant, photo_id)
    try:
        file = file_of(Lens(found, request.user, grant=grant))
    except NotDownloaded as refused:
        return refuse(request, refused.reason, back=_page_of(grant, found))
    if file.refusal:
        return refuse(request, reasons.NO_CLEAN_COPY, back=_page_of(grant, found))
    if file.is_preparing:
        return _wait(request, grant, found)
    if not file.url:
        raise Http404
    return redirect(file.url)


def _wait(request: Request, grant: Grant, found: Photo) -> HttpResponse:
    looks = request.GET.get("looks", "")
    before = int(looks) if looks.isascii() and looks.isdecimal() and len(looks) < 3 else 0
    context = {"grant": grant, "photo_id": found.pk, "looks": before + 1, "looks_again": before < MOST_LOOKS}
    return render(request, "shared/preparing.html", context, status=HTTPStatus.ACCEPTED)


def _all_of(grant: Grant) -> PhotoQuerySet:
    """Return the photos of the album that the grant lets its holder download."""
    if not grant.allows_download:
        raise Http404
    return _photos().filter(album_entries__album=grant.album_id)


@by_grant
def download_all(request: Request, grant: Grant) -> HttpResponse:
    """Offer the originals of the album as one file and one by one, if the grant allows downloads."""
    photos = _all_of(grant)
    cursor = request.GET.get("cursor", "")
    page = listing.page_of_grant(_photos(), grant, request.user, cursor, with_addresses=False)
    total = photos.one_per_stack().aggregate(photos=Count("pk"), size_bytes=Sum("size_bytes"))
    context = {
        "grant": grant,
        "items": page.items,
        "next_cursor": page.next_cursor,
        "total": total,
        "others_added": lending.shown_in(grant.album).exists(),
    }
    return render(request, "shared/download.html", context | {"page_title": grant.album.title})


@by_grant
def items(request: Request, grant: Grant) -> HttpResponse:
    """Return a page of what to download, with addresses: of the album, or of these of its photos."""

    def page(cursor: str) -> listing.Listing:
        return listing.page_of_grant(_photos(), grant, request.user, cursor)

    return items_answer(request, _all_of(grant), page, grant=grant)


@by_grant
def status(request: Request, grant: Grant) -> HttpResponse:
    """Return photos of the album with fresh picture addresses."""
    asked = _photos().filter(is_in([grant.album_id]), pk__in=asked_ids(request))
    return status_answer(tiles_of(list(asked), request.user, grant=grant)[0])
