"""Run a worker without Lambda: poll its queue.

The semantics are Lambda's: batches of ten, partial failures, tries counted by the queue. Run it
under a supervisor that restarts it: SQS delivers the messages of a crashed worker again, and these are
decoded in a child process.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from thumbworker import log
from thumbworker.allocator import keep_freed_memory
from thumbworker.environment import Environment, SettingsMissing
from thumbworker.interfaces import StoreUnavailable
from thumbworker.queues import open_queues

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.interfaces import Queue
    from thumbworker.queues import SqsQueues

BATCH_SECONDS = 120.0
"""The Lambda's timeout; the queue's visibility timeout is six times as long."""
PAUSE_SECONDS = 5.0
"""The wait after a poll that failed."""


class Work(Protocol):
    """Handles one batch in the shape of Lambda's SQS event; returns the messages that must come again."""

    def __call__(
        self, event: dict[str, Any], *, request_id: str, remaining_seconds: Callable[[], float]
    ) -> dict[str, list[dict[str, str]]]:
        """Handle the batch."""


@dataclass(slots=True)
class Poller:
    """Pass batches to the worker until ``stop`` is called. A batch in progress is finished."""

    queue: Queue
    queue_url: str
    batch: Work
    pause: Callable[[float], None] = time.sleep
    stopping: bool = False
    _queue_arn: str = ""

    def stop(self, *_: object) -> None:
        """Receive no more batches. Also a signal handler."""
        self.stopping = True

    def poll_once(self, *, wait_seconds: int = 20) -> int:
        """Handle one batch; return how many messages it held.

        Raises:
            StoreUnavailable: the queue did not answer.
        """
        self._queue_arn = self._queue_arn or self.queue.queue_arn(self.queue_url)
        messages = self.queue.receive(self.queue_url, wait_seconds=wait_seconds)
        if not messages:
            return 0
        end = time.monotonic() + BATCH_SECONDS
        records = [message | {"eventSourceARN": self._queue_arn} for message in messages]
        answer = self.batch(
            {"Records": records},
            request_id=str(uuid4()),
            remaining_seconds=lambda: end - time.monotonic(),
        )
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in messages:
            if message["messageId"] not in failed:
                self._delete(message)
        return len(messages)

    def _delete(self, message: dict[str, Any]) -> None:
        # A message that stays is received again and changes nothing; the others are still deleted.
        try:
            self.queue.delete(self.queue_url, message["receiptHandle"])
        except StoreUnavailable as error:
            log.write_line(
                {
                    "level": log.WARNING,
                    "outcome": "message_not_deleted",
                    "message_id": message["messageId"],
                    "reason": str(error),
                }
            )

    def run(self) -> None:
        """Poll until stopped."""
        while not self.stopping:
            try:
                self.poll_once()
            except StoreUnavailable as error:
                log.write_line({"level": log.WARNING, "outcome": "queue_unavailable", "reason": str(error)})
                self.pause(PAUSE_SECONDS)


def main(queue_variable: str, assemble: Callable[[Environment, SqsQueues], Work]) -> int:
    """Poll the queue that the variable names until SIGTERM or SIGINT; return the exit status."""
    queue_url = os.environ.get(queue_variable, "")
    try:
        environment = Environment.read(os.environ)
        if not queue_url:
            raise SettingsMissing([queue_variable])  # noqa: TRY301 - all missing settings are reported in one place
    except SettingsMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    keep_freed_memory()
    queues = open_queues(environment)
    poller = Poller(queues, queue_url, assemble(environment, queues))
    signal.signal(signal.SIGTERM, poller.stop)
    signal.signal(signal.SIGINT, poller.stop)
    poller.run()
    return 0
