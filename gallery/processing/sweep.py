"""Looks at open matters only, and makes the world right: bounded, resumable, safe to run twice.

It deletes an original only if a deletion record names it: a restored or wrong database must never
empty the gallery. Above 100 removals it stops and says so; the next run goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db.models import Q
from django.utils import timezone

from gallery.imports.sweep import look_at_import
from gallery.photos import outbox, transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing.settle import settle
from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

logger = structlog.get_logger(__name__)

MAX_MATTERS = 500
MAX_REMOVALS = 100

PROCESSING_TOO_LONG = timedelta(minutes=2)
LOOK_AGAIN_AFTER = timedelta(minutes=5)
GIVE_UP_AFTER = timedelta(hours=24)
QUIET_TIME = timedelta(hours=2)
"""Longer than queue visibility x receives: after it, no message of the photo is still at work."""
TRASH_KEPT = timedelta(days=30)
NEVER_ARRIVED_KEPT = timedelta(days=7)


@dataclass(slots=True)
class SweepReport:
    """What one run did, by count. ``stopped`` says that the limit of removals ended it early."""

    settled: int = 0
    nudged: int = 0
    given_up: int = 0
    imports_requested: int = 0
    purged: int = 0
    originals_removed: int = 0
    records_closed: int = 0
    news_told: int = 0
    stopped: bool = False
    unavailable: bool = False

    @property
    def removals(self) -> int:
        """Return how many photos or originals this run ended."""
        return self.purged + self.originals_removed


class _TooManyRemovals(Exception):
    pass


def sweep(now: datetime | None = None) -> SweepReport:
    """Look at at most 500 open matters of each kind and move each on."""
    report = SweepReport()
    now = now or timezone.now()
    try:
        _sweep_awaiting(now, report)
        _sweep_deletions(now, report)
        _sweep_expired(now, report)
    except OriginalsUnavailable as problem:
        report.unavailable = True
        logger.warning("sweep_interrupted", problem=str(problem))
    except catalogue.CatalogueUnavailable as problem:
        report.unavailable = True
        logger.warning("sweep_interrupted", problem=str(problem))
    except _TooManyRemovals:
        report.stopped = True
        # Not a failure of the code but of the world: there is no traceback worth keeping.
        logger.error(  # noqa: TRY400
            "sweep_stopped", removals=report.removals, limit=MAX_REMOVALS
        )
    report.news_told = outbox.publish_pending(now)
    return report


def _due(now: datetime) -> Q:
    return Q(looked_at__lt=now - LOOK_AGAIN_AFTER)


def _batches(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    # Half as many as fit into one reading: an import has two items.
    size = catalogue.BATCH_SIZE // 2
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _sweep_awaiting(now: datetime, report: SweepReport) -> None:
    """Settle what the worker has done; nudge what it has not; give up what never came."""
    matters = Photo.objects.filter(
        _due(now), state=State.AWAITING, created_at__lt=now - PROCESSING_TOO_LONG
    ).order_by("looked_at", "id")
    ids = list(matters.values_list("pk", flat=True)[:MAX_MATTERS])
    for batch in _batches(ids):
        reading = catalogue.read(batch, import_ids=batch)
        settled = settle(batch, reading=reading)
        report.settled += len(settled)
        still = Photo.objects.filter(pk__in=batch, state=State.AWAITING)
        for photo in still:
            if reading.complete:
                _look_for_original(photo, reading, now, report)
        # Marked when done, so that a run that was cut off begins here again.
        Photo.objects.filter(pk__in=batch, state=State.AWAITING).update(looked_at=now)


def _look_for_original(photo: Photo, reading: catalogue.Reading, now: datetime, report: SweepReport) -> None:
    if originals().head(photo.pk) is not None:
        originals().nudge(photo.pk)
        report.nudged += 1
    elif photo.origin_url:
        done = look_at_import(photo, reading.imports.get(photo.pk), now)
        report.imports_requested += done == "requested"
        report.given_up += done == "given_up"
    elif photo.offered_until < now - GIVE_UP_AFTER:
        report.given_up += transitions.given_up(photo.pk, offered_before=now - GIVE_UP_AFTER)


def _sweep_deletions(now: datetime, report: SweepReport) -> None:
    """Close the records whose photo is gone from every store; end again what came back."""
    matters = DeletionRecord.objects.filter(_due(now), closed_at=None).order_by("looked_at", "photo_id")
    for record in matters[:MAX_MATTERS]:
        _look_at_deletion(record, now, report)
        DeletionRecord.objects.filter(pk=record.pk).update(looked_at=now)


def _look_at_deletion(record: DeletionRecord, now: datetime, report: SweepReport) -> None:
    storage = originals()
    there = storage.head(record.photo_id) is not None
    left = there or catalogue.exists(record.photo_id) or storage.any_rendition_exists(record.photo_id)
    if left:
        if there:
            _count_removal(report)
            storage.remove(record.photo_id)
            report.originals_removed += 1
        # The original first, the nudge second: the worker must find it gone.
        storage.nudge(record.photo_id)
        report.nudged += 1
    elif max(record.offered_until, record.purged_at) < now - QUIET_TIME:
        # Until then a late PUT by an old signature, or a late message, could still bring it back.
        report.records_closed += DeletionRecord.objects.filter(pk=record.pk, closed_at=None).update(
            closed_at=now
        )


def _sweep_expired(now: datetime, report: SweepReport) -> None:
    """Purge what has lain in the trash for 30 days, and offers that nobody took up for a week."""
    for photo_id in _ids_of(old_trash := Q(trashed_at__lt=now - TRASH_KEPT)):
        _purge(photo_id, old_trash, report)
    never_arrived = Q(
        state=State.FAILED, reason=NEVER_ARRIVED, offered_until__lt=now - GIVE_UP_AFTER - NEVER_ARRIVED_KEPT
    )
    for photo_id in _ids_of(never_arrived):
        if originals().head(photo_id) is None:
            _purge(photo_id, never_arrived, report)
        else:
            # It came late, and its owner has not looked since: it is a photo and no empty offer.
            transitions.arrived_late(photo_id)


def _ids_of(matters: Q) -> list[UUID]:
    return list(Photo.objects.filter(matters).order_by("id").values_list("pk", flat=True)[:MAX_MATTERS])


def _purge(photo_id: UUID, only_if: Q, report: SweepReport) -> None:
    _count_removal(report)
    report.purged += purge_photo(photo_id, only_if=only_if)


def _count_removal(report: SweepReport) -> None:
    if report.removals >= MAX_REMOVALS:
        raise _TooManyRemovals
