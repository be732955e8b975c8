"""The figures of the operations page: from database and queues, so that they are the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from gallery.accounts.models import User
from gallery.operations.charts import Chart, chart
from gallery.operations.prices import AS_OF, month_so_far
from gallery.operations.throughput import Day, Hour, days_of_month, last_hours
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.storage import queues
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SPAN = timedelta(hours=24)
SHARED_SECONDS = 4
"""Less than the page's five seconds: whoever looks alone always sees something new."""
SAMPLE = 500
"""Photos whose way to the thumbnail is measured: the latest of the span."""


@dataclass(frozen=True, slots=True)
class QueueFigure:
    """One queue; no depth means that nobody could tell."""

    title: str
    depth: queues.Depth | None
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why photos could not be read, how many, and their share of all that could not, in percent."""

    words: str
    number: int
    percent: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything on the page, as of ``at``; times in seconds, money in dollars."""

    at: datetime
    queues: list[QueueFigure] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    processed: int = 0
    failures: list[Failure] = field(default_factory=list)
    median_seconds: float | None = None
    slowest_tenth_seconds: float | None = None
    stored_bytes: int = 0
    dollars_this_month: float = 0.0
    prices_as_of: str = AS_OF


def look(now: datetime | None = None) -> Figures:
    """Gather the figures: five queries, and one call for each queue."""
    now = now or timezone.now()
    since = now - SPAN
    moments = Photo.objects.filter(processed_at__gte=since).order_by("-processed_at")
    waits = sorted(
        (done - begun).total_seconds()
        for done, begun in moments.filter(reason="").values_list("processed_at", "created_at")[:SAMPLE]
        if done is not None
    )
    stored = User.objects.aggregate(total=Sum("used_bytes"))["total"] or 0
    failed = list(
        Photo.objects.filter(processed_at__gte=since, state=State.FAILED)
        .values_list("reason")
        .annotate(number=Count("id"))
        .order_by("-number")
    )
    unreadable = sum(number for _, number in failed) or 1
    hours, days = last_hours(now), days_of_month(now)
    return Figures(
        at=now,
        queues=_queues(),
        charts=[*_by_hour(hours), _by_day(days)],
        processed=sum(hour.processed for hour in hours),
        failures=[Failure(sentence(reason), number, 100 * number / unreadable) for reason, number in failed],
        median_seconds=_quantile(waits, 0.5),
        slowest_tenth_seconds=_quantile(waits, 0.9),
        stored_bytes=stored,
        dollars_this_month=month_so_far(sum(day.processed for day in days), stored),
    )


def look_together() -> Figures:
    """Return what this process gathered in the last ``SHARED_SECONDS``, or gather it now."""
    found: Figures | None = cache.get_or_set("operations.figures", look, SHARED_SECONDS)
    return found or look()


def _by_hour(hours: Sequence[Hour]) -> Iterator[Chart]:
    times = [f"{hour.begins:%H:%M}" for hour in hours]
    ticks = [*times[::6], "now"]

    def drawn(title: str, values: Sequence[float], written: Callable[[float], str], summary: str) -> Chart:
        words = [f"{time}: {written(value)}" for time, value in zip(times, values, strict=True)]
        return chart(title, summary, values, words=words, ticks=ticks, most=written(max(values)))

    processed = [hour.processed for hour in hours]
    yield drawn("Photos processed", processed, lambda n: f"{n:,.0f}", f"{sum(processed):,} in 24 hours")
    failed = [hour.failed for hour in hours]
    yield drawn("Not readable", failed, lambda n: f"{n:,.0f}", f"{sum(failed):,} in 24 hours")
    waits = [hour.mean_seconds for hour in hours]
    yield drawn("From upload to thumbnail, mean", waits, lambda n: f"{n:.1f} s", "by the hour")
    sizes = [hour.size_bytes for hour in hours]
    yield drawn("Originals stored", sizes, filesizeformat, f"{filesizeformat(sum(sizes))} in 24 hours")


def _by_day(days: Sequence[Day]) -> Chart:
    """Draw what this month has cost until each of its days, without what was stored before."""
    photos = list(accumulate(day.processed for day in days))
    sizes = list(accumulate(day.size_bytes for day in days))
    dollars = [month_so_far(number, size) for number, size in zip(photos, sizes, strict=True)]
    words = [f"{day.begins:%d.%m.}: ${cost:.2f}" for day, cost in zip(days, dollars, strict=True)]
    ticks = [f"{days[0].begins:%d.%m.}", "today"]
    return chart(
        "Cost of new photos, this month",
        "adding up",
        dollars,
        words=words,
        ticks=ticks,
        most=f"${dollars[-1]:.2f}",
    )


def _quantile(values: Sequence[float], share: float) -> float | None:
    """Return the value that this share of the sorted values does not pass.

    >>> _quantile([1.0, 2.0, 3.0, 4.0], 0.5)
    2.0
    """
    if not values:
        return None
    return values[max(0, -(-int(len(values) * share * 100) // 100) - 1)]


def _queues() -> list[QueueFigure]:
    known = (
        ("Thumbnails", settings.THUMBNAILS_QUEUE_URL, False),
        ("Imports", settings.IMPORTS_QUEUE_URL, False),
        ("Thumbnails given up", settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL, True),
        ("Imports given up", settings.IMPORTS_DEAD_LETTER_QUEUE_URL, True),
    )
    return [QueueFigure(title, _depth(url), is_dead) for title, url, is_dead in known if url]


def _depth(url: str) -> queues.Depth | None:
    try:
        return queues.depth(url)
    except queues.QueueUnavailable:
        return None
