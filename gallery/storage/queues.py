"""Owns SQS for the gallery: the depth of queues and the messages in dead-letter queues."""

from __future__ import annotations

import functools
import json
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote_plus

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from gallery.core.outages import StoreUnavailable
from gallery.storage import time_limits
from gallery.storage.aws import client_config, make_client
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from mypy_boto3_sqs.client import SQSClient

HIDDEN_SECONDS = 30
"""How long a received message stays hidden from other readers, unless it is given back earlier."""
BATCH_SIZE = 10
PARALLEL_CALLS = 8
PROCESSING_SECONDS = 15.0
"""Less than ``HIDDEN_SECONDS``, so no message is received twice."""


class QueueUnavailable(StoreUnavailable):
    """SQS did not answer, or the role has no permission."""


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages that wait and messages in progress, both approximate."""

    waiting: int
    in_progress: int


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that used up its attempts; ``prefix`` and ``photo_id`` are empty if it names no photo."""

    message_id: str
    receipt_handle: str
    attempts: int
    sent_at_ms: int
    body: str
    prefix: str
    photo_id: UUID | None


@functools.cache
def _client(wait_seconds: int = 0) -> SQSClient:
    """Return the client for calls that SQS may answer only after ``wait_seconds``."""
    config = client_config(read_timeout=settings.STORE_SECONDS["answer"] + wait_seconds)
    return cast("SQSClient", make_client("sqs", config))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise QueueUnavailable(str(error)) from error


def depth(url: str) -> Depth:
    """Return the depth of a queue.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    with _translated():
        attributes = _client().get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return Depth(int(attributes[names[0]]), int(attributes[names[1]]))


def take(url: str, *, max_messages: int) -> list[DeadLetter]:
    """Receive up to ``max_messages``, hidden from others for ``HIDDEN_SECONDS``; give them back after use.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    taken: dict[str, DeadLetter] = {}
    while len(taken) < max_messages:
        received = _receive(url, min(BATCH_SIZE, max_messages - len(taken)))
        if not received:
            break
        taken |= {letter.message_id: letter for letter in received}
    return list(taken.values())


def process(url: str, is_done: Callable[[DeadLetter], bool], is_enough: Callable[[], bool]) -> None:
    """Pass each message to ``is_done``, delete it if that returns true, and give back the others.

    Stop when ``is_enough`` returns true, at the end of the queue, or after ``PROCESSING_SECONDS``, because a
    request has 29 seconds.

    Raises:
        QueueUnavailable: SQS did not answer. What ``is_done`` raises passes through.
    """
    deadline = time.monotonic() + PROCESSING_SECONDS
    kept: list[DeadLetter] = []
    try:
        while not is_enough() and time.monotonic() < deadline:
            received = deque(_receive(url, BATCH_SIZE, wait_seconds=1))
            if not received:
                break
            kept += received
            while received and not is_enough():
                letter = received.popleft()
                if is_done(letter):
                    remove(url, letter)
                    kept.remove(letter)
    finally:
        give_back(url, kept)


def _receive(url: str, max_messages: int, *, wait_seconds: int = 0) -> list[DeadLetter]:
    # Only a call that waits asks all SQS servers, so only its empty answer means an empty queue.
    with _translated():
        answer = _client(wait_seconds).receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=max_messages,
            VisibilityTimeout=HIDDEN_SECONDS,
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
        )
    return [_dead_letter(message) for message in answer.get("Messages", [])]


def give_back(url: str, letters: Sequence[DeadLetter]) -> None:
    """Make the messages visible to other readers at once.

    Raises:
        QueueUnavailable: SQS did not answer.
    """

    def show(letter: DeadLetter) -> None:
        # Not the batch call: emulators check a permission of its name, which IAM does not have.
        _client().change_message_visibility(
            QueueUrl=url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
        )

    with _translated(), ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="give-back") as pool:
        list(pool.map(time_limits.carried(show), letters))


def remove(url: str, letter: DeadLetter) -> None:
    """Delete a message.

    Raises:
        QueueUnavailable: SQS did not answer.
    """
    with _translated():
        _client().delete_message(QueueUrl=url, ReceiptHandle=letter.receipt_handle)


def _dead_letter(message: Any) -> DeadLetter:
    attributes = message.get("Attributes", {})
    prefix, photo_id = photo_of(message["Body"])
    return DeadLetter(
        message_id=message["MessageId"],
        receipt_handle=message["ReceiptHandle"],
        attempts=int(attributes.get("ApproximateReceiveCount", 0)),
        sent_at_ms=int(attributes.get("SentTimestamp", 0)),
        body=message["Body"],
        prefix=prefix,
        photo_id=photo_id,
    )


def photo_of(body: str) -> tuple[str, UUID | None]:
    """Return the key prefix and the photo that an S3 notification names.

    >>> photo_of("no notification")
    ('', None)
    """
    try:
        key = json.loads(body)["Records"][0]["s3"]["object"]["key"]
        parsed = keys.parse_key(unquote_plus(key))
    except (ValueError, KeyError, IndexError, TypeError):
        return "", None
    return parsed or ("", None)
