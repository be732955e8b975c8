"""Owns SNS: tells what moderators decided. Nobody's page waits for it, and nothing decided stays untold.

The history row of a decision says which news it is and whether the topic has taken it. On commit it is
told once, in haste; what stays open is told by ``sweep``. A repetition carries the same ``event_id``.
"""

from __future__ import annotations

import functools
import time
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, cast
from uuid import UUID, uuid5

import structlog
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone

from gallery.photos.aws import client_config, make_client
from gallery.photos.models import HistoryEntry
from thumbworker.contract.events import EVENT_NAMESPACE, EventType, PhotoEvent, photo_url

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sns.client import SNSClient

logger = structlog.get_logger(__name__)

HASTE_SECONDS = 0.4
"""How long the one try on commit may wait for a connection, and again for the answer."""
WINDOW_SECONDS = 30.0
BUDGET_SECONDS = 0.5
"""What the pages of a process may wait for the topic in one window: many decisions do not wait each."""
OPEN_AFTER = timedelta(minutes=1)
MAX_OPEN = 500
SWEEP_SECONDS = 8.0


@dataclass(slots=True)
class Topic:
    """The two clients of the topic: one whose caller waits for a page, and one that has time."""

    hasty: SNSClient
    patient: SNSClient
    window_began: float = float("-inf")
    waited_seconds: float = 0.0


@functools.cache
def topic() -> Topic:
    """Return the process's one way to the topic."""
    hasty = client_config(read_timeout=HASTE_SECONDS).merge(
        Config(connect_timeout=HASTE_SECONDS, retries={"total_max_attempts": 1})
    )
    return Topic(
        cast("SNSClient", make_client("sns", hasty)), cast("SNSClient", make_client("sns", client_config()))
    )


def event_id(entry: HistoryEntry) -> UUID:
    """Return the id of what the row tells; a photo makes one move at one instant."""
    # Not by the row's own number, which a restored database gives out a second time.
    instant = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return uuid5(EVENT_NAMESPACE, f"{entry.move}|{entry.photo_id}|{instant}")


def news_of(entry: HistoryEntry, owner_id: int, *, correlation_id: str = "") -> PhotoEvent:
    """Return the news that a decision's row stands for, as ``contract/events.schema.json`` says."""
    news_type = EventType(entry.news_type)
    return PhotoEvent(
        event_id=event_id(entry),
        type=news_type,
        photo_id=entry.photo_id,
        owner=str(owner_id),
        status=news_type.removeprefix("photo.").upper(),
        reason=entry.reason,
        address=photo_url(settings.SITE_ORIGIN, entry.photo_id),
        occurred_at=entry.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        correlation_id=correlation_id,
    )


def tell_in_haste(entry: HistoryEntry, owner_id: int, *, correlation_id: str = "") -> bool:
    """Try once to tell what was just committed; tell whether the topic took it."""
    way = topic()
    started = time.monotonic()
    if started - way.window_began > WINDOW_SECONDS:
        way.window_began, way.waited_seconds = started, 0.0
    if way.waited_seconds > BUDGET_SECONDS:
        return False
    told = _tell(way.hasty, news_of(entry, owner_id, correlation_id=correlation_id), entry)
    # One that failed at once is no better: nobody else tries before the window is over.
    way.waited_seconds += time.monotonic() - started if told else WINDOW_SECONDS
    return told


def tell_open(now: datetime | None = None) -> int:
    """Tell what the topic has not taken yet, oldest first; return how many it took.

    Stops at the first that it does not take, after 500, or after eight seconds: the next run goes on.
    """
    deadline = time.monotonic() + SWEEP_SECONDS
    matters = HistoryEntry.objects.with_untold_news().filter(at__lt=(now or timezone.now()) - OPEN_AFTER)
    told = 0
    for entry in matters.select_related("photo").order_by("id")[:MAX_OPEN]:
        if time.monotonic() > deadline or not _tell(
            topic().patient, news_of(entry, entry.photo.owner_id), entry
        ):
            break
        told += 1
    return told


def _tell(client: SNSClient, news: PhotoEvent, entry: HistoryEntry) -> bool:
    try:
        client.publish(
            TopicArn=settings.PHOTO_EVENTS_TOPIC_ARN,
            Message=news.to_json(),
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in news.attributes().items()
            },
        )
    except (BotoCoreError, ClientError) as error:
        logger.warning("news_not_told_yet", type=news.type, photo_id=str(news.photo_id), problem=str(error))
        return False
    # A crash before this line tells the news twice, with one event id.
    HistoryEntry.objects.filter(pk=entry.pk).update(published_at=timezone.now())
    return True
