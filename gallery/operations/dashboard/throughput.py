"""Photos processed by hour and by day, from the hours that the sweep keeps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from gallery.processing.hours import between, start_of_hour

if TYPE_CHECKING:
    from gallery.processing.models import ProcessedHour

HOURS = 24


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour: photos processed, how many of them failed, mean seconds to the thumbnail, bytes."""

    starts_at: datetime
    processed: int = 0
    failed: int = 0
    mean_seconds: float = 0.0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day: photos processed and their bytes."""

    starts_at: datetime
    processed: int = 0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Throughput:
    """The last 24 hours, including the current one, and the days of this month, both oldest first.

    ``failures`` counts the photos that failed in those hours by reason, most first.
    """

    hours: list[Hour]
    days: list[Day]
    failures: list[tuple[str, int]]


def throughput(now: datetime) -> Throughput:
    """Return what was processed lately: three queries, once the sweep has kept the hours of this month."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    first_hour = start_of_hour(now) - timedelta(hours=HOURS - 1)
    starts = [today.replace(day=number) for number in range(1, today.day + 1)]
    counted = between(min(starts[0], first_hour), now)
    latest = [hour for hour in counted if hour.starts_at >= first_hour]
    failures = sum((Counter(hour.failures) for hour in latest), Counter[str]())
    return Throughput([_hour(hour) for hour in latest], _days(starts, counted), failures.most_common())


def _hour(counted: ProcessedHour) -> Hour:
    mean_seconds = counted.wait_seconds / counted.readable if counted.readable else 0.0
    starts_at = timezone.localtime(counted.starts_at)
    return Hour(starts_at, counted.processed, counted.failed, mean_seconds, counted.size_bytes)


def _days(starts: list[datetime], counted: list[ProcessedHour]) -> list[Day]:
    photos, sizes_bytes = Counter[datetime](), Counter[datetime]()
    for hour in counted:
        day = timezone.localtime(hour.starts_at).replace(hour=0)
        photos[day] += hour.processed
        sizes_bytes[day] += hour.size_bytes
    return [Day(day, photos[day], sizes_bytes[day]) for day in starts]
