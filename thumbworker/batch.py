"""Work through one batch of messages: one photo at a time on the CPU, the network beside it.

While one original is decoded, the next is already downloaded and the renditions of the last ones are stored.
Memory stays bounded: one original being decoded, one waiting, and the renditions of at most
``MAX_UNFINISHED`` photos. No thread outlives the call.
"""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from thumbworker.interfaces import StoreUnavailable
from thumbworker.log import WARNING
from thumbworker.messages import Job, Message, batch_response, jobs_of, read_messages, unknown_line
from thumbworker.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from thumbworker.interfaces import Queue
    from thumbworker.progress import Decoder
    from thumbworker.reconcile import Reconciler

MAX_UNFINISHED = 3
START_MARGIN_SECONDS = 20.0
"""A photo is begun only with this much time left: the decoder's soft deadline of 8 s, and the stores."""
ISOLATED_MARGIN_SECONDS = 45.0
"""The same where a child may use its whole wall time: our timeout must not look like the picture's fault."""
FIRST_DELAY_SECONDS = 10
MAX_DELAY_SECONDS = 600


def retry_delay_seconds(receive_count: int) -> int:
    """Return the wait before the next try.

    >>> [retry_delay_seconds(count) for count in (1, 2, 3, 4, 5)]
    [10, 30, 90, 270, 600]
    """
    return min(FIRST_DELAY_SECONDS * int(3 ** (receive_count - 1)), MAX_DELAY_SECONDS)


@dataclass(frozen=True, slots=True)
class Batch:
    """Reconcile every photo in a batch.

    ``decode`` runs in this process. ``decode_isolated`` runs in a limited child and takes what was received
    before or nudged: such a photo may be the one that killed its worker.
    """

    reconciler: Reconciler
    decode: Decoder
    decode_isolated: Decoder
    queue: Queue
    write_line: Callable[[dict[str, Any]], None]
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time

    def __call__(
        self, event: dict[str, Any], *, request_id: str, remaining_seconds: Callable[[], float]
    ) -> dict[str, list[dict[str, str]]]:
        """Handle an SQS event; return the messages that must come again, and log why."""
        messages = read_messages(event)
        unknown = [message for message in messages if message.unknown]
        for message in unknown:
            self.write_line(unknown_line(message, request_id))
        unavailable: list[Message] = []
        for progress in self._run(jobs_of(messages), remaining_seconds):
            self.write_line(progress.line(request_id))
            if progress.failed:
                unavailable += progress.job.messages
        self._postpone(unavailable)
        return batch_response([*unknown, *unavailable])

    def _run(self, jobs: list[Job], remaining_seconds: Callable[[], float]) -> Iterable[Progress]:
        unfinished: deque[Future[Progress]] = deque()
        with ThreadPoolExecutor(MAX_UNFINISHED + 1, thread_name_prefix="store") as pool:
            reads = deque(pool.submit(self._read, job) for job in jobs[:1])
            for position, job in enumerate(jobs):
                progress = reads.popleft().result()
                if remaining_seconds() < _margin_seconds(job):
                    for late in (progress, *map(self._begin, jobs[position + 1 :])):
                        yield late.postpone("too little time left")
                    break
                reads.extend(pool.submit(self._read, ahead) for ahead in jobs[position + 1 : position + 2])
                progress.decode(self.decode_isolated if job.request.is_repeat else self.decode)
                unfinished.append(pool.submit(progress.write))
                if len(unfinished) == MAX_UNFINISHED:
                    yield unfinished.popleft().result()
            while unfinished:
                yield unfinished.popleft().result()

    def _read(self, job: Job) -> Progress:
        return self._begin(job).read(self.reconciler.reconcile(job.request))

    def _begin(self, job: Job) -> Progress:
        return Progress(job, self.clock, self.now)

    def _postpone(self, messages: Iterable[Message]) -> None:
        """Shorten the messages' own visibility; if that fails they come again after the queue's default."""
        for message in messages:
            try:
                self.queue.postpone(
                    message.queue_arn, message.receipt_handle, retry_delay_seconds(message.receive_count)
                )
            except StoreUnavailable as error:
                self.write_line(
                    {
                        "level": WARNING,
                        "message_id": message.message_id,
                        "outcome": "not_postponed",
                        "reason": str(error),
                    }
                )


def _margin_seconds(job: Job) -> float:
    return ISOLATED_MARGIN_SECONDS if job.request.is_repeat else START_MARGIN_SECONDS
