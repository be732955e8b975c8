"""Sends the bytes of offered files, several at once."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from contactsheet.engine.content import Content, FileChanged
from contactsheet.engine.interfaces import (
    Gallery,
    Offered,
    Outcome,
    Put,
    Refusal,
    Result,
    Unavailable,
    Watcher,
    Wish,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Event

FRESH_SECONDS = 12 * 60.0
"""An older offer is asked for again: the gallery's are valid for 15 minutes."""

FILE_CHANGED = "This file changed while it was being uploaded. Run the command again."


@dataclass(frozen=True, slots=True)
class Sent:
    """The end of one try: the file's result, or ``None`` where ``put`` says why to ask once more."""

    wish: Wish
    put: Put
    result: Result | None = None
    silent: bool = False


class Sender:
    """A pool of threads that send; everything else about it belongs to one thread."""

    def __init__(
        self,
        gallery: Gallery,
        watcher: Watcher,
        *,
        parallel: int,
        stopping: Event,
        clock: Callable[[], float],
    ) -> None:
        self._gallery = gallery
        self._watcher = watcher
        self._stopping = stopping
        self._clock = clock
        self._pool = ThreadPoolExecutor(parallel, "send")
        self._at_work: set[Future[Sent]] = set()

    def __len__(self) -> int:
        """Return how many files are being sent or wait for it."""
        return len(self._at_work)

    def send(self, wish: Wish, offered: Offered, offered_at: float) -> None:
        """Have a file sent, unless its offer is old by then."""
        self._at_work.add(self._pool.submit(self._try, wish, offered, offered_at))

    def ended(self, *, leave: int) -> Iterator[Sent]:
        """Give the ended tries, and wait until at most ``leave`` are at work."""
        while self._at_work:
            patient = len(self._at_work) > leave
            done, _ = wait(self._at_work, None if patient else 0, FIRST_COMPLETED)
            self._at_work -= done
            yield from (future.result() for future in done)
            if not patient:
                return

    def close(self, *, wait: bool = True) -> None:
        """End; what has not begun is left."""
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _try(self, wish: Wish, offered: Offered, offered_at: float) -> Sent:
        try:
            put = self._put(wish, offered, offered_at)
        except (FileChanged, OSError):
            put = Put.CHANGED
        except Unavailable as silence:
            ended = Result(wish.path, Outcome.NOT_SENT, None, "store_unavailable", str(silence))
            return Sent(wish, Put.STALE, ended, silent=True)
        except Refusal as refusal:
            return self._failed(wish, Outcome.REFUSED, refusal.reason, str(refusal))
        match put:
            case Put.STORED:
                return Sent(wish, put, Result(wish.path, Outcome.UPLOADED, offered.photo_id))
            case Put.CHANGED:
                return self._failed(wish, Outcome.NOT_SENT, "file_changed", FILE_CHANGED)
            case Put.CONFLICT | Put.STALE | Put.LAPSED:
                return Sent(wish, put)

    @staticmethod
    def _failed(wish: Wish, outcome: Outcome, reason: str, sentence: str) -> Sent:
        return Sent(wish, Put.CHANGED, Result(wish.path, outcome, None, reason, sentence))

    def _put(self, wish: Wish, offered: Offered, offered_at: float) -> Put:
        if self._clock() - offered_at > FRESH_SECONDS:
            return Put.LAPSED
        with wish.path.open("rb") as file:
            sent = partial(self._watcher.sent, wish.path)
            content = Content(file, wish.size_bytes, sent=sent, stopping=self._stopping)
            return self._gallery.put(offered, wish, content)
