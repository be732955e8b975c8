"""Process overdue rows and open deletion records: bounded, resumable, safe to run twice.

It deletes an original only if a deletion record names it: a restored or wrong database must never empty the
gallery. After 100 removals it stops and logs an error. The next run continues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db.models import Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.imports import results
from gallery.photos import outbox, transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.reservations import release_expired
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing.settle import settle
from gallery.storage import catalogue
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from uuid import UUID

logger = structlog.get_logger(__name__)

MAX_ROWS = 500
MAX_REMOVALS = 100

PROCESSING_TOO_LONG = timedelta(minutes=2)
CHECK_AGAIN_AFTER = timedelta(minutes=5)
EXPIRE_AFTER = timedelta(hours=24)
QUIET_TIME = timedelta(hours=2)
"""Longer than the queue's visibility timeout × receives: after it, no message of the photo is in flight."""
TRASH_RETENTION = timedelta(days=30)
NEVER_ARRIVED_RETENTION = timedelta(days=7)
OF_CLOSED_ACCOUNT = Q(state=State.AWAITING, owner__in=User.objects.filter(is_active=False))


@dataclass(slots=True)
class SweepReport:
    """What one run did, as counts.

    ``stopped``: the limit of removals was reached. ``unavailable``: S3 or DynamoDB did not respond.
    """

    settled: int = 0
    nudged: int = 0
    expired: int = 0
    imports_requested: int = 0
    purged: int = 0
    originals_removed: int = 0
    records_closed: int = 0
    reservations_released: int = 0
    offers_ended: int = 0
    events_published: int = 0
    stopped: bool = False
    unavailable: bool = False

    @property
    def removals(self) -> int:
        """Return the number of photos and originals that this run removed."""
        return self.purged + self.originals_removed


class _TooManyRemovals(Exception):
    pass


def sweep(now: datetime | None = None) -> SweepReport:
    """Process at most 500 rows of each kind."""
    report = SweepReport()
    now = now or timezone.now()
    report.reservations_released = release_expired(now)
    try:
        _sweep_awaiting(now, report)
        _sweep_deletions(now, report)
        _sweep_expired(now, report)
    except (OriginalsUnavailable, catalogue.CatalogueUnavailable) as problem:
        report.unavailable = True
        logger.warning("sweep_interrupted", problem=str(problem))
    except _TooManyRemovals:
        report.stopped = True
        # The code did not fail, so there is no useful traceback.
        logger.error(  # noqa: TRY400
            "sweep_stopped", removals=report.removals, limit=MAX_REMOVALS
        )
    report.events_published = outbox.publish_pending(now)
    return report


def _overdue(now: datetime) -> Q:
    return Q(looked_at__lt=now - CHECK_AGAIN_AFTER)


def _sweep_awaiting(now: datetime, report: SweepReport) -> None:
    """Settle what the worker processed, nudge what it did not, and expire what was never uploaded."""
    overdue = Photo.objects.filter(
        _overdue(now), state=State.AWAITING, created_at__lt=now - PROCESSING_TOO_LONG
    ).order_by("looked_at", "id")
    ids = list(overdue.values_list("pk", flat=True)[:MAX_ROWS])
    # Half as many as fit into one BatchGetItem, because an import has two items.
    for batch in catalogue.batches(ids, catalogue.BATCH_SIZE // 2):
        reading = catalogue.read(batch, import_ids=batch)
        settled = settle(batch, reading=reading)
        report.settled += len(settled)
        still_awaiting = Photo.objects.filter(pk__in=batch, state=State.AWAITING)
        if reading.complete:
            for photo in still_awaiting.with_owner():
                _check_awaiting(photo, reading, now, report)
        # Marked last, so the next run repeats a batch that was interrupted.
        still_awaiting.update(looked_at=now)


def _check_awaiting(photo: Photo, reading: catalogue.Reading, now: datetime, report: SweepReport) -> None:
    if originals().head(photo.pk) is not None:
        originals().nudge(photo.pk)
        report.nudged += 1
    elif not photo.owner.is_active:
        # No original is lost. One that arrives later is removed, as the deletion record says.
        report.offers_ended += purge_photo(photo.pk, only_if=OF_CLOSED_ACCOUNT)
    elif photo.origin_url:
        progress = results.advance(photo, reading.imports.get(photo.pk), now)
        report.imports_requested += progress is results.Progress.REQUESTED_AGAIN
        report.expired += progress is results.Progress.EXPIRED
    elif photo.offered_until < now - EXPIRE_AFTER:
        report.expired += transitions.given_up(photo.pk, offered_before=now - EXPIRE_AFTER)


def _sweep_deletions(now: datetime, report: SweepReport) -> None:
    """Close the records of photos that are gone from every store, and delete again what reappeared."""
    overdue = DeletionRecord.objects.filter(_overdue(now), closed_at=None).order_by("looked_at", "photo_id")
    for record in overdue[:MAX_ROWS]:
        _check_deletion(record, now, report)
        DeletionRecord.objects.filter(pk=record.pk).update(looked_at=now)


def _check_deletion(record: DeletionRecord, now: datetime, report: SweepReport) -> None:
    storage = originals()
    has_original = storage.head(record.photo_id) is not None
    is_left = (
        has_original or catalogue.exists(record.photo_id) or storage.any_rendition_exists(record.photo_id)
    )
    if is_left:
        if has_original:
            _count_removal(report)
            storage.remove(record.photo_id)
            report.originals_removed += 1
        # Delete before the nudge, so the worker finds no original.
        storage.nudge(record.photo_id)
        report.nudged += 1
    elif max(record.offered_until, record.purged_at) < now - QUIET_TIME:
        # Until then, a late PUT with an old signature or a late message could recreate it.
        report.records_closed += DeletionRecord.objects.filter(pk=record.pk, closed_at=None).update(
            closed_at=now
        )


def _sweep_expired(now: datetime, report: SweepReport) -> None:
    """Purge what was in the trash for 30 days, and uploads that never arrived a week after they expired."""
    for photo_id in _ids_of(old_trash := Q(trashed_at__lt=now - TRASH_RETENTION)):
        _purge(photo_id, old_trash, report)
    never_arrived = Q(
        state=State.FAILED,
        reason=NEVER_ARRIVED,
        offered_until__lt=now - EXPIRE_AFTER - NEVER_ARRIVED_RETENTION,
    )
    for photo_id in _ids_of(never_arrived):
        if originals().head(photo_id) is None:
            _purge(photo_id, never_arrived, report)
        else:
            # The upload arrived late, so wait for the worker again.
            transitions.arrived_late(photo_id)


def _ids_of(condition: Q) -> list[UUID]:
    return list(Photo.objects.filter(condition).order_by("id").values_list("pk", flat=True)[:MAX_ROWS])


def _purge(photo_id: UUID, only_if: Q, report: SweepReport) -> None:
    _count_removal(report)
    report.purged += purge_photo(photo_id, only_if=only_if)


def _count_removal(report: SweepReport) -> None:
    if report.removals >= MAX_REMOVALS:
        raise _TooManyRemovals
