"""Keyset pages: the last page is as fast as the first, and no photo is shown twice."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gallery.photos.models import Photo
    from gallery.photos.querysets import PhotoQuerySet

PAGE_SIZE = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """Photos of one page, and the cursor of the next (empty on the last)."""

    photos: list[Photo]
    next_cursor: str


def page_of(
    photos: PhotoQuerySet, untrusted_cursor: str, *, size: int = PAGE_SIZE, every_file: bool = False
) -> Page:
    """Return one page of the photos, newest first, by one query. An invalid cursor returns the first page.

    Unless ``every_file``, a raw is left out if the photo that it is stacked under is in the list.
    """
    ordered = (photos if every_file else photos.one_per_stack()).newest_first()
    if position := decode_cursor(untrusted_cursor):
        ordered = ordered.older_than(*position)
    # One more row than shown says whether there is a next page, without counting.
    found = list(ordered[: size + 1])
    has_next = len(found) > size
    shown = found[:size]
    return Page(shown, encode_cursor(shown[-1].created_at, shown[-1].pk) if has_next else "")


def page_of_lists(lists: Iterable[PhotoQuerySet], untrusted_cursor: str, *, size: int = PAGE_SIZE) -> Page:
    """Return one page of several lists that have no photo in common, newest first, by a query for each.

    An index has each list in order, but none has them together.
    """
    pages = [page_of(photos, untrusted_cursor, size=size) for photos in lists]
    found = sorted(
        (photo for page in pages for photo in page.photos),
        key=lambda photo: (photo.created_at, photo.pk),
        reverse=True,
    )
    has_next = len(found) > size or any(page.next_cursor for page in pages)
    shown = found[:size]
    return Page(shown, encode_cursor(shown[-1].created_at, shown[-1].pk) if has_next else "")


def encode_cursor(created_at: datetime, photo_id: UUID) -> str:
    """Return a position in ``newest_first`` order as text for a URL. Scans may be older than 1970."""
    microseconds = (created_at - _EPOCH) // timedelta(microseconds=1)
    return (
        base64.urlsafe_b64encode(microseconds.to_bytes(8, "big", signed=True) + photo_id.bytes)
        .decode()
        .rstrip("=")
    )


def decode_cursor(untrusted: str) -> tuple[datetime, UUID] | None:
    """Return the position, or ``None`` if the cursor is invalid."""
    try:
        data = base64.urlsafe_b64decode(untrusted + "=" * (-len(untrusted) % 4))
    except (binascii.Error, ValueError):
        return None
    if len(data) != 24:
        return None
    try:
        created_at = _EPOCH + timedelta(microseconds=int.from_bytes(data[:8], "big", signed=True))
    except OverflowError:
        return None
    return created_at, UUID(bytes=data[8:])
