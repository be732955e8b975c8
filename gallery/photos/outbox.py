"""Publish moderators' decisions: no page waits for the topic, and no event is lost.

The history row of a decision records which event it is and whether the topic took it. It is published once
right after the commit; what stays pending is published by ``sweep``. A repetition has the same ``event_id``.
"""

from __future__ import annotations

import time
from datetime import UTC, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone

from gallery.photos.models import HistoryEntry
from gallery.storage.topic import topic
from thumbworker.contract.events import EVENT_NAMESPACE, EventType, PhotoEvent, photo_url

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.photos.models import HistoryQuerySet

PENDING_AFTER = timedelta(minutes=1)
"""The age at which a job publishes what the request did not."""
MAX_PENDING = 500
MAX_SECONDS = 8.0


def event_id(entry: HistoryEntry) -> UUID:
    """Return the id of the row's event. A photo makes one move at one instant."""
    # Not by the row's own number, which a restored database gives out a second time.
    instant = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    return uuid5(EVENT_NAMESPACE, f"{entry.move}|{entry.photo_id}|{instant}")


def event_of(entry: HistoryEntry, owner_id: int, *, correlation_id: str = "") -> PhotoEvent:
    """Return the event that a decision's row stands for, as ``contract/events.schema.json`` describes it."""
    event_type = EventType(entry.news_type)
    return PhotoEvent(
        event_id=event_id(entry),
        type=event_type,
        photo_id=entry.photo_id,
        owner=str(owner_id),
        status=event_type.removeprefix("photo.").upper(),
        reason=entry.reason,
        address=photo_url(settings.SITE_ORIGIN, entry.photo_id),
        occurred_at=entry.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        correlation_id=correlation_id,
    )


def publish_now(entry: HistoryEntry, owner_id: int, *, correlation_id: str = "") -> bool:
    """Try once to publish what was just committed; return whether the topic took it."""
    published = topic().publish_now(event_of(entry, owner_id, correlation_id=correlation_id))
    return published and _mark_published(entry)


def due_events(now: datetime) -> HistoryQuerySet:
    """Return the moves whose event the request should have published by now."""
    return HistoryEntry.objects.with_pending_events().filter(at__lt=now - PENDING_AFTER)


def publish_pending(now: datetime | None = None, *, most: int = MAX_PENDING) -> int:
    """Publish pending events, oldest first; return how many the topic took.

    Stop at the first that it does not take, after ``most``, or after eight seconds. The next run continues.
    """
    deadline = time.monotonic() + MAX_SECONDS
    published = 0
    pending = due_events(now or timezone.now())
    for entry in pending.select_related("photo").order_by("id")[:most]:
        if time.monotonic() > deadline or not topic().publish(event_of(entry, entry.photo.owner_id)):
            break
        _mark_published(entry)
        published += 1
    return published


def _mark_published(entry: HistoryEntry) -> bool:
    # A crash before this line publishes the event twice, with one event id.
    HistoryEntry.objects.filter(pk=entry.pk).update(published_at=timezone.now())
    return True
