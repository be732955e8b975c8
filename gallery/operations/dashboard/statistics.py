"""The statistics of the operations page, from database and queues, so every process shows the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from django.db.models import Sum
from django.template.defaultfilters import date as date_format
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gallery.accounts.models import User
from gallery.operations.dashboard.charts import Chart, chart
from gallery.operations.dashboard.prices import AS_OF, month_so_far
from gallery.operations.dashboard.throughput import Day, Hour, throughput
from gallery.photos.models import Photo
from gallery.processing import campaigns
from gallery.processing.hours import PROCESSED_AGAIN
from gallery.processing.models import CampaignPhase, CampaignState, SweepRun
from gallery.storage import queues
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SPAN = timedelta(hours=24)
CACHE_SECONDS = 4
"""Less than the five seconds after which a page asks again, so one open page always gets new statistics."""
SAMPLE_PHOTOS = 500
"""Photos whose time to the thumbnail is measured: the latest of the span."""


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """One queue; no ``depth`` if SQS did not answer."""

    title: str
    depth: queues.Depth | None
    is_dead: bool = False


@dataclass(frozen=True, slots=True)
class FailureCount:
    """Photos that failed for one reason, and their share of all that failed."""

    sentence: str
    photos: int
    percent: float


@dataclass(frozen=True, slots=True)
class SweepKind:
    """One kind of matters of the sweep: what the last run did, and what then was due, and for how long."""

    title: str
    due: int
    oldest_minutes: int
    done: int


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """The campaign that is open: what is made again, how far it is, and when it will have asked for all."""

    what: str
    state: str
    photos: int
    total: int
    failed: int
    minutes_left: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """All statistics on the page, as of ``collected_at``."""

    collected_at: datetime
    queues: list[QueueDepth]
    charts: list[Chart]
    processed: int
    failures: list[FailureCount]
    median_seconds: float | None
    percentile_90_seconds: float | None
    stored_bytes: int
    dollars_this_month: float
    last_sweep: SweepRun | None
    sweep_kinds: list[SweepKind]
    campaign: CampaignProgress | None = None
    prices_as_of: str = AS_OF


def collect(now: datetime | None = None) -> Statistics:
    """Collect the statistics: seven queries, and one call for each queue."""
    now = now or timezone.now()
    since = now - SPAN
    times = (
        Photo.objects.filter(processed_at__gte=since, reason="")
        .order_by("-processed_at")
        .values_list("processed_at", "created_at")[:SAMPLE_PHOTOS]
    )
    waits_seconds = sorted(
        (done - begun).total_seconds() for done, begun in times if done and done - begun < PROCESSED_AGAIN
    )
    stored_bytes = User.objects.aggregate(total=Sum("used_bytes"))["total"] or 0
    lately = throughput(now)
    all_failed = sum(photos for _reason, photos in lately.failures)
    last_sweep = SweepRun.objects.order_by("-pk").first()
    return Statistics(
        collected_at=now,
        queues=_queue_depths(),
        charts=[*_charts_by_hour(lately.hours), _cost_by_day(lately.days)],
        processed=sum(hour.processed for hour in lately.hours),
        failures=[
            FailureCount(sentence(reason), photos, 100 * photos / all_failed)
            for reason, photos in lately.failures
        ],
        median_seconds=_percentile(waits_seconds, 50),
        percentile_90_seconds=_percentile(waits_seconds, 90),
        stored_bytes=stored_bytes,
        dollars_this_month=month_so_far(sum(day.processed for day in lately.days), stored_bytes),
        last_sweep=last_sweep,
        sweep_kinds=_sweep_kinds(last_sweep),
        campaign=_campaign_progress(),
    )


def collect_cached() -> Statistics:
    """Return what this process collected in the last ``CACHE_SECONDS``, or collect it now."""
    found: Statistics | None = cache.get_or_set(
        f"operations.statistics.{get_language()}", collect, CACHE_SECONDS
    )
    return found or collect()


def _charts_by_hour(hours: Sequence[Hour]) -> Iterator[Chart]:
    times = [f"{hour.starts_at:%H:%M}" for hour in hours]
    ticks = [*times[::6], _("now")]

    def draw(title: str, values: Sequence[float], text: Callable[[float], str], summary: str) -> Chart:
        labels = [f"{time}: {text(value)}" for time, value in zip(times, values, strict=True)]
        return chart(title, summary, values, labels=labels, ticks=ticks, maximum=text(max(values)))

    def in_24_hours(total: str) -> str:
        return _("%(total)s in 24 hours") % {"total": total}

    processed = [hour.processed for hour in hours]
    yield draw(_("Photos processed"), processed, _count, in_24_hours(_count(sum(processed))))
    failed = [hour.failed for hour in hours]
    yield draw(_("Photos failed"), failed, _count, in_24_hours(_count(sum(failed))))
    waits_seconds = [hour.mean_seconds for hour in hours]
    yield draw(_("Mean time from upload to thumbnail"), waits_seconds, _seconds, _("per hour"))
    sizes_bytes = [hour.size_bytes for hour in hours]
    yield draw(
        _("Originals stored"), sizes_bytes, filesizeformat, in_24_hours(filesizeformat(sum(sizes_bytes)))
    )


def _count(value: float) -> str:
    return number_format(value, decimal_pos=0, force_grouping=True)


def _seconds(value: float) -> str:
    return _("%(seconds)s s") % {"seconds": number_format(value, decimal_pos=1)}


def _cost_by_day(days: Sequence[Day]) -> Chart:
    """Return the cost of this month's photos up to each day, without those stored before."""
    photos = accumulate(day.processed for day in days)
    sizes_bytes = accumulate(day.size_bytes for day in days)
    dollars = [month_so_far(*so_far) for so_far in zip(photos, sizes_bytes, strict=True)]
    dates = [date_format(day.starts_at, "MONTH_DAY_FORMAT") for day in days]
    return chart(
        _("Cost of new photos this month"),
        _("cumulative"),
        dollars,
        labels=[f"{date}: ${cost:.2f}" for date, cost in zip(dates, dollars, strict=True)],
        ticks=[dates[0], _("today")],
        maximum=f"${dollars[-1]:.2f}",
    )


def _percentile(values: Sequence[float], percent: int) -> float | None:
    """Return the smallest of the sorted values that at least this many percent do not exceed.

    >>> _percentile([1.0, 2.0, 3.0, 4.0], 50)
    2.0
    """
    return values[math.ceil(len(values) * percent / 100) - 1] if values else None


def _sweep_kinds(last: SweepRun | None) -> list[SweepKind]:
    titles = {
        "takedowns": _("Takedowns to finish"),
        "account_deletions": _("Accounts being deleted"),
        "reservations": _("Reserved bytes to return"),
        "awaiting": _("Waiting for upload or processing"),
        "turning": _("Rotated, waiting for thumbnails"),
        "deletions": _("Deletions to verify"),
        "trash": _("Trash older than 30 days"),
        "received": _("Photos from guests without a decision for 60 days"),
        "missing_uploads": _("Uploads that never arrived"),
        "events": _("Events to publish"),
        "search_texts": _("Search texts of large albums, in hundreds"),
        "batches": _("Actions on many photos"),
    }
    if last is None:
        return []
    return [
        SweepKind(
            # After a rollback, the last run may be a newer version's.
            titles.get(entry["kind"], entry["kind"]),
            entry["due"],
            round(entry["oldest_seconds"] / 60),
            last.done.get(entry["kind"], 0),
        )
        for entry in last.backlog
    ]


def _campaign_progress() -> CampaignProgress | None:
    campaign = campaigns.open_campaign()
    if campaign is None:
        return None
    if campaign.state == CampaignState.PAUSED:
        state = _("Paused: manage.py rerender --resume continues it.")
    elif campaign.phase == CampaignPhase.REMOVING:
        state = _("All photos were asked for. The renditions that they replace are being removed.")
    else:
        state = _("Running.")
    return CampaignProgress(
        what=str(campaign),
        state=state,
        photos=campaign.total - campaign.left,
        total=campaign.total,
        failed=campaign.failed,
        minutes_left=math.ceil(campaign.left / max(campaign.per_minute, 1)),
    )


def _queue_depths() -> list[QueueDepth]:
    all_queues = (
        (_("Thumbnails"), settings.THUMBNAILS_QUEUE_URL, False),
        (_("Imports"), settings.IMPORTS_QUEUE_URL, False),
        (_("Dead letters: thumbnails"), settings.THUMBNAILS_DEAD_LETTER_QUEUE_URL, True),
        (_("Dead letters: imports"), settings.IMPORTS_DEAD_LETTER_QUEUE_URL, True),
    )
    return [QueueDepth(title, _depth(url), is_dead) for title, url, is_dead in all_queues if url]


def _depth(url: str) -> queues.Depth | None:
    try:
        return queues.depth(url)
    except queues.QueueUnavailable:
        return None
