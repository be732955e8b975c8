"""Owns SQS for the gallery: how deep the queues are, and what lies in the dead-letter queues."""

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

from gallery.storage.aws import READ_TIMEOUT_SECONDS, client_config, make_client
from thumbworker.contract import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from uuid import UUID

    from mypy_boto3_sqs.client import SQSClient

SEEN_FOR_SECONDS = 30
"""How long a message that is looked at stays hidden from others; it is given back at once after."""
BATCH_SIZE = 10
CALLS_AT_ONCE = 8
WORKED_FOR_SECONDS = 15.0
"""Less than ``SEEN_FOR_SECONDS``, so that no message comes twice."""


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
def _client(waits_seconds: int = 0) -> SQSClient:
    """Return the client of calls that SQS itself may answer only after so many seconds."""
    config = client_config(read_timeout=READ_TIMEOUT_SECONDS + waits_seconds)
    return cast("SQSClient", make_client("sqs", config))


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
        received = _receive(url, min(BATCH_SIZE, limit - len(found)))
        if not received:
            break
        found |= {letter.message_id: letter for letter in received}
    return list(found.values())


def work_off(url: str, is_done: Callable[[DeadLetter], bool], is_enough: Callable[[], bool]) -> None:
    """Hand over one message after the other, delete those that are done and give the others back.

    Ends when it is enough, at the queue's end, or after ``WORKED_FOR_SECONDS``: a request has 29 s.

    Raises:
        QueueUnavailable: see there; what ``is_done`` raises passes through.
    """
    until = time.monotonic() + WORKED_FOR_SECONDS
    left: list[DeadLetter] = []
    try:
        while not is_enough() and time.monotonic() < until:
            received = deque(_receive(url, BATCH_SIZE, wait_seconds=1))
            if not received:
                break
            left += received
            while received and not is_enough():
                letter = received.popleft()
                if is_done(letter):
                    remove(url, letter)
                    left.remove(letter)
    finally:
        give_back(url, left)


def _receive(url: str, limit: int, *, wait_seconds: int = 0) -> list[DeadLetter]:
    # Only who waits asks all of SQS's servers, and may take an empty answer for an empty queue.
    with _translated():
        answer = _client(wait_seconds).receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=limit,
            VisibilityTimeout=SEEN_FOR_SECONDS,
            WaitTimeSeconds=wait_seconds,
            AttributeNames=["All"],
        )
    return [_dead_letter(message) for message in answer.get("Messages", [])]


def give_back(url: str, letters: Sequence[DeadLetter]) -> None:
    """Let others see the messages at once.

    Raises:
        QueueUnavailable: see there.
    """

    def show(letter: DeadLetter) -> None:
        # Not the call for ten at once: emulators ask for a right of its name, which IAM does not know.
        _client().change_message_visibility(
            QueueUrl=url, ReceiptHandle=letter.receipt_handle, VisibilityTimeout=0
        )

    with _translated(), ThreadPoolExecutor(CALLS_AT_ONCE, thread_name_prefix="give-back") as pool:
        list(pool.map(show, letters))


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
