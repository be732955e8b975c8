"""Count what was processed by the hour. The sweep keeps the hours that are over.

At 200,000 photos a day, a page that counted the photos of its month would read millions of rows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncHour

from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing.models import ProcessedHour

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HOUR = timedelta(hours=1)
OPEN_FOR = timedelta(hours=1)
"""How long after its end an hour may still get photos: rows adopt what the worker did some minutes later."""
KEPT = timedelta(days=35)
"""Longer than a month."""
HOURS_AT_ONCE = 48
"""So the first run after an upgrade reads two days and not a month."""
_WAIT = ExpressionWrapper(F("processed_at") - F("created_at"), output_field=DurationField())
PROCESSED_AGAIN = timedelta(days=1)
"""An upload fails after a day, so a photo that was processed later was processed again: no one waited."""
_READABLE = Q(reason="", processed_at__lt=F("created_at") + PROCESSED_AGAIN)


def start_of_hour(at: datetime) -> datetime:
    """Return the instant, in UTC, at which the hour began.

    >>> start_of_hour(datetime(2026, 11, 29, 10, 45, tzinfo=UTC)).isoformat()
    '2026-11-29T10:00:00+00:00'
    """
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def between(first: datetime, now: datetime) -> list[ProcessedHour]:
    """Return each hour from the one of ``first`` to the present one, oldest first.

    One query reads the hours that are kept, and two count each gap: usually the last two hours or three.
    """
    wanted = _hours(start_of_hour(first), start_of_hour(now) + HOUR)
    kept = ProcessedHour.objects.filter(starts_at__gte=wanted[0], starts_at__lt=wanted[-1] + HOUR)
    found = {hour.starts_at: hour for hour in kept}
    for gap in _gaps([hour for hour in wanted if hour not in found]):
        found |= {hour.starts_at: hour for hour in _count(gap)}
    return [found[hour] for hour in wanted]


def close(now: datetime) -> int:
    """Keep the hours that are over, newest first, up to two days at once. Return how many were kept."""
    end = start_of_hour(now - OPEN_FOR)
    wanted = _hours(start_of_hour(now - KEPT), end)
    kept = set(ProcessedHour.objects.filter(starts_at__lt=end).values_list("starts_at", flat=True))
    missing = [hour for hour in wanted if hour not in kept][-HOURS_AT_ONCE:]
    if not missing:
        return 0
    made = [hour for gap in _gaps(missing) for hour in _count(gap)]
    ProcessedHour.objects.filter(starts_at__lt=wanted[0]).delete()
    # Another run may have kept them meanwhile. Its counts are as good.
    ProcessedHour.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _hours(start: datetime, end: datetime) -> list[datetime]:
    return [start + HOUR * number for number in range((end - start) // HOUR)]


def _gaps(hours: Sequence[datetime]) -> Iterator[list[datetime]]:
    """Yield the given hours in groups that follow each other without a gap."""
    group: list[datetime] = []
    for hour in hours:
        if group and hour != group[-1] + HOUR:
            yield group
            group = []
        group.append(hour)
    if group:
        yield group


def _count(hours: Sequence[datetime]) -> list[ProcessedHour]:
    """Count the photos of hours that follow each other, by two queries on an index."""
    found = {hour: ProcessedHour(starts_at=hour) for hour in hours}
    rows = (
        Photo.objects.filter(processed_at__gte=hours[0], processed_at__lt=hours[-1] + HOUR)
        .order_by()
        .annotate(hour=TruncHour("processed_at", tzinfo=UTC))
    )
    counts = rows.values("hour").annotate(
        processed=Count("id"),
        readable=Count("id", filter=_READABLE),
        wait=Sum(_WAIT, filter=_READABLE),
        bytes=Sum("size_bytes"),
    )
    for row in counts:
        hour = found[row["hour"]]
        hour.processed, hour.readable, hour.size_bytes = row["processed"], row["readable"], row["bytes"] or 0
        hour.wait_seconds = row["wait"].total_seconds() if row["wait"] else 0.0
    failures = rows.filter(state=State.FAILED).values("hour", "reason").annotate(photos=Count("id"))
    for failed in failures:
        found[failed["hour"]].failures[failed["reason"]] = failed["photos"]
    return list(found.values())
