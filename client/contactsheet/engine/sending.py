"""Send the bytes of offered files in parallel."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactsheet.engine.content import Content, FileChanged
from contactsheet.engine.interfaces import (
    Gallery,
    Observer,
    Offered,
    Outcome,
    PutOutcome,
    Refusal,
    Result,
    Unavailable,
    WantedUpload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

MAX_OFFER_AGE_SECONDS = 12 * 60.0
"""Offers are valid for 15 minutes; an older one is requested again before it is used."""

FILE_CHANGED = "This file changed during the upload. Run the same command again."


@dataclass(frozen=True, slots=True)
class SendResult:
    """One attempt: the file's result, or why the file needs a new offer."""

    upload: WantedUpload
    result: Result | PutOutcome
    is_store_unavailable: bool = False


class Sender:
    """A pool of sending threads. Its public methods are called by one thread only."""

    def __init__(
        self,
        gallery: Gallery,
        observer: Observer,
        *,
        parallel: int,
        stopping: Event,
        clock: Callable[[], float],
    ) -> None:
        self._gallery = gallery
        self._observer = observer
        self._stopping = stopping
        self._clock = clock
        self._pool = ThreadPoolExecutor(parallel, "send")
        self._pending: set[Future[SendResult]] = set()

    def __len__(self) -> int:
        """Return the number of files that are queued or being sent."""
        return len(self._pending)

    def send(self, upload: WantedUpload, offered: Offered, offered_at: float) -> None:
        """Queue a file."""
        self._pending.add(self._pool.submit(self._send, upload, offered, offered_at))

    def completed(self, *, max_pending: int) -> Iterator[SendResult]:
        """Yield completed attempts, and wait until at most ``max_pending`` files are left."""
        while self._pending:
            is_blocking = len(self._pending) > max_pending
            done, _ = wait(self._pending, None if is_blocking else 0, FIRST_COMPLETED)
            self._pending -= done
            yield from (future.result() for future in done)
            if not is_blocking:
                return

    def close(self, *, wait: bool = True) -> None:
        """Shut the pool down and drop what is queued."""
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _send(self, upload: WantedUpload, offered: Offered, offered_at: float) -> SendResult:
        try:
            put = self._put(upload, offered, offered_at)
        except (FileChanged, OSError):
            put = PutOutcome.FILE_CHANGED
        except Unavailable as problem:
            result = Result(upload.path, Outcome.NOT_SENT, None, "store_unavailable", str(problem))
            return SendResult(upload, result, is_store_unavailable=True)
        except Refusal as refusal:
            return SendResult(
                upload, Result(upload.path, Outcome.REFUSED, None, refusal.reason, str(refusal))
            )
        if put is PutOutcome.STORED:
            return SendResult(upload, Result(upload.path, Outcome.UPLOADED, offered.photo_id))
        if put is PutOutcome.FILE_CHANGED:
            return SendResult(
                upload, Result(upload.path, Outcome.NOT_SENT, None, "file_changed", FILE_CHANGED)
            )
        return SendResult(upload, put)

    def _put(self, upload: WantedUpload, offered: Offered, offered_at: float) -> PutOutcome:
        if self._clock() - offered_at > MAX_OFFER_AGE_SECONDS:
            return PutOutcome.OFFER_EXPIRED
        with upload.path.open("rb") as file:
            sent = partial(self._observer.sent, upload.path)
            content = Content(file, upload.size_bytes, sent=sent, stopping=self._stopping)
            return self._gallery.put(offered, upload, content)
