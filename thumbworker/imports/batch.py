"""Work through one batch of import messages, several at once: most of the time is waiting for the web."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker import log, metrics
from thumbworker.contract.keys import IMPORTS_PREFIX
from thumbworker.imports.importer import Outcome, Result
from thumbworker.interfaces import StoreUnavailable
from thumbworker.messages import batch_response, jobs_of, read_messages, unknown_line

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from thumbworker.interfaces import Queue
    from thumbworker.messages import Job

MAX_PARALLEL = 5
KNOWN_EVENTS = {IMPORTS_PREFIX: ("ObjectCreated:",)}
FIRST_DELAY_SECONDS = 5
LEASE_DELAY_SECONDS = 65
"""An interrupted import holds its lease for 60 s; a message that came sooner would find it leased."""
RETRIED = frozenset({Outcome.TRY_AGAIN, Outcome.GAVE_UP, Outcome.UNAVAILABLE, Outcome.CRASHED})
"""Outcomes whose message comes again or, after its last try, goes to the dead-letter queue."""
LEVELS = dict.fromkeys(RETRIED, log.WARNING) | {Outcome.CRASHED: log.ERROR}


def retry_delay_seconds(receive_count: int) -> int:
    """Return the wait before the next try.

    >>> [retry_delay_seconds(count) for count in (1, 2, 3)]
    [5, 20, 80]
    """
    return FIRST_DELAY_SECONDS * int(4 ** (receive_count - 1))


@dataclass(frozen=True, slots=True)
class ImportBatch:
    """Imports every photo in a batch."""

    importer: Callable[[UUID], Result]
    queue: Queue
    write_line: Callable[[dict[str, Any]], None]
    delay_seconds: Callable[[int], int] = retry_delay_seconds
    now: Callable[[], float] = time.time

    def __call__(self, event: dict[str, Any], *, request_id: str) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again."""
        began = self.now()
        messages = read_messages(event, KNOWN_EVENTS)
        jobs = jobs_of(messages)
        failed = [message for message in messages if message.unknown]
        for message in failed:
            self.write_line(unknown_line(message, request_id))
        with ThreadPoolExecutor(MAX_PARALLEL, thread_name_prefix="import") as pool:
            results = list(pool.map(lambda job: self.importer(job.request.photo_id), jobs))
        for job, result in zip(jobs, results, strict=True):
            queue_seconds = began - job.sent_at if job.sent_at else None
            self.write_line(_line(job, result, queue_seconds, request_id))
            if result.outcome in RETRIED:
                failed += job.messages
                self._postpone(job, result.outcome)
        return batch_response(failed)

    def _postpone(self, job: Job, outcome: Outcome) -> None:
        """Change the wait of the job's messages; those of a final failure go to the dead letters at once."""
        for message in job.messages:
            delays = {Outcome.GAVE_UP: 0, Outcome.TRY_AGAIN: self.delay_seconds(message.receive_count)}
            seconds = delays.get(outcome, LEASE_DELAY_SECONDS)
            # If this fails, the message comes again after the queue's own, longer timeout.
            with suppress(StoreUnavailable):
                self.queue.postpone(message.queue_arn, message.receipt_handle, seconds)


def _line(job: Job, result: Result, queue_seconds: float | None, request_id: str) -> dict[str, Any]:
    known = {
        "reason": result.reason,
        "detail": result.detail,
        "attempts": result.attempts,
        "correlation_id": result.correlation_id,
    }
    return {
        "level": LEVELS.get(result.outcome, log.INFO),
        "photo_id": str(job.request.photo_id),
        "outcome": result.outcome,
        "receive_count": job.receive_count,
        "request_id": request_id,
        **{name: value for name, value in known.items() if value},
        **_metrics(result, queue_seconds),
    }


def _metrics(result: Result, queue_seconds: float | None) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if result.outcome is Outcome.COMPLETED:
        fields = metrics.processed()
    elif result.outcome in {Outcome.FAILED, Outcome.GAVE_UP}:
        fields = metrics.failed(result.reason)
    elif result.outcome is Outcome.CRASHED:
        fields = {metrics.CRASHED: 1}
    elif result.outcome is Outcome.UNAVAILABLE:
        fields = {metrics.UNAVAILABLE: 1}
    if result.fetch_seconds:
        fields[metrics.FETCH] = metrics.milliseconds(result.fetch_seconds)
    if queue_seconds is not None:
        fields[metrics.QUEUE_AGE] = metrics.milliseconds(queue_seconds)
    return fields
