"""The owner's pages of photos that others sent or lent: what waits to be decided about, and what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from gallery.albums.actions import LimitReached
from gallery.albums.models import Album
from gallery.core import reasons
from gallery.photos.states import State
from gallery.presentation.tiles import tiles_of
from gallery.sharing import lending, receiving
from gallery.sharing.models import Decision
from gallery.web.batches import chosen_ids, uuids_of
from gallery.web.errors import refuse
from gallery.web.lending import MOST_DIGITS, tiles_for_owner

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.http import HttpResponse

    from gallery.accounts.models import User
    from gallery.accounts.typing import SignedInRequest
    from gallery.photos.models import Photo
    from gallery.presentation.tiles import Tile
    from gallery.sharing.models import Lent


@dataclass(frozen=True, slots=True)
class Received:
    """A photo that waits, who sent or lends it, for which album, and by which link."""

    tile: Tile
    name: str
    album: Album | None
    link: str
    is_lent: bool = False

    @property
    def choice(self) -> str:
        """Return what a check box says: one may be lent to several albums, and is decided about for each."""
        photo = str(self.tile.photo_id)
        return f"{self.album.pk}/{photo}" if self.is_lent and self.album else photo


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def received(request: SignedInRequest) -> HttpResponse:
    """Show what others sent, for one album or all; accept or decline all that is shown, or what is chosen."""
    album = None
    if wanted := request.GET.get("album", ""):
        album = get_object_or_404(Album.objects.owned_by(request.user), pk__in=uuids_of([wanted]))
    if request.method == "POST":
        return _decide(request, back=request.get_full_path())
    waiting = receiving.waiting_for(request.user, album).select_related(
        "owner", "contribution__album", "contribution__grant"
    )
    photos = list(waiting[: receiving.MOST_AT_ONCE + 1])
    shown = photos[: receiving.MOST_AT_ONCE]
    tiles, reading = tiles_of(shown, request.user, move_on=True)
    found = [_received(tile, photo) for tile, photo in zip(tiles, shown, strict=True)]
    lent = list(lending.lent_to(request.user, Decision.WAITING, album)[: lending.MOST_AT_ONCE + 1])
    found += _lent(lent[: lending.MOST_AT_ONCE], request.user)
    context = {
        "page_title": _("Received photos"),
        "album": album,
        "received": [one for one in found if one.tile.state not in {State.AWAITING, State.FAILED}],
        "unreadable": [one for one in found if one.tile.state == State.FAILED],
        "days": receiving.WAITING.days,
        "first_ends_at": min(map(receiving.waits_until, shown), default=None),
        "being_read": sum(one.tile.state == State.AWAITING for one in found),
        "any_sent": bool(photos),
        "any_lent": bool(lent),
        "are_more": len(photos) > len(shown) or len(lent) > lending.MOST_AT_ONCE,
        "pictures_unavailable": not reading.complete,
    }
    return render(request, "sharing/received.html", context)


def _received(tile: Tile, photo: Photo) -> Received:
    sent = photo.contribution
    return Received(tile, sent.name, sent.album, (sent.grant.label or _("Link")) if sent.grant else "")


def _lent(lent: Sequence[Lent], owner: User) -> list[Received]:
    return [
        Received(tile, one.photo.owner.shown_name, one.album, "", is_lent=True)
        for tile, one in zip(tiles_for_owner(lent, owner), lent, strict=True)
    ]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def added(request: SignedInRequest, album_id: UUID) -> HttpResponse:
    """Show what others lent to an album and its owner accepted; take out what is chosen."""
    album = get_object_or_404(Album.objects.owned_by(request.user), pk=album_id)
    if request.method == "POST":
        count = len(lending.take_out(album, chosen_ids(request)))
        sentence = ngettext(
            "%(count)s photo taken out of the album.", "%(count)s photos taken out of the album.", count
        )
        messages.success(request, sentence % {"count": count})
        return redirect(request.get_full_path())
    after = request.GET.get("after", "")
    accepted = lending.lent_to(request.user, Decision.ACCEPTED, album)
    if after.isascii() and after.isdecimal() and len(after) < MOST_DIGITS:
        accepted = accepted.filter(pk__gt=int(after))
    lent = list(accepted[: lending.MOST_AT_ONCE + 1])
    shown = lent[: lending.MOST_AT_ONCE]
    context = {
        "page_title": _("Added by others"),
        "album": album,
        "added": _lent(shown, request.user),
        "next_url": f"{request.path}?after={shown[-1].pk}" if len(lent) > len(shown) else "",
    }
    return render(request, "sharing/added.html", context)


def _decide(request: SignedInRequest, *, back: str) -> HttpResponse:
    is_whole = request.POST.get("act") == "accept_all"
    # Only what the page showed: more may have come since.
    chosen = request.POST.getlist("shown" if is_whole else "photo")
    ids, lent = uuids_of(chosen), _lent_of(chosen)
    if not ids and not lent:
        return refuse(request, reasons.NOTHING_CHOSEN, back=back)
    if request.POST.get("act") == "decline":
        if count := len(receiving.decline(request.user, ids).declined):
            sentence = ngettext("%(count)s photo moved to trash.", "%(count)s photos moved to trash.", count)
            messages.success(request, sentence % {"count": count})
        if count := sum(len(lending.decline(request.user, photos, album)) for album, photos in lent):
            sentence = ngettext("%(count)s photo declined.", "%(count)s photos declined.", count)
            messages.success(request, sentence % {"count": count})
        return redirect(back)
    try:
        decided = receiving.accept(request.user, ids)
    except LimitReached as full:
        return refuse(request, full.reason, back=back)
    count = sum(len(lending.accept(request.user, photos, album)) for album, photos in lent)
    count += len(decided.accepted)
    sentence = ngettext("%(count)s photo accepted.", "%(count)s photos accepted.", count)
    messages.success(request, sentence % {"count": count})
    if had := len(decided.had):
        sentence = ngettext("You had %(count)s of them already.", "You had %(count)s of them already.", had)
        messages.info(request, sentence % {"count": had})
    return redirect(back)


def _lent_of(chosen: Sequence[str]) -> list[tuple[Album, list[UUID]]]:
    """Return albums, and the photos chosen for each, as ``Received.choice``. The action asks whose."""
    photos: dict[UUID, list[UUID]] = {}
    for text in chosen:
        album_id, _slash, photo_id = text.partition("/")
        ids = uuids_of([album_id, photo_id])
        if len(ids) == 2:
            photos.setdefault(ids[0], []).append(ids[1])
    return [(album, photos[album.pk]) for album in Album.objects.filter(pk__in=photos)]
