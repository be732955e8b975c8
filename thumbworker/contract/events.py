"""The events of a photo that the topic publishes: versioned JSON, described by ``events.schema.json``.

Each type has one publisher: the worker publishes processed, failed and deleted, the gallery approved and
rejected. Delivery is at least once and unordered. A repeated event has the same ``event_id``: a subscriber
drops those it has seen.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

if TYPE_CHECKING:
    from thumbworker.contract.items import PhotoItem

SCHEMA = "contactsheet.photo/1"
EVENT_NAMESPACE = UUID("8d1b0f6e-52b0-4f0c-9f35-6f0a5d7f3c21")
"""Namespace of the event ids; a change would make old events look new."""

DELETED_STATUS = "DELETED"


class EventType(StrEnum):
    """What happened to a photo."""

    PROCESSED = "photo.processed"
    FAILED = "photo.failed"
    DELETED = "photo.deleted"
    APPROVED = "photo.approved"
    REJECTED = "photo.rejected"


@dataclass(frozen=True, slots=True)
class PhotoEvent:
    """One event. ``occurred_at`` is ISO 8601 in UTC; ``address`` is the photo's page and never changes.

    ``correlation_id`` is for searching logs. A repeated event may lack it: do not decide by it.
    """

    event_id: UUID
    type: EventType
    photo_id: UUID
    owner: str
    status: str
    reason: str
    address: str
    occurred_at: str
    correlation_id: str = ""

    def to_json(self) -> str:
        """Return the message body."""
        body = {"schema": SCHEMA} | {name: str(value) for name, value in asdict(self).items()}
        return json.dumps(body, sort_keys=True)

    def attributes(self) -> dict[str, str]:
        """Return the attributes for filter policies; SNS allows no empty value."""
        attributes = {"type": str(self.type), "owner": self.owner, "status": self.status}
        return {name: value for name, value in attributes.items() if value}


def event_id(event_type: EventType, photo_id: UUID, sha256: str, policy_version: int, status: str) -> UUID:
    """Return the id of an event; the same facts give the same id.

    >>> photo_id = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")
    >>> event_id(EventType.PROCESSED, photo_id, "ab", 1, "READY")
    UUID('41eb08ea-1b48-5af9-b875-6c073b964d82')
    """
    return uuid5(EVENT_NAMESPACE, "|".join((event_type, str(photo_id), sha256, str(policy_version), status)))


def photo_url(site_origin: str, photo_id: UUID) -> str:
    """Return the URL of the photo's page."""
    return f"{site_origin.rstrip('/')}/photos/{photo_id}/"


def event_of_item(item: PhotoItem, site_origin: str) -> PhotoEvent:
    """Return the event of a stored item: processed or failed."""
    event_type = EventType.PROCESSED if item.status == "READY" else EventType.FAILED
    return _event(event_type, item, str(item.status), item.processed_at, site_origin)


def event_of_deletion(item: PhotoItem, site_origin: str, occurred_at: str) -> PhotoEvent:
    """Return the event of a deleted photo, from its last item."""
    return _event(EventType.DELETED, item, DELETED_STATUS, occurred_at, site_origin)


def _event(
    event_type: EventType, item: PhotoItem, status: str, occurred_at: str, site_origin: str
) -> PhotoEvent:
    return PhotoEvent(
        event_id=event_id(event_type, item.photo_id, item.sha256, item.policy_version, status),
        type=event_type,
        photo_id=item.photo_id,
        owner=item.owner,
        status=status,
        reason=item.reason,
        address=photo_url(site_origin, item.photo_id),
        occurred_at=occurred_at,
        correlation_id=item.correlation_id,
    )
