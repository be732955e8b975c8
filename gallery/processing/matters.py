"""The kinds of matters that the sweep finishes, as queries: what is due, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Min, Q
from django.db.models.functions import Greatest

from gallery.accounts.models import User
from gallery.batches.models import Batch
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.outbox import PENDING_AFTER, due_events
from gallery.photos.querysets import IN_THE_TRASH
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.photos.takedown import open_takedowns
from gallery.search.models import DueTexts
from gallery.sharing import receiving

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

PROCESSING_TOO_LONG = timedelta(minutes=2)
MOST_TURNING_LOOKS = 48
"""About two days. What can't be turned until then waits until its owner turns it again."""
TURNING_TOO_LONG = timedelta(minutes=1)
EXPIRE_AFTER = timedelta(hours=24)
TRASH_RETENTION = timedelta(days=30)
NEVER_ARRIVED_RETENTION = timedelta(days=7)


def awaiting(now: datetime) -> QuerySet[Photo]:
    """Return photos that wait for their original or for the worker."""
    created_before = now - PROCESSING_TOO_LONG
    return Photo.objects.filter(state=State.AWAITING, due_at__lte=now, created_at__lt=created_before)


def turning(now: datetime) -> QuerySet[Photo]:
    """Return photos whose thumbnails are not turned yet as their owner turned them."""
    return Photo.objects.filter(
        taken_down_at=None, looks__lt=MOST_TURNING_LOOKS, turning_at__lt=now - TURNING_TOO_LONG
    )


def deletions(now: datetime) -> QuerySet[DeletionRecord]:
    """Return open deletion records."""
    return DeletionRecord.objects.filter(closed_at=None, due_at__lte=now)


def old_trash(now: datetime) -> Q:
    """Return the condition of photos that were in the trash for 30 days."""
    return Q(IN_THE_TRASH, trashed_at__lt=now - TRASH_RETENTION)


def never_arrived(now: datetime) -> Q:
    """Return the condition of uploads that failed a week ago because nothing was uploaded."""
    return Q(
        state=State.FAILED,
        reason=NEVER_ARRIVED,
        offered_until__lt=now - EXPIRE_AFTER - NEVER_ARRIVED_RETENTION,
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is due of one kind, and for how many seconds the oldest has been."""

    kind: str
    due: int
    oldest_seconds: float


@dataclass(frozen=True, slots=True)
class _Kind:
    rows: Callable[[datetime], QuerySet[Any]]
    since: str | Greatest
    delay: timedelta = timedelta()


_KINDS = {
    "takedowns": _Kind(lambda _: open_takedowns(), "at"),
    "account_deletions": _Kind(lambda _: User.objects.filter(left_at__isnull=False), "left_at"),
    "reservations": _Kind(
        lambda now: DeletionRecord.objects.filter(owner__isnull=False, reserved_until__lte=now),
        "reserved_until",
    ),
    "awaiting": _Kind(awaiting, Greatest("due_at", "created_at")),
    "turning": _Kind(turning, "turning_at", TURNING_TOO_LONG),
    "deletions": _Kind(deletions, Greatest("due_at", "purged_at")),
    "trash": _Kind(lambda now: Photo.objects.filter(old_trash(now)), "trashed_at", TRASH_RETENTION),
    "received": _Kind(receiving.undecided, "created_at", receiving.WAITING),
    "missing_uploads": _Kind(
        lambda now: Photo.objects.filter(never_arrived(now)),
        "offered_until",
        EXPIRE_AFTER + NEVER_ARRIVED_RETENTION,
    ),
    "events": _Kind(due_events, "at", PENDING_AFTER),
    "search_texts": _Kind(lambda _: DueTexts.objects.all(), "at"),
    "batches": _Kind(lambda _: Batch.objects.unfinished().filter(owner__is_active=True), "created_at"),
}
KINDS = tuple(_KINDS)


REMOVED = ("deletions", "trash", "missing_uploads")
"""The kinds that may remove an original."""
LATE = timedelta(days=2)
"""Who moves a whole library to the trash keeps the sweep busy for hours, at 100 removals a run."""


def removals_are_late(now: datetime) -> bool:
    """Return whether something to be removed has been due for more than two days: three cheap queries."""
    return any(_backlog_of(name, _KINDS[name], now).oldest_seconds > LATE.total_seconds() for name in REMOVED)


def backlog(now: datetime) -> list[Backlog]:
    """Return what is due now of each kind: one query each, by partial indexes."""
    return [_backlog_of(name, kind, now) for name, kind in _KINDS.items()]


def _backlog_of(name: str, kind: _Kind, now: datetime) -> Backlog:
    totals = kind.rows(now).order_by().aggregate(due=Count("pk"), since=Min(kind.since))
    since = totals["since"]
    waited = (now - since - kind.delay).total_seconds() if since else 0.0
    return Backlog(name, totals["due"], max(waited, 0.0))
