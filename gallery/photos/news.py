"""Owns SNS: publishes what moderators decided. Nobody's work waits for it or fails by it."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, cast
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from gallery.photos.aws import client_config, make_client

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_sns.client import SNSClient

logger = structlog.get_logger(__name__)


@functools.cache
def _client() -> SNSClient:
    return cast("SNSClient", make_client("sns", client_config()))


def publish(event: str, photo_id: UUID, *, entry_id: int, at: datetime, reason: str) -> bool:
    """Publish the event; tell whether the topic took it. ``event_id`` is equal on every repetition."""
    if not settings.PHOTO_EVENTS_TOPIC_ARN:
        return False
    message = {
        "schema": "contactsheet.photo/1",
        "event_id": str(uuid5(NAMESPACE_URL, f"{event}:{photo_id}:{entry_id}")),
        "type": event,
        "photo_id": str(photo_id),
        "address": f"{settings.SITE_ORIGIN}/photos/{photo_id}/",
        "occurred_at": at.isoformat(),
        "reason": reason,
    }
    try:
        _client().publish(
            TopicArn=settings.PHOTO_EVENTS_TOPIC_ARN,
            Message=json.dumps(message),
            MessageAttributes={"type": {"DataType": "String", "StringValue": event}},
        )
    except (BotoCoreError, ClientError) as error:
        logger.warning("news_not_published", event_type=event, photo_id=str(photo_id), problem=str(error))
        return False
    return True
