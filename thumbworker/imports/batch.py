"""Work through one batch of import messages, several at once: most of the time is waiting for the web."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
UNAVAILABLE = "unavailable"
COMES_AGAIN = frozenset({Outcome.TRY_AGAIN, Outcome.GAVE_UP, UNAVAILABLE})
"""Outcomes whose message is not done: to be tried again or, after its last try, for the dead letters."""


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

    def __call__(self, event: dict[str, Any], *, request_id: str) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again."""
        messages = read_messages(event, KNOWN_EVENTS)
        jobs = jobs_of(messages)
        again = [message for message in messages if message.unknown]
        for message in again:
            self.write_line(
                {"message_id": message.message_id, "outcome": "unknown", "reason": message.unknown}
            )
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="import") as pool:
            outcomes = list(pool.map(self._look, jobs))
        for job, result in zip(jobs, outcomes, strict=True):
            self.write_line(_line(job, result, request_id))
            if result["outcome"] in COMES_AGAIN:
                again += job.messages
                self._postpone(job, result["outcome"])
        failures = dict.fromkeys(message.message_id for message in again)
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failures]}

    def _look(self, job: Job) -> dict[str, Any]:
        try:
            result = self.importer(job.request.photo_id)
        except StoreUnavailable as fault:
            return {"outcome": UNAVAILABLE, "reason": str(fault)}
        return {
            "outcome": result.outcome,
            "reason": result.reason,
            "detail": result.detail,
            "attempts": result.attempts,
            "correlation_id": result.correlation_id,
        }

    def _postpone(self, job: Job, outcome: str) -> None:
        """Shorten the wait; what was given up goes to the dead letters at once."""
        for message in job.messages:
            seconds = 0 if outcome == Outcome.GAVE_UP else self.delay_seconds(message.receive_count)
            _postpone(self.queue, message, seconds)


def _postpone(queue: Postponer, message: Message, seconds: int) -> None:
    try:
        queue.postpone(message.queue_arn, message.receipt_handle, seconds)
    except StoreUnavailable:
        # Then it comes again after the queue's own, longer time.
        return


def _line(job: Job, result: dict[str, Any], request_id: str) -> dict[str, Any]:
    return {
        "photo_id": str(job.request.photo_id),
        "receive_count": job.receive_count,
        "request_id": request_id,
        **{name: value for name, value in result.items() if value},
    }
