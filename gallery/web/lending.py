"""Pages by which people add their own photos to another's album, and take them back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gallery.albums.models import Album
from gallery.core import reasons
from gallery.photos.paging import page_of
from gallery.presentation.tiles import tiles_of
from gallery.sharing import actions, lending
from gallery.sharing.models import Decision, Grant, Lent, Role
from gallery.uploads import form_upload, offers
from gallery.web.batches import chosen_ids, uuids_of
from gallery.web.errors import refusal, refuse
from gallery.web.limits import OFFERS, too_fast
from gallery.web.shared import by_grant_to_add
from gallery.web.sheets import page_context
from gallery.web.uploads import ACCEPT, answer_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from django.http import HttpResponse

    from gallery.accounts.models import User
    from gallery.accounts.typing import SignedInRequest
    from gallery.presentation.tiles import Tile
    from gallery.uploads.file_checks import UploadRequest


MOST_DIGITS = 19
"""Every number with fewer is one that a database knows."""


@require_http_methods(["GET", "HEAD", "POST"])
@by_grant_to_add(link=False)
def lend(request: SignedInRequest, grant: Grant) -> HttpResponse:
    """Show the person's photos to choose from; add chosen ones, or a plain form's files, to the album."""
    if request.method != "POST":
        return _page(request, grant)
    if "file" in request.FILES:
        return _take_files(request, grant)
    ids = chosen_ids(request)
    if not ids:
        return refuse(request, reasons.NOTHING_CHOSEN, back=request.get_full_path())
    try:
        count = lending.lend(grant, request.user, ids)
    except actions.Refused as refused:
        return refuse(request, refused.reason, back=request.get_full_path())
    _say_sent(request, count)
    return redirect(grant)


def _say_sent(request: SignedInRequest, count: int) -> None:
    if count:
        said = ngettext(
            "%(count)d photo added. It waits for the owner of the album.",
            "%(count)d photos added. They wait for the owner of the album.",
            count,
        )
        messages.success(request, said % {"count": count})
    else:
        messages.info(request, _("Nothing new was added."))


def _page(
    request: SignedInRequest, grant: Grant, *, status: int = HTTPStatus.OK, **known: Any
) -> HttpResponse:
    photos = lending.lendable(request.user).exclude(lendings__album=grant.album_id)
    page = page_of(photos.with_owner(), request.GET.get("cursor", ""))
    context = page_context(request, page, title=_("Add photos"), move_on=True)
    context |= {
        "grant": grant,
        "album": grant.album,
        "accept": ACCEPT,
        "max_form_bytes": form_upload.MAX_FORM_BYTES,
    }
    return render(request, "shared/lend.html", context | known, status=status)


def _take_files(request: SignedInRequest, grant: Grant) -> HttpResponse:
    refused: list[tuple[str, str]] = []
    came: list[offers.Outcome] = []
    for file in request.FILES.getlist("file"):
        try:
            outcome = form_upload.store(file, offer=partial(lending.offer, grant, request.user))
        except actions.Refused as full:
            refused.append((file.name or "", full.reason.sentence))
            continue
        if isinstance(outcome, offers.Refused):
            refused.append((file.name or "", outcome.reason.sentence))
        else:
            came.append(outcome)
    if came:
        # Not what the owner declined before.
        _say_sent(request, lending.count_waiting(grant.album_id, lending.photo_ids_of(came)))
    if refused:
        return _page(request, grant, status=HTTPStatus.UNPROCESSABLE_ENTITY, refused=refused)
    return redirect(grant)


@require_POST
@by_grant_to_add(link=False)
def make_offers(request: SignedInRequest, grant: Grant) -> HttpResponse:
    """Answer each of at most 50 requested uploads as the upload page's, and lend the photos."""

    def offer(requests: list[UploadRequest | offers.Refused], _body: object) -> list[offers.Outcome]:
        return lending.offer(grant, request.user, requests)

    try:
        response, has_offers = answer_to(request.body, offer)
    except actions.Refused as refused:
        return refusal(refused.reason)
    return response if has_offers else too_fast(request, OFFERS) or response


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo that the person lends."""

    tile: Tile
    lent: Lent
    title: str

    @property
    def can_be_taken_back(self) -> bool:
        """Return whether it is in the album, or may come there."""
        return self.lent.decision != Decision.DECLINED


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lent(request: SignedInRequest) -> HttpResponse:
    """Show what the person added to others' albums, and take back what is chosen."""
    if request.method == "POST":
        wanted = request.POST.get("album", "")
        album_id = next(iter(uuids_of([wanted])), None)
        if wanted and album_id is None:
            raise Http404
        count = lending.take_back(request.user, chosen_ids(request), album_id)
        said = ngettext("%(count)d photo taken back.", "%(count)d photos taken back.", count)
        messages.success(request, said % {"count": count})
        return redirect(request.get_full_path())
    before = request.GET.get("before", "")
    mine = lending.lent_by(request.user)
    if before.isascii() and before.isdecimal() and len(before) < MOST_DIGITS:
        mine = mine.filter(pk__lt=int(before))
    found = list(mine[: lending.MOST_AT_ONCE + 1])
    shown = found[: lending.MOST_AT_ONCE]
    by_id = {one.photo_id: one.photo for one in shown}
    tiles, reading = tiles_of(list(by_id.values()), request.user, move_on=True)
    tile_of = {tile.photo_id: tile for tile in tiles}
    seen = lending.seen_by(request.user, {one.album_id for one in shown})
    context = {
        "page_title": _("Added to others' albums"),
        "lent": [
            Shown(
                tile_of[one.photo_id],
                one,
                one.album.title if one.album_id in seen else _("No longer shared with you"),
            )
            for one in shown
        ],
        "next_url": f"{reverse('lent')}?before={shown[-1].pk}" if len(found) > len(shown) else "",
        "pictures_unavailable": not reading.complete,
    }
    return render(request, "sharing/lent.html", context)


def tiles_for_owner(lent: Sequence[Lent], owner: User) -> list[Tile]:
    """Return what the albums' owner sees of photos that others lent: what a grant shows, and no page."""
    photos = {one.photo_id: one.photo for one in lent}
    # As if one of the albums were shared with them: what it shows doesn't depend on which.
    eyes = Grant(album=Album(owner=owner), role=Role.VIEW)
    tiles, _reading = tiles_of(list(photos.values()), owner, grant=eyes)
    tile_of = {tile.photo_id: replace(tile, page_url="") for tile in tiles}
    return [tile_of[one.photo_id] for one in lent]
