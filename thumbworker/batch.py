"""Work through one batch of messages: photo after photo on the CPU, the network beside it.

While one original is decoded, the next is already downloaded and what was made of the last ones is
stored. Memory stays bounded: one original being decoded, one waiting, and the renditions of at most
``UNFINISHED_MOST`` photos. No thread outlives the call.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from thumbworker.interfaces import StoreUnavailable
from thumbworker.journal import WARNING
from thumbworker.messages import Job, Message, jobs_of, read_messages
from thumbworker.progress import Progress
from thumbworker.reconcile import Reconciler, Sight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from thumbworker.findings import Prepared
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
    now: Callable[[], float] = time.time

    def __call__(
        self, event: dict[str, Any], *, request_id: str, remaining_seconds: Callable[[], float]
    ) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again, and why they were is logged."""
        messages = read_messages(event)
        failed = [message for message in messages if message.unknown]
        for message in failed:
            self.write_line(
                {
                    "level": WARNING,
                    "message_id": message.message_id,
                    "outcome": "unknown",
                    "reason": message.unknown,
                    "request_id": request_id,
                    "receive_count": message.receive_count,
                }
            )
        unavailable: list[Message] = []
        for progress in self._run(jobs_of(messages), remaining_seconds):
            self.write_line(progress.line(request_id))
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
                    for late in (progress, *map(self._begin, jobs[position + 1 :])):
                        late.postpone("too little time left")
                        yield late
                    break
                looks.extend(pool.submit(self._look, ahead) for ahead in jobs[position + 1 : position + 2])
                prepared = self._prepare(progress)
                unfinished.append(pool.submit(self._record, progress, prepared))
                if len(unfinished) == UNFINISHED_MOST:
                    yield unfinished.popleft().result()
            while unfinished:
                yield unfinished.popleft().result()

    def _look(self, job: Job) -> Progress:
        progress = self._begin(job)
        with progress.phase("look"):
            progress.see(self.reconciler.look(job.request))
        return progress

    def _prepare(self, progress: Progress) -> Prepared | None:
        sight, request = progress.sight, progress.job.request
        if sight is None or sight.original is None:
            return None
        decode = self.decode_isolated if request.is_repetition else self.decode
        with progress.phase("decode"):
            prepared = self.reconciler.prepare(request.photo_id, sight.original, decode)
            progress.detail, progress.steps = prepared.detail, prepared.timings
            progress.sight = Sight()  # lets go of the original's bytes
            return prepared
        return None

    def _record(self, progress: Progress, prepared: Prepared | None) -> Progress:
        if progress.sight is not None:
            with progress.phase("record"):
                progress.end(self.reconciler.record(progress.job.request.photo_id, progress.sight, prepared))
        progress.done()
        return progress

    def _begin(self, job: Job) -> Progress:
        return Progress(job, self.clock, self.now)

    def _postpone(self, messages: Iterable[Message]) -> None:
        """Shorten the messages' own visibility; if that fails they come again after the queue's default."""
        for message in messages:
            try:
                self.queue.postpone(
                    message.queue_arn, message.receipt_handle, retry_delay_seconds(message.receive_count)
                )
            except StoreUnavailable as fault:
                self.write_line(
                    {
                        "level": WARNING,
                        "message_id": message.message_id,
                        "outcome": "not_postponed",
                        "reason": str(fault),
                    }
                )


def _margin_seconds(job: Job) -> float:
    return ISOLATED_MARGIN_SECONDS if job.request.is_repetition else START_MARGIN_SECONDS
