"""Photos processed by hour and by day, grouped by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, Sum
from django.db.models.functions import TruncDay, TruncHour
from django.utils import timezone

from gallery.photos.models import Photo
from gallery.photos.states import State

HOURS = 24
_WAIT = ExpressionWrapper(F("processed_at") - F("created_at"), output_field=DurationField())


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


def last_hours(now: datetime) -> list[Hour]:
    """Return the last 24 hours, including the current one, oldest first; one query on an index."""
    current = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    starts = [current - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    readable = Q(reason="")
    rows = (
        Photo.objects.filter(processed_at__gte=starts[0])
        .annotate(starts_at=TruncHour("processed_at"))
        .values("starts_at")
        .annotate(
            processed=Count("id"),
            failed=Count("id", filter=Q(state=State.FAILED)),
            wait=Avg(_WAIT, filter=readable),
            bytes=Sum("size_bytes"),
        )
        .order_by("starts_at")
    )
    found = {
        row["starts_at"]: Hour(
            row["starts_at"],
            row["processed"],
            row["failed"],
            row["wait"].total_seconds() if row["wait"] else 0.0,
            row["bytes"] or 0,
        )
        for row in rows
    }
    return [found.get(hour, Hour(hour)) for hour in starts]


def days_of_month(now: datetime) -> list[Day]:
    """Return the days of this month until today; one query on an index."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    starts = [today.replace(day=number) for number in range(1, today.day + 1)]
    rows = (
        Photo.objects.filter(processed_at__gte=starts[0])
        .annotate(starts_at=TruncDay("processed_at"))
        .values("starts_at")
        .annotate(processed=Count("id"), bytes=Sum("size_bytes"))
        .order_by("starts_at")
    )
    found = {row["starts_at"]: Day(row["starts_at"], row["processed"], row["bytes"] or 0) for row in rows}
    return [found.get(day, Day(day)) for day in starts]
