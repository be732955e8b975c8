"""The figures of the operations page: from database and queues, so that they are the same everywhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Count, Sum
from django.utils import timezone

from gallery.accounts.models import User
from gallery.operations import queues
from gallery.operations.prices import AS_OF, month_so_far
from gallery.photos.models import Photo
from gallery.photos.states import State
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

SPAN = timedelta(hours=24)
BAR_SPAN = timedelta(minutes=30)
BARS = int(SPAN / BAR_SPAN)
SAMPLE = 500
"""Photos whose way to the thumbnail is measured: the latest of the span."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in units of its box."""

    x: int
    y: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class QueueFigure:
    """One queue; no depth means that nobody could tell."""

    title: str
    depth: queues.Depth | None
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything on the page, as of ``at``; times in seconds, money in dollars."""

    at: datetime
    queues: list[QueueFigure] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    processed: int = 0
    busiest: int = 0
    failures: list[tuple[str, int]] = field(default_factory=list)
    median_seconds: float | None = None
    slowest_tenth_seconds: float | None = None
    stored_bytes: int = 0
    dollars_this_month: float = 0.0
    prices_as_of: str = AS_OF


CHART_HEIGHT = 100
BAR_WIDTH = 10


def look(now: datetime | None = None) -> Figures:
    """Gather the figures: five queries, and one call for each queue."""
    now = now or timezone.now()
    since = now - SPAN
    moments = Photo.objects.filter(processed_at__gte=since).order_by("-processed_at")
    instants = list(moments.values_list("processed_at", flat=True)[:100_000])
    waits = sorted(
        (done - begun).total_seconds()
        for done, begun in moments.filter(reason="").values_list("processed_at", "created_at")[:SAMPLE]
        if done is not None
    )
    stored = User.objects.aggregate(total=Sum("used_bytes"))["total"] or 0
    counts = _per_bar([instant for instant in instants if instant is not None], since)
    failed = (
        Photo.objects.filter(processed_at__gte=since, state=State.FAILED)
        .values_list("reason")
        .annotate(number=Count("id"))
        .order_by("-number")
    )
    first_of_month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    this_month = Photo.objects.filter(processed_at__gte=first_of_month).count()
    return Figures(
        at=now,
        queues=_queues(),
        bars=_bars(counts, since),
        processed=len(instants),
        busiest=max(counts, default=0),
        failures=[(sentence(reason), number) for reason, number in failed],
        median_seconds=_quantile(waits, 0.5),
        slowest_tenth_seconds=_quantile(waits, 0.9),
        stored_bytes=stored,
        dollars_this_month=month_so_far(this_month, stored),
    )


def _per_bar(instants: Sequence[datetime], since: datetime) -> list[int]:
    counts = [0] * BARS
    for instant in instants:
        counts[min(int((instant - since) / BAR_SPAN), BARS - 1)] += 1
    return counts


def _bars(counts: Sequence[int], since: datetime) -> list[Bar]:
    tallest = max(counts, default=0) or 1
    found = []
    for number, count in enumerate(counts):
        height = round(CHART_HEIGHT * count / tallest)
        begins = timezone.localtime(since + number * BAR_SPAN)
        label = f"{begins:%H:%M}: {count}"
        found.append(Bar(number * BAR_WIDTH, CHART_HEIGHT - height, height, label))
    return found


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
