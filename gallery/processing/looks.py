"""When the sweep looks at a row again: rarely, and ever more rarely while nothing changes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.photos.models import DeletionRecord

FIRST_INTERVAL = timedelta(minutes=5)
LONGEST_INTERVAL = timedelta(hours=1)
QUIET_TIME = timedelta(hours=2)
"""Longer than the queue's visibility timeout × receives: after it, no message of the photo is in flight."""


def interval_after(looks: int) -> timedelta:
    """Return the time until the next look: twice as long after each, from five minutes to an hour.

    >>> [interval_after(looks).seconds // 60 for looks in range(6)]
    [5, 10, 20, 40, 60, 60]
    """
    # The shift is limited too: by a column's largest value it would be no timedelta.
    return min(FIRST_INTERVAL * (1 << min(looks, 10)), LONGEST_INTERVAL)


def ends_at(record: DeletionRecord) -> datetime:
    """Return when a record may close: no signed PUT, and no message of one, can be under way after it."""
    return max(record.offered_until, record.purged_at) + QUIET_TIME


def next_look(record: DeletionRecord, now: datetime) -> datetime:
    """Return when to look again at a record of which nothing is left.

    While a signed PUT can store the original again, every five minutes. Then once, before the record closes.
    """
    return ends_at(record) if now >= record.offered_until else min(now + FIRST_INTERVAL, record.offered_until)
