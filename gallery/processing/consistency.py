"""Decide which kinds of damage one photo has, from what all stores say of it at one time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gallery.photos.states import WITHOUT_PICTURE, State
from gallery.processing import damage
from gallery.processing.settle import is_behind
from thumbworker.contract.items import Status
from thumbworker.contract.policy import CURRENT, replaced_rendition_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gallery.photos.models import Photo
    from gallery.processing.damage import Kind
    from gallery.storage.originals import Listed
    from thumbworker.contract.items import PhotoItem

CLOCKS_DIFFER_BY = timedelta(minutes=1)
"""S3's clock and the worker's: an item that seems older than its original by less may be newer."""
SHA256_DIGITS = 64
"""A shorter one holds the place of an unknown hash: of an adopted photo, or before an import's fetch."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the stores say of one photo. ``renditions`` are sizes in bytes by key."""

    photo: Photo
    original: Listed | None
    item: PhotoItem | None = None
    item_is_unreadable: bool = False
    renditions: dict[str, int] = field(default_factory=dict)


def kinds_of(seen: Seen, *, late_before: datetime) -> Iterator[Kind]:
    """Yield the kinds of damage. What arrived after ``late_before`` may still be waiting.

    The original of a processed photo that was not listed may have been uploaded since: ask S3 again.
    """
    photo, original, item = seen.photo, seen.original, seen.item
    if is_contradictory(photo):
        yield damage.STATE_BROKEN
    if photo.is_taken_down:
        return
    if original is None or not original.size_bytes:
        if photo.processed_at is not None:
            yield damage.ORIGINAL_MISSING
    elif _is_replaced(photo, original, item):
        yield damage.ORIGINAL_REPLACED
    elif seen.item_is_unreadable:
        yield damage.ITEM_UNREADABLE
    elif photo.state in WITHOUT_PICTURE:
        yield from _of_waiting(photo, original, item, late_before)
    elif item is None:
        yield damage.ITEM_MISSING
    else:
        yield from _of_shown(seen, original, item, late_before)


def is_contradictory(photo: Photo) -> bool:
    """Return whether the row says what no action of the gallery leads to."""
    if photo.is_taken_down:
        return photo.state != State.REJECTED or bool(photo.trashed_at)
    if photo.state in WITHOUT_PICTURE:
        return (photo.state == State.FAILED) != bool(photo.reason)
    return photo.processed_at is None


def _is_replaced(photo: Photo, original: Listed, item: PhotoItem | None) -> bool:
    if photo.origin_url and photo.state in WITHOUT_PICTURE:
        # Its size and hash become known with its item.
        return False
    if original.size_bytes != photo.size_bytes:
        return True
    return item is not None and len(photo.sha256) == SHA256_DIGITS and item.sha256 != photo.sha256


def _of_waiting(
    photo: Photo, original: Listed, item: PhotoItem | None, late_before: datetime
) -> Iterator[Kind]:
    # A failed photo is what its item says, unless the gallery gave its offer up too early. What a closed
    # account uploaded waits until the account is opened again.
    waits = photo.state == State.AWAITING or item is None or item.status is Status.READY
    if waits and photo.owner.is_active and original.stored_at < late_before:
        yield damage.STUCK


def _of_shown(seen: Seen, original: Listed, item: PhotoItem, late_before: datetime) -> Iterator[Kind]:
    if item.status is Status.FAILED:
        yield damage.ITEM_FAILED
        return
    if _instant(item.processed_at) + CLOCKS_DIFFER_BY < original.stored_at:
        yield damage.ITEM_OUTDATED
    if item.policy_version != CURRENT.version:
        yield damage.POLICY_OUTDATED
    if is_behind(seen.photo, item) and _instant(item.processed_at) < late_before:
        yield damage.FACTS_OUTDATED
    named = {made.key: made.size_bytes for made in item.renditions}
    if named.keys() - seen.renditions.keys():
        yield damage.RENDITION_MISSING
    if any(seen.renditions.get(key, size) != size for key, size in named.items()):
        yield damage.RENDITION_RESIZED
    # Those of the same policy, turned otherwise, stay: pages that are open still show them.
    replaced = set(replaced_rendition_keys(seen.photo.pk))
    if item.policy_version == CURRENT.version and (seen.renditions.keys() - named.keys()) & replaced:
        yield damage.RENDITION_REPLACED


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        # Older than everything.
        return datetime.min.replace(tzinfo=UTC)
