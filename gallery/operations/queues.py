"""Owns SQS for the gallery: how deep the queues are, and what lies in the dead-letter queues."""

from __future__ import annotations

import functools
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from botocore.exceptions import BotoCoreError, ClientError

from gallery.photos.aws import client_config, make_client
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from mypy_boto3_sqs.client import SQSClient

SEEN_FOR_SECONDS = 30
"""How long a message that is looked at stays hidden from others; it is given back at once after."""
BATCH_SIZE = 10


class QueueUnavailable(Exception):
    """SQS did not answer, or the role may not ask."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages that wait and messages that are being worked on, both approximate."""

    waiting: int
    in_work: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up. ``prefix`` and ``photo_id`` are empty where its body names no photo."""

    message_id: str
    receipt_handle: str
    received: int
    sent_at_ms: int
    body: str
    prefix: str
    photo_id: UUID | None


@functools.cache
def _client() -> SQSClient:
    return cast("SQSClient", make_client("sqs", client_config()))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise QueueUnavailable(str(error)) from error


def depth(url: str) -> Depth:
    """Return how deep a queue is.

    Raises:
        QueueUnavailable: see there.
    """
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    with _translated():
        found = _client().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return Depth(int(found[names[0]]), int(found[names[1]]))


def take(url: str, *, limit: int) -> list[DeadLetter]:
    """Take up to ``limit`` messages for ``SEEN_FOR_SECONDS``; whoever does not delete them gives them back.

    Raises:
        QueueUnavailable: see there.
    """
    found: dict[str, DeadLetter] = {}
    while len(found) < limit:
        with _translated():
            answer = _client().receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(BATCH_SIZE, limit - len(found)),
                VisibilityTimeout=SEEN_FOR_SECONDS,
                AttributeNames=["All"],
            )
        messages = answer.get("Messages", [])
        if not messages:
            break
        found |= {message["MessageId"]: _dead_letter(message) for message in messages}
    return list(found.values())


def give_back(url: str, letters: list[DeadLetter]) -> None:
    """Let others see the messages at once.

    Raises:
        QueueUnavailable: see there.
    """
    for letter in letters:
        with _translated():
            _client().change_message_visibility(
                QueueUrl=url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
            )


def remove(url: str, letter: DeadLetter) -> None:
    """Delete a message for good.

    Raises:
        QueueUnavailable: see there.
    """
    with _translated():
        _client().delete_message(QueueUrl=url, ReceiptHandle=letter.receipt_handle)


def _dead_letter(message: Any) -> DeadLetter:
    attributes = message.get("Attributes", {})
    prefix, photo_id = photo_of(message["Body"])
    return DeadLetter(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        received=int(attributes.get("ApproximateReceiveCount", 0)),
        sent_at_ms=int(attributes.get("SentTimestamp", 0)),
        body=message["Body"],
        prefix=prefix,
        photo_id=photo_id,
    )


def photo_of(body: str) -> tuple[str, UUID | None]:
    """Return the key prefix and the photo that a notification of S3 is about.

    >>> photo_of("not of S3")
    ('', None)
    """
    try:
        key = json.loads(body)["Records"][0]["s3"]["object"]["key"]
        parsed = keys.parse_key(unquote_plus(key))
    except (ValueError, KeyError, IndexError, TypeError):
        return "", None
    return parsed or ("", None)
