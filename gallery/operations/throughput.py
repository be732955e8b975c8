"""What was processed, hour by hour and day by day, grouped by the database."""

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
    """One hour: photos processed, how many of them not readable, mean seconds to the thumbnail, bytes."""

    begins: datetime
    processed: int = 0
    failed: int = 0
    mean_seconds: float = 0.0
    size_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Day:
    """One day: photos processed and their bytes."""

    begins: datetime
    processed: int = 0
    size_bytes: int = 0


def last_hours(now: datetime) -> list[Hour]:
    """Return the last 24 hours, the present one included, oldest first; one query by index."""
    present = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    wanted = [present - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    readable = Q(reason="")
    rows = (
        Photo.objects.filter(processed_at__gte=wanted[0])
        .annotate(begins=TruncHour("processed_at"))
        .values("begins")
        .annotate(
            processed=Count("id"),
            failed=Count("id", filter=Q(state=State.FAILED)),
            wait=Avg(_WAIT, filter=readable),
            bytes=Sum("size_bytes"),
        )
        .order_by("begins")
    )
    found = {
        row["begins"]: Hour(
            row["begins"],
            row["processed"],
            row["failed"],
            row["wait"].total_seconds() if row["wait"] else 0.0,
            row["bytes"] or 0,
        )
        for row in rows
    }
    return [found.get(hour, Hour(hour)) for hour in wanted]


def days_of_month(now: datetime) -> list[Day]:
    """Return the days of this month until today; one query by index."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    wanted = [today.replace(day=number) for number in range(1, today.day + 1)]
    rows = (
        Photo.objects.filter(processed_at__gte=wanted[0])
        .annotate(begins=TruncDay("processed_at"))
        .values("begins")
        .annotate(processed=Count("id"), bytes=Sum("size_bytes"))
        .order_by("begins")
    )
    found = {row["begins"]: Day(row["begins"], row["processed"], row["bytes"] or 0) for row in rows}
    return [found.get(day, Day(day)) for day in wanted]
