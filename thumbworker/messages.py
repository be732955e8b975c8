"""Read a batch of SQS messages with S3 events: which photos to reconcile, and which messages are unknown.

Only the id in an event is used: created, removed and nudged all become the same request. Unknown messages
end in the dead-letter queue, where a person finds them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from thumbworker.contract.keys import (
    NUDGES_PREFIX,
    ORIGINALS_PREFIX,
    asks_for_clean_copy,
    parse_key,
    turns_of_nudge,
)
from thumbworker.log import WARNING
from thumbworker.reconcile import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from uuid import UUID

KNOWN_EVENTS = {
    ORIGINALS_PREFIX: ("ObjectCreated:", "ObjectRemoved:"),
    NUDGES_PREFIX: ("ObjectCreated:",),
}


class UnknownMessage(Exception):
    """The message is not an S3 event that this worker handles."""


@dataclass(frozen=True, slots=True)
class Message:
    """One record of the batch: how often it was received, and which photos it asks for.

    ``sent_at`` is in seconds since the epoch, 0 if the queue does not say. ``unknown`` says what was not
    understood.
    """

    message_id: str
    receipt_handle: str
    queue_arn: str
    receive_count: int
    sent_at: float = 0.0
    requests: tuple[Request, ...] = ()
    unknown: str = ""


@dataclass(slots=True)
class Job:
    """One photo of the batch and all messages that ask for it."""

    request: Request
    messages: list[Message] = field(default_factory=list)

    @property
    def receive_count(self) -> int:
        """Return the highest receive count of its messages."""
        return max(message.receive_count for message in self.messages)

    @property
    def sent_at(self) -> float:
        """Return when its first message was sent, in seconds since the epoch; 0 if unknown."""
        return min((message.sent_at for message in self.messages if message.sent_at), default=0.0)


def read_messages(
    event: dict[str, Any], known_events: Mapping[str, tuple[str, ...]] = KNOWN_EVENTS
) -> list[Message]:
    """Return the messages of a Lambda SQS event; never raises, whatever a body holds."""
    return [_read_message(record, known_events) for record in event.get("Records", ())]


def jobs_of(messages: Iterable[Message]) -> list[Job]:
    """Return one job per photo in the order received: an upload and a nudge in one batch are one job."""
    jobs: dict[UUID, Job] = {}
    for message in messages:
        for request in message.requests:
            job = jobs.setdefault(request.photo_id, Job(request))
            job.request = Request(
                request.photo_id,
                received_before=job.request.received_before or request.received_before,
                nudged=job.request.nudged or request.nudged,
                quarter_turns=max(job.request.quarter_turns, request.quarter_turns),
                clean_copy=job.request.clean_copy or request.clean_copy,
            )
            if message not in job.messages:
                job.messages.append(message)
    return list(jobs.values())


def unknown_line(message: Message, request_id: str) -> dict[str, Any]:
    """Return the log line of a message that is left to the dead-letter queue."""
    return {
        "level": WARNING,
        "message_id": message.message_id,
        "outcome": "unknown",
        "reason": message.unknown,
        "request_id": request_id,
        "receive_count": message.receive_count,
    }


def batch_response(failed: Iterable[Message]) -> dict[str, list[dict[str, str]]]:
    """Return Lambda's partial batch response: the messages that must come again, each once."""
    identifiers = dict.fromkeys(message.message_id for message in failed)
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}


def _read_message(record: dict[str, Any], known_events: Mapping[str, tuple[str, ...]]) -> Message:
    attributes = record.get("attributes") or {}
    receive_count = int(attributes.get("ApproximateReceiveCount", "1"))
    requests, unknown = _read_body(record.get("body", ""), receive_count, known_events)
    return Message(
        message_id=record.get("messageId", ""),
        receipt_handle=record.get("receiptHandle", ""),
        queue_arn=record.get("eventSourceARN", ""),
        receive_count=receive_count,
        sent_at=int(attributes.get("SentTimestamp", "0")) / 1000,
        requests=tuple(requests),
        unknown=unknown,
    )


def _read_body(
    body: str, receive_count: int, known_events: Mapping[str, tuple[str, ...]]
) -> tuple[list[Request], str]:
    """Return the requests that were understood, and what was not."""
    requests: list[Request] = []
    unknown = ""
    try:
        for event in _read_events(body):
            try:
                requests.append(_read_request(event, receive_count, known_events))
            except UnknownMessage as error:
                unknown = str(error)
    except UnknownMessage as error:
        unknown = str(error)
    return requests, unknown


def _read_events(body: str) -> list[Any]:
    try:
        notification = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnknownMessage("not JSON") from error
    if not isinstance(notification, dict):
        raise UnknownMessage("not a notification")
    if notification.get("Event") == "s3:TestEvent":
        return []  # S3 sends it once, when the notification is set up
    records = notification.get("Records")
    if not isinstance(records, list) or not records:
        raise UnknownMessage("no records")
    return records


def _read_request(record: Any, receive_count: int, known_events: Mapping[str, tuple[str, ...]]) -> Request:
    try:
        event_name, raw_key = record["eventName"], record["s3"]["object"]["key"]
    except (KeyError, TypeError) as error:
        raise UnknownMessage("not an S3 event") from error
    if not isinstance(event_name, str) or not isinstance(raw_key, str):
        raise UnknownMessage("not an S3 event")
    key = unquote_plus(raw_key)  # exactly once: a key may contain a literal "%2B"
    parsed = parse_key(key)
    if parsed is None:
        raise UnknownMessage("no photo id in the key")
    prefix, photo_id = parsed
    if not event_name.removeprefix("s3:").startswith(known_events.get(prefix, ())):
        raise UnknownMessage("unsupported event")
    return Request(
        photo_id,
        received_before=receive_count > 1,
        nudged=prefix == NUDGES_PREFIX and not asks_for_clean_copy(key),
        quarter_turns=turns_of_nudge(key),
        clean_copy=asks_for_clean_copy(key),
    )
