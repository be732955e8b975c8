"""What is told about a photo: versioned JSON, whose ``event_id`` is equal on every repetition.

Each type has one publisher: the worker says processed, failed and deleted, the gallery approved and
rejected. Delivery is at least once and unordered; a subscriber drops the ``event_id`` it has seen.
``news.schema.json`` beside this module describes the message.
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
"""Namespace of the event ids; a change would make old news look new."""

DELETED_STATUS = "DELETED"


class NewsType(StrEnum):
    """What happened to a photo."""

    PROCESSED = "photo.processed"
    FAILED = "photo.failed"
    DELETED = "photo.deleted"
    APPROVED = "photo.approved"
    REJECTED = "photo.rejected"


@dataclass(frozen=True, slots=True)
class PhotoNews:
    """One piece of news. ``occurred_at`` is ISO 8601 in UTC; ``address`` is stable for ever.

    ``correlation_id`` is for people who search logs: a repetition may lack it, so nobody decides by it.
    """

    event_id: UUID
    type: NewsType
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
        """Return the attributes that filter policies may name; SNS takes no empty value."""
        attributes = {"type": str(self.type), "owner": self.owner, "status": self.status}
        return {name: value for name, value in attributes.items() if value}


def event_id(news_type: NewsType, photo_id: UUID, sha256: str, policy_version: int, status: str) -> UUID:
    """Return the id of the news; the same facts give the same id.

    >>> photo_id = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")
    >>> event_id(NewsType.PROCESSED, photo_id, "ab", 1, "READY")
    UUID('41eb08ea-1b48-5af9-b875-6c073b964d82')
    """
    return uuid5(EVENT_NAMESPACE, "|".join((news_type, str(photo_id), sha256, str(policy_version), status)))


def photo_address(site_origin: str, photo_id: UUID) -> str:
    """Return the stable address of the photo's page."""
    return f"{site_origin.rstrip('/')}/photos/{photo_id}/"


def news_of_item(item: PhotoItem, site_origin: str) -> PhotoNews:
    """Return the news that the item stands for: processed or failed."""
    news_type = NewsType.PROCESSED if item.status == "READY" else NewsType.FAILED
    return _news(news_type, item, str(item.status), item.processed_at, site_origin)


def news_of_deletion(item: PhotoItem, site_origin: str, occurred_at: str) -> PhotoNews:
    """Return the news that the photo this item described is gone."""
    return _news(NewsType.DELETED, item, DELETED_STATUS, occurred_at, site_origin)


def _news(news_type: NewsType, item: PhotoItem, status: str, occurred_at: str, site_origin: str) -> PhotoNews:
    return PhotoNews(
        event_id=event_id(news_type, item.photo_id, item.sha256, item.policy_version, status),
        type=news_type,
        photo_id=item.photo_id,
        owner=item.owner,
        status=status,
        reason=item.reason,
        address=photo_address(site_origin, item.photo_id),
        occurred_at=occurred_at,
        correlation_id=item.correlation_id,
    )
