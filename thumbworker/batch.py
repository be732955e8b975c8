"""Work through one batch of messages: photo after photo on the CPU, the network beside it.

While one original is decoded, the next is already downloaded and what was made of the last ones is
stored. Memory stays bounded: one original being decoded, one waiting, and the renditions of at most
``UNFINISHED_MOST`` photos. No thread outlives the call.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from thumbworker.interfaces import StoreUnavailable
from thumbworker.messages import Job, Message, jobs_of, read_messages
from thumbworker.reconcile import Prepared, Reconciler, Result, Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from thumbworker.reconcile import Decoder

UNFINISHED_MOST = 3
START_MARGIN_SECONDS = 20.0
"""A photo is begun only with this much time left: 8 s soft deadline of the decoder, and the stores."""
ISOLATED_MARGIN_SECONDS = 45.0
"""The same where a child may take its whole wall time: a verdict must not come from our own haste."""
FIRST_DELAY_SECONDS = 10
LONGEST_DELAY_SECONDS = 600


class Postponer(Protocol):
    """The queue, as far as a batch needs it."""

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        """Let the message come again after so many seconds."""


def retry_delay_seconds(receive_count: int) -> int:
    """Return the wait before the next try: 10, 30, 90, 270, 600 s.

    >>> [retry_delay_seconds(count) for count in (1, 2, 3, 4, 5)]
    [10, 30, 90, 270, 600]
    """
    return min(FIRST_DELAY_SECONDS * int(3 ** (receive_count - 1)), LONGEST_DELAY_SECONDS)


@dataclass(slots=True)
class Progress:
    """One job under way: what was found, how long each phase took (seconds), and how it ended."""

    job: Job
    began: float
    correlation_id: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    sight: Sight | None = None
    outcome: str = ""
    reason: str = ""
    detail: str = ""

    @property
    def failed(self) -> bool:
        """Tell whether the job's messages must come again."""
        return self.outcome in ("unavailable", "postponed")


@dataclass(frozen=True, slots=True)
class Batch:
    """Reconcile every photo that a batch asks for.

    ``decode`` runs in this process, ``decode_isolated`` in a limited child: for what was received before
    or nudged, since a photo that is long in coming may be the one that killed its worker.
    """

    reconciler: Reconciler
    decode: Decoder
    decode_isolated: Decoder
    queue: Postponer
    write_line: Callable[[dict[str, Any]], None]
    clock: Callable[[], float] = time.monotonic

    def __call__(
        self, event: dict[str, Any], *, request_id: str, remaining_seconds: Callable[[], float]
    ) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again, and why they were is logged."""
        messages = read_messages(event)
        failed = [message for message in messages if message.unknown]
        for message in failed:
            self.write_line(
                {
                    "message_id": message.message_id,
                    "outcome": "unknown",
                    "reason": message.unknown,
                    "request_id": request_id,
                    "receive_count": message.receive_count,
                }
            )
        unavailable: list[Message] = []
        for progress in self._run(jobs_of(messages), remaining_seconds):
            self.write_line(_line(progress, request_id))
            if progress.failed:
                unavailable += progress.job.messages
        self._postpone(unavailable)
        identifiers = dict.fromkeys(message.message_id for message in (*failed, *unavailable))
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in identifiers]}

    def _run(self, jobs: list[Job], remaining_seconds: Callable[[], float]) -> Iterable[Progress]:
        unfinished: deque[Future[Progress]] = deque()
        with ThreadPoolExecutor(UNFINISHED_MOST + 1, thread_name_prefix="store") as pool:
            looks = deque(pool.submit(self._look, job) for job in jobs[:1])
            for position, job in enumerate(jobs):
                progress = looks.popleft().result()
                if remaining_seconds() < _margin_seconds(job):
                    yield self._postponed(progress)
                    for late in jobs[position + 1 :]:
                        yield self._postponed(Progress(late, self.clock()))
                    break
                looks.extend(pool.submit(self._look, ahead) for ahead in jobs[position + 1 : position + 2])
                prepared = self._prepare(progress)
                unfinished.append(pool.submit(self._record, progress, prepared))
                if len(unfinished) == UNFINISHED_MOST:
                    yield unfinished.popleft().result()
            while unfinished:
                yield unfinished.popleft().result()

    def _look(self, job: Job) -> Progress:
        progress = Progress(job, self.clock())
        try:
            progress.sight = self.reconciler.look(job.request)
            progress.correlation_id = progress.sight.correlation_id
        except StoreUnavailable as fault:
            _fail(progress, fault)
        progress.timings["look"] = self.clock() - progress.began
        return progress

    def _prepare(self, progress: Progress) -> Prepared | None:
        sight, job = progress.sight, progress.job
        if sight is None or sight.original is None:
            return None
        decode = self.decode_isolated if job.request.is_repetition else self.decode
        began = self.clock()
        prepared = self.reconciler.prepare(job.request.photo_id, sight.original, decode)
        progress.timings["decode"] = self.clock() - began
        progress.timings |= {f"decode_{phase}": seconds for phase, seconds in prepared.timings.items()}
        progress.detail = prepared.detail
        progress.sight = Sight()  # lets go of the original's bytes
        return prepared

    def _record(self, progress: Progress, prepared: Prepared | None) -> Progress:
        if progress.sight is not None:
            began = self.clock()
            try:
                _end(
                    progress, self.reconciler.record(progress.job.request.photo_id, progress.sight, prepared)
                )
            except StoreUnavailable as fault:
                _fail(progress, fault)
            progress.timings["record"] = self.clock() - began
        progress.timings["total"] = self.clock() - progress.began
        return progress

    def _postponed(self, progress: Progress) -> Progress:
        progress.outcome, progress.reason = "postponed", "too little time left"
        return progress

    def _postpone(self, messages: Iterable[Message]) -> None:
        """Shorten the messages' own visibility; if that fails they come again after the queue's default."""
        for message in messages:
            try:
                self.queue.postpone(
                    message.queue_arn, message.receipt_handle, retry_delay_seconds(message.receive_count)
                )
            except StoreUnavailable as fault:
                self.write_line(
                    {"message_id": message.message_id, "outcome": "not_postponed", "reason": str(fault)}
                )


def _margin_seconds(job: Job) -> float:
    return ISOLATED_MARGIN_SECONDS if job.request.is_repetition else START_MARGIN_SECONDS


def _end(progress: Progress, result: Result) -> None:
    progress.outcome = str(result.outcome)
    if result.item is not None:
        progress.reason = result.item.reason
        progress.correlation_id = result.item.correlation_id


def _fail(progress: Progress, fault: StoreUnavailable) -> None:
    progress.outcome, progress.reason = "unavailable", str(fault)


def _line(progress: Progress, request_id: str) -> dict[str, Any]:
    """Return the one log line of a photo; flat, so that a metric may later name any of its fields."""
    return {
        "photo_id": str(progress.job.request.photo_id),
        "outcome": progress.outcome,
        "reason": progress.reason,
        "correlation_id": progress.correlation_id,
        "request_id": request_id,
        "receive_count": progress.job.receive_count,
        "nudged": progress.job.request.nudged,
        "detail": progress.detail,
    } | {f"{phase}_ms": round(seconds * 1000, 1) for phase, seconds in progress.timings.items()}
