"""The order of an album: by hand, by date taken, or what was added last first.

By hand, each entry has a rank. Ranks leave room between two neighbors, so a photo that moves gets one between
them, and no other row changes. When there is no room left, the next rows move up: a few, and all only if
nothing else helps.
"""

from __future__ import annotations

import base64
import binascii
import struct
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, Q

from gallery.albums.joined import in_album
from gallery.albums.models import AlbumEntry, Order
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor
from gallery.photos.timeline import at_of, timeline_at

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gallery.albums.models import Album
    from gallery.photos.querysets import PhotoQuerySet

GAP = 2**32
"""Between two ranks: 32 photos in a row can be put into the same place before others move."""
MIDDLE = 2**62
"""The rank of an album's first photo: a billion photos fit before it, and as many after it."""
MOVED_AT_ONCE = 100
"""Rows that make room together."""
_PLACE = struct.Struct(">qqq")
"""In a cursor: whether the order is by hand, rank and entry. As long as the cursors of other lists."""


def in_order(photos: PhotoQuerySet, album: Album) -> PhotoQuerySet:
    """Keep the photos in this album, in its order. By date taken, that costs the query of ``in_album``."""
    if album.order == Order.TAKEN:
        return in_album(photos, album).annotate(at=timeline_at()).order_by("at", "id")
    mine = photos.filter(owner_id=album.owner_id, album_entries__album=album)
    listed = mine.annotate(rank=F("album_entries__rank"), entry=F("album_entries__pk"))
    return listed.order_by("rank", "entry") if album.order == Order.HAND else listed.order_by("-entry")


def page_in_album(
    photos: PhotoQuerySet,
    album: Album,
    untrusted_cursor: str,
    *,
    size: int = PAGE_SIZE,
    every_file: bool = False,
) -> Page:
    """Return one page of the album in its order. An invalid cursor returns the first page.

    Unless ``every_file``, a raw is left out if the photo that it is stacked under is in the list.
    """
    listed = in_order(photos, album)
    if not every_file:
        listed = listed.one_per_stack()
    if place := _decode(untrusted_cursor, album):
        listed = _beyond(listed, album, place)
    found = list(listed[: size + 1])
    shown = found[:size]
    return Page(shown, _encode(shown[-1], album) if len(found) > size else "")


def neighbors_in_album(
    photos: PhotoQuerySet, album: Album, photo: Photo
) -> tuple[Photo | None, Photo | None]:
    """Return the photos before and after this one of the album."""
    listed = in_order(photos, album).one_per_stack().only("id")
    place = _place_of(photo, album)
    return _beyond(listed, album, place, back=True).first(), _beyond(listed, album, place).first()


def id_at(photos: PhotoQuerySet, album: Album, position: int, *, besides: UUID) -> UUID | None:
    """Return the photo at this position, counted from 1, as if the one ``besides`` were not in the album.

    After the end that is the last one, before the beginning none. Reads as many rows as the position says.
    """
    listed = in_order(photos, album).one_per_stack().exclude(pk=besides).values_list("pk", flat=True)
    return next(iter(list(listed[:position])[-1:]), None) if position > 0 else None


def _place_of(photo: Photo, album: Album) -> tuple[Any, ...]:
    if album.order == Order.TAKEN:
        return at_of(photo), photo.pk
    entry = AlbumEntry.objects.get(album=album, photo=photo)
    return (entry.rank, entry.pk) if album.order == Order.HAND else (entry.pk,)


def _beyond(listed: Any, album: Album, place: tuple[Any, ...], *, back: bool = False) -> Any:
    """Keep what follows this place of the album; with ``back`` what precedes it, the nearest first."""
    if album.order == Order.ADDED:
        (entry,) = place
        return listed.filter(entry__gt=entry).order_by("entry") if back else listed.filter(entry__lt=entry)
    first, second = ("rank", "entry") if album.order == Order.HAND else ("at", "id")
    op = "lt" if back else "gt"
    # The range on the first column lets a deep page enter the index at its place.
    either = Q(**{f"{first}__{op}": place[0]}) | Q(**{f"{second}__{op}": place[1]})
    found = listed.filter(either, **{f"{first}__{op}e": place[0]})
    return found.order_by(f"-{first}", f"-{second}") if back else found


def _encode(photo: Photo, album: Album) -> str:
    if album.order == Order.TAKEN:
        return encode_cursor(at_of(photo).replace(tzinfo=UTC), photo.pk)
    row: Any = photo
    by_hand = album.order == Order.HAND
    data = _PLACE.pack(by_hand, row.rank if by_hand else 0, row.entry)
    return base64.urlsafe_b64encode(data).decode()


def _decode(untrusted: str, album: Album) -> tuple[Any, ...] | None:
    if album.order == Order.TAKEN:
        position = decode_cursor(untrusted)
        return (position[0].replace(tzinfo=None), position[1]) if position else None
    try:
        by_hand, rank, entry = _PLACE.unpack(base64.urlsafe_b64decode(untrusted))
    except (binascii.Error, ValueError, struct.error):
        return None
    if by_hand != (album.order == Order.HAND):
        return None  # of before the order changed
    return (rank, entry) if by_hand else (entry,)


def _last_rank(album: Album) -> int:
    return AlbumEntry.objects.filter(album=album).aggregate(last=Max("rank"))["last"] or 0


def is_laid_out(album: Album) -> bool:
    """Return whether the album was ever put in order by hand."""
    return album.order == Order.HAND or _last_rank(album) > 0


def ranks_at_end(album: Album, count: int) -> list[int]:
    """Return ranks for new photos: after all others, if the album was ever put in order by hand."""
    last = _last_rank(album)
    if not last and album.order != Order.HAND:
        return [0] * count
    return [max(last, MIDDLE) + GAP * step for step in range(1, count + 1)]


def lay_out(album: Album) -> None:
    """Rank all photos as the album shows them now. Writes each row once: at most 10,000."""
    entries = {entry.photo_id: entry for entry in AlbumEntry.objects.filter(album=album)}
    listed = in_order(Photo.objects.all(), album).values_list("pk", flat=True)
    ranked = [entries[photo_id] for photo_id in listed]
    _rank(ranked, MIDDLE, GAP)


def put(moved: AlbumEntry, behind: AlbumEntry | None) -> None:
    """Rank an entry right behind another one of its album, or before all.

    Writes one row; where there is no room left, about 100.
    """
    others = AlbumEntry.objects.filter(album=moved.album_id).exclude(pk=moved.pk).order_by("rank", "pk")
    if behind is None:
        first = others.first()
        _rank([moved], first.rank - GAP if first else MIDDLE, GAP)
        return
    following = others.filter(Q(rank__gt=behind.rank) | Q(pk__gt=behind.pk), rank__gte=behind.rank)
    # The next row, and none of those after it, unless there is no room before it.
    wanted = 0
    while True:
        rows = list(following[: wanted + 1])
        step = (rows[wanted].rank - behind.rank) // (wanted + 2) if len(rows) > wanted else GAP
        if step > 0:
            _rank([moved, *rows[:wanted]], behind.rank + step, step)
            return
        wanted = max(MOVED_AT_ONCE, wanted * 4)


def _rank(entries: Sequence[AlbumEntry], first: int, step: int) -> None:
    for position, entry in enumerate(entries):
        entry.rank = first + step * position
    AlbumEntry.objects.bulk_update(entries, ["rank"], batch_size=500)
