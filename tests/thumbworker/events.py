"""Builders of S3 notifications and of Lambda's SQS events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

from thumbworker.contract import keys

if TYPE_CHECKING:
    from uuid import UUID

QUEUE_ARN = "arn:aws:sqs:eu-central-1:123456789012:contactsheet-test-thumbnails"


def s3_record(key: str, event_name: str = "ObjectCreated:Put") -> dict[str, Any]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-central-1",
        "eventName": event_name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": "originals"},
            "object": {"key": quote_plus(key, safe="/"), "size": 1, "sequencer": "0055AED6DCD90281E5"},
        },
    }


def body_of(*records: dict[str, Any]) -> str:
    return json.dumps({"Records": list(records)})


def uploaded(photo_id: UUID) -> str:
    return body_of(s3_record(keys.original_key(photo_id)))


def removed(photo_id: UUID) -> str:
    return body_of(s3_record(keys.original_key(photo_id), "ObjectRemoved:Delete"))


def nudged(photo_id: UUID) -> str:
    return body_of(s3_record(keys.nudge_key(photo_id)))


def sqs_record(
    body: str, *, message_id: str = "m-0", receive_count: int = 1, sent_at: float | None = None
) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-of-{message_id}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receive_count)}
        | ({} if sent_at is None else {"SentTimestamp": str(int(sent_at * 1000))}),
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE_ARN,
        "awsRegion": "eu-central-1",
    }


def sqs_event(*bodies: str, receive_count: int = 1) -> dict[str, Any]:
    return {
        "Records": [
            sqs_record(body, message_id=f"m-{number}", receive_count=receive_count)
            for number, body in enumerate(bodies)
        ]
    }
