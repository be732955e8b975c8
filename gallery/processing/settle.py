"""Update photos' states from the worker's items: level-triggered, idempotent, safe in parallel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.accounts.trust import is_trusted
from gallery.blocks.actions import is_blocked
from gallery.core import reasons
from gallery.duplicates.compare import compare_later
from gallery.imports import results
from gallery.photos import dates, month_counts, transitions
from gallery.photos.models import Photo
from gallery.photos.stacks import stack_key
from gallery.photos.states import WITHOUT_PICTURE
from gallery.photos.takedown import lookalikes
from gallery.search.texts import refresh
from gallery.storage import catalogue
from thumbworker.contract.imports import ImportStatus
from thumbworker.contract.items import PhotoItem, Status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet
    from thumbworker.contract.imports import ImportItem

logger = structlog.get_logger(__name__)


def settle(photo_ids: Iterable[UUID], *, reading: catalogue.Reading | None = None) -> set[UUID]:
    """Update those of at most 100 photos that have an item. Return the ids of the updated photos.

    What a closed account uploaded stays awaiting, out of sight, until the account is opened again.
    Costs two SQL queries and one BatchGetItem (none if a ``reading`` is given), and two statements per
    updated photo. With a ``reading``, photos that have a picture adopt what a newer item says, too. If the
    catalogue is unreachable, nothing changes.
    """
    candidates = (
        Photo.objects.filter(pk__in=list(photo_ids))
        .select_related("owner")
        .only(
            *("id", "state", "taken_down_at", "processed_at", "taken_at", "taken_local"),
            *("origin_url", "size_bytes", "owner", "file_name", "format", "quarter_turns", "turning_at"),
            "is_received",
        )
    )
    photos = list(candidates if reading else candidates.filter(state__in=WITHOUT_PICTURE))
    photos = [photo for photo in photos if photo.owner.is_active or photo.has_picture]
    if not photos:
        return set()
    reading = reading or catalogue.read(
        (photo.pk for photo in photos), import_ids=[photo.pk for photo in photos if photo.is_being_imported]
    )
    known = _Known(_lookalikes(photos, reading))
    settled = {photo.pk for photo in photos if _settle_one(photo, reading, known)}
    processed = {
        pk: at for pk in settled if (item := reading.items.get(pk)) and (at := _instant(item.processed_at))
    }
    compare_later(processed, now=timezone.now())
    items = {photo_id: reading.items.get(photo_id) for photo_id in settled}
    refresh(settled, items={photo_id: item for photo_id, item in items.items() if item or reading.complete})
    return settled


@dataclass(slots=True)
class _Known:
    """What is known beyond row and item: photos that look like one taken down, and trusted owners."""

    lookalikes: set[UUID]
    trusted: dict[int, bool] = field(default_factory=dict)

    def trusts(self, owner: User) -> bool:
        if owner.pk not in self.trusted:
            self.trusted[owner.pk] = is_trusted(owner) and not is_blocked(owner)
        return self.trusted[owner.pk]


def _lookalikes(photos: Iterable[Photo], reading: catalogue.Reading) -> set[UUID]:
    items = (reading.items.get(photo.pk) for photo in photos if photo.state in WITHOUT_PICTURE)
    return lookalikes(
        (item.photo_id, item.dhash, item.sha256) for item in items if item and item.status is Status.READY
    )


def _settle_one(photo: Photo, reading: catalogue.Reading, known: _Known) -> bool:
    if photo.is_taken_down:
        return False
    item: PhotoItem | ImportItem | None = reading.items.get(photo.pk)
    if photo.has_picture:
        return isinstance(item, PhotoItem) and is_behind(photo, item) and _refresh(photo, item)
    if isinstance(item, PhotoItem):
        moved = _adopt(photo, item, known)
    else:
        item = reading.imports.get(photo.pk) if photo.is_being_imported else None
        if item is None or item.status is not ImportStatus.FAILED:
            return False
        moved = results.fail(photo, item.reason)
    if moved:
        logger.info(
            "photo_settled",
            photo_id=str(photo.pk),
            correlation_id=item.correlation_id,
            status=str(item.status),
            reason=item.reason,
        )
    return moved


def _adopt(photo: Photo, item: PhotoItem, known: _Known) -> bool:
    facts = sortable_facts(photo, item)
    if not photo.origin_url:
        return _process(photo, item, known, facts)
    facts |= results.fetched_facts(item)
    try:
        return _process(photo, item, known, facts)
    except IntegrityError:
        # The owner has another photo of this file. Both stay; this one keeps its placeholder hash.
        del facts["sha256"]
        return _process(photo, item, known, facts)


def _process(photo: Photo, item: PhotoItem, known: _Known, facts: dict[str, Any]) -> bool:
    if item.status is Status.FAILED:
        if photo.processed_at is not None and facts["processed_at"] == photo.processed_at:
            # This is the known failure: the worker has not yet retried.
            return False
        return transitions.failed(photo.pk, reason=item.reason, facts=facts)
    return transitions.processed(
        photo.pk,
        # A trusted owner did not take what a guest sends.
        trusted=not photo.is_received and known.trusts(photo.owner),
        facts=facts,
        hint=reasons.LOOKS_TAKEN_DOWN.code if photo.pk in known.lookalikes else "",
        correlation_id=item.correlation_id,
    )


def is_behind(photo: Photo, item: PhotoItem) -> bool:
    """Return whether the row of a photo with a picture lacks facts that its item has."""
    if item.status is not Status.READY or photo.processed_at is None:
        return False
    processed_at = _instant(item.processed_at)
    return processed_at is not None and (
        photo.processed_at < processed_at
        or photo.lacks_wall_clock
        or photo.format != item.format
        or turns_differ(photo, item)
    )


def turns_differ(photo: Photo, item: PhotoItem) -> bool:
    """Return whether the row should say otherwise about how the photo is turned, or whether it will be."""
    is_made = item.quarter_turns >= photo.quarter_turns
    return item.quarter_turns > photo.quarter_turns or is_made != (photo.turning_at is None)


def _refresh(photo: Photo, item: PhotoItem) -> bool:
    """Adopt the facts of a newer item: the worker read the same original again."""
    unchanged = Photo.objects.filter(
        pk=photo.pk,
        state=photo.state,
        processed_at=photo.processed_at,
        quarter_turns=photo.quarter_turns,
    )
    return _update(unchanged, photo.owner_id, sortable_facts(photo, item))


def _update(rows: PhotoQuerySet, owner_id: int, facts: dict[str, Any]) -> bool:
    """Set the facts of one photo. Its month counts as its new time of capture says."""
    with transaction.atomic():
        columns = {*month_counts.COUNTED_COLUMNS, *dates.COLUMNS}
        current = rows.select_for_update(no_key=True).values(*columns).first()
        if current is None:
            return False
        changes = dates.with_correction(current, facts)
        if not rows.update(**changes):
            return False
        after = month_counts.month_counted(current | changes)
        month_counts.count(owner_id, before=month_counts.month_counted(current), after=after)
    return True


def sortable_facts(photo: Photo, item: PhotoItem) -> dict[str, Any]:
    """Return the item's facts that lists are sorted or searched by, as columns."""
    wall, instant = wall_and_instant(item)
    sides = (item.width or None, item.height or None)
    # The item of an older turn has the sides of that. An older database learns of turns from the item.
    is_made = item.quarter_turns >= photo.quarter_turns
    if not is_made and (photo.quarter_turns - item.quarter_turns) % 2:
        sides = sides[::-1]
    return {
        "format": item.format,
        "stack_key": stack_key(photo.file_name, item.format, wall),
        "width": sides[0],
        "height": sides[1],
        "quarter_turns": max(photo.quarter_turns, item.quarter_turns),
        "turning_at": None if is_made else (photo.turning_at or timezone.now()),
        "processed_at": _instant(item.processed_at),
        "taken_at": instant,
        "taken_local": wall,
    }


def wall_and_instant(item: PhotoItem) -> tuple[datetime | None, datetime | None]:
    """Return the wall clock of capture without a zone, and the instant in UTC if the offset is known."""
    try:
        said = datetime.fromisoformat(str(item.metadata.get("taken_at", "")))
        return said.replace(tzinfo=None), said.astimezone(UTC) if said.tzinfo else None
    except (ValueError, OverflowError):
        # Near either end of the calendar, the offset can lead outside of what datetime can represent.
        return None, None


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
