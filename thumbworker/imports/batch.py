"""Work through one batch of import messages, several at once: most of the time is waiting for the web."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker import journal, metrics
from thumbworker.contract.keys import IMPORTS_PREFIX
from thumbworker.imports.importer import Outcome, Result
from thumbworker.interfaces import StoreUnavailable
from thumbworker.messages import Message, jobs_of, read_messages

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.batch import Postponer
    from thumbworker.messages import Job

AT_ONCE = 5
KNOWN_EVENTS = {IMPORTS_PREFIX: ("ObjectCreated:",)}
FIRST_DELAY_SECONDS = 5
LEFT_SECONDS = 65
"""What stopped in the middle holds its lease for a minute: before that, its message would find it at work."""
COMES_AGAIN = frozenset({Outcome.TRY_AGAIN, Outcome.GAVE_UP, Outcome.UNAVAILABLE, Outcome.CRASHED})
"""Outcomes whose message is not done: to be tried again or, after its last try, for the dead letters."""
LEVELS = dict.fromkeys(COMES_AGAIN, journal.WARNING) | {Outcome.CRASHED: journal.ERROR}
QUEUE_AGE = "QueueAgeMilliseconds"


def retry_delay_seconds(receive_count: int) -> int:
    """Return the wait before the next try: 5, 20, 80 s.

    >>> [retry_delay_seconds(count) for count in (1, 2, 3)]
    [5, 20, 80]
    """
    return FIRST_DELAY_SECONDS * int(4 ** (receive_count - 1))


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """Imports every photo that a batch asks for."""

    importer: Callable[[UUID], Result]
    queue: Postponer
    write_line: Callable[[dict[str, Any]], None]
    delay_seconds: Callable[[int], int] = retry_delay_seconds
    now: Callable[[], float] = time.time

    def __call__(self, event: dict[str, Any], *, request_id: str) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again."""
        began = self.now()
        messages = read_messages(event, KNOWN_EVENTS)
        jobs = jobs_of(messages)
        again = [message for message in messages if message.unknown]
        for message in again:
            self.write_line(
                {
                    "level": journal.WARNING,
                    "message_id": message.message_id,
                    "outcome": "unknown",
                    "reason": message.unknown,
                    "request_id": request_id,
                }
            )
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import") as pool:
            results = list(pool.map(lambda job: self.importer(job.request.photo_id), jobs))
        for job, result in zip(jobs, results, strict=True):
            waited_seconds = began - job.sent_at if job.sent_at else None
            self.write_line(_line(job, result, waited_seconds, request_id))
            if result.outcome in COMES_AGAIN:
                again += job.messages
                self._postpone(job, result.outcome)
        failures = dict.fromkeys(message.message_id for message in again)
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failures]}

    def _postpone(self, job: Job, outcome: Outcome) -> None:
        """Shorten the wait; what was given up goes to the dead letters at once."""
        for message in job.messages:
            seconds = {Outcome.GAVE_UP: 0, Outcome.TRY_AGAIN: self.delay_seconds(message.receive_count)}
            _postpone(self.queue, message, seconds.get(outcome, LEFT_SECONDS))


def _postpone(queue: Postponer, message: Message, seconds: int) -> None:
    try:
        queue.postpone(message.queue_arn, message.receipt_handle, seconds)
    except StoreUnavailable:
        # Then it comes again after the queue's own, longer time.
        return


def _line(job: Job, result: Result, waited_seconds: float | None, request_id: str) -> dict[str, Any]:
    found = {
        "reason": result.reason,
        "detail": result.detail,
        "attempts": result.attempts,
        "correlation_id": result.correlation_id,
    }
    return {
        "level": LEVELS.get(result.outcome, journal.INFO),
        "photo_id": str(job.request.photo_id),
        "outcome": result.outcome,
        "receive_count": job.receive_count,
        "request_id": request_id,
        **{name: value for name, value in found.items() if value},
        **_measured(result),
        **({} if waited_seconds is None else {QUEUE_AGE: metrics.milliseconds(waited_seconds)}),
    }


def _measured(result: Result) -> dict[str, Any]:
    measured: dict[str, Any] = {}
    if result.outcome is Outcome.COMPLETED:
        measured = metrics.processed()
    elif result.outcome in {Outcome.FAILED, Outcome.GAVE_UP}:
        measured = metrics.failed(result.reason)
    elif result.outcome is Outcome.CRASHED:
        measured = {metrics.CRASHED: 1}
    if result.fetch_seconds:
        measured["FetchMilliseconds"] = metrics.milliseconds(result.fetch_seconds)
    return measured
