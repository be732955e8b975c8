"""Brings files into a gallery: hash, ask in lists, send what is wanted, in parallel.

There is no journal to resume from. The gallery knows an owner's photos by their hash, so a run after a
kill asks the same questions and sends only what is missing.
"""

from __future__ import annotations

import dataclasses
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING
from uuid import uuid4

from contactsheet.engine.ahead import ahead
from contactsheet.engine.content import sha256_of
from contactsheet.engine.folders import unreadable_result
from contactsheet.engine.interfaces import (
    MAX_WISHES,
    TOO_MANY_OUTSTANDING,
    AlreadyThere,
    Answer,
    Gallery,
    Offered,
    Outcome,
    PictureFile,
    Put,
    Refusal,
    Refused,
    Result,
    Unavailable,
    Watcher,
    Wish,
)
from contactsheet.engine.patience import Patience
from contactsheet.engine.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PARALLEL = 6
MAX_TRIES = 4
MAX_SILENCES = 6
"""After so many files in a row that the store did not answer for, the others would fare no better."""
# Lists are also cut by size, so that the last offer of a list is taken up before it lapses.
MAX_LIST_BYTES = 256 * 1024 * 1024

STORE_SILENT = "The picture store does not answer."
WAITS_FOR_ROOM = "Waiting until the gallery has processed earlier photos"
NO_ANSWER = "The gallery did not answer for this file. Run the command again."
NOT_TAKEN = "The gallery offered a place for this file, but its store did not take it. Run the command again."
NO_ROOM = "The gallery is still busy with earlier photos. Run the command again later."


class UploadRun:
    """One run over files. ``results`` holds what came of them, also after it was stopped or failed."""

    def __init__(
        self,
        gallery: Gallery,
        watcher: Watcher,
        *,
        parallel: int = PARALLEL,
        pause: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.results: list[Result] = []
        self._gallery = gallery
        self._watcher = watcher
        self._stopping = Event()
        self._patience = Patience(pause or self._stopping.wait, clock)
        self._clock = clock
        self._parallel = parallel
        self._sender = Sender(gallery, watcher, parallel=parallel, stopping=self._stopping, clock=clock)
        self._processing: frozenset[str] = frozenset()
        self._first_by_hash: dict[str, Path] = {}
        self._again: deque[Wish] = deque()
        self._postponed: list[Wish] = []
        self._silences = 0

    def run(self, files: Sequence[PictureFile]) -> list[Result]:
        """Bring the files into the gallery and return what came of each.

        Raises:
            Unavailable: the gallery or its store does not answer any more.
            KeyboardInterrupt: the person stopped it; threads may still be at work for a moment.
        """
        hashers = ThreadPoolExecutor(min(4, os.cpu_count() or 1), "hash")
        try:
            self._processing = self._gallery.still_processing()
            self._work(self._wishes(ahead(hashers, _hashed, files, distance=2 * MAX_WISHES)))
        except BaseException as end:
            # What is being sent stops at its next block. A person who stops us does not even wait for that.
            self._stopping.set()
            patient = not isinstance(end, KeyboardInterrupt)
            hashers.shutdown(wait=patient, cancel_futures=True)
            self._sender.close(wait=patient)
            raise
        hashers.shutdown()
        self._sender.close()
        return self.results

    def _work(self, wishes: Iterator[Wish]) -> None:
        while True:
            # The next list is hashed and asked for while the last one's end is still being sent.
            self._collect(leave=2 * self._parallel)
            if wanted := self._next_list(wishes):
                self._ask(wanted)
            elif self._sender:
                self._collect(leave=len(self._sender) - 1)
            elif self._postponed:
                self._wait_for_room()
            else:
                return

    def _wishes(self, hashed: Iterator[Wish | Result]) -> Iterator[Wish]:
        """Give the first file of each content; end the others at once."""
        for found in hashed:
            if isinstance(found, Result):
                self._finish(found)
            elif first := self._first_by_hash.get(found.sha256):
                sentence = f"The same picture as {first}."
                self._finish(Result(found.path, Outcome.SAME_AS_ANOTHER, sentence=sentence))
            else:
                self._first_by_hash[found.sha256] = found.path
                # Whether the bytes of a photo being processed have arrived only the store knows.
                yield dataclasses.replace(found, met_conflict=found.sha256 in self._processing)

    def _next_list(self, wishes: Iterator[Wish]) -> list[Wish]:
        wanted: list[Wish] = []
        size_bytes = 0
        while len(wanted) < MAX_WISHES and size_bytes < MAX_LIST_BYTES:
            wish = self._again.popleft() if self._again else None
            if wish is None and not self._postponed:
                wish = next(wishes, None)
            if wish is None:
                break
            wanted.append(wish)
            size_bytes += wish.size_bytes
        return wanted

    def _ask(self, wanted: list[Wish]) -> None:
        try:
            answers = {answer.upload_id: answer for answer in self._gallery.offer(wanted)}
        except Refusal as refusal:
            answers = {w.upload_id: Refused(w.upload_id, refusal.reason, str(refusal)) for w in wanted}
        answered_at = self._clock()
        for wish in wanted:
            self._take(wish, answers.get(wish.upload_id), answered_at)

    def _take(self, wish: Wish, answer: Answer | None, answered_at: float) -> None:
        if isinstance(answer, Refused) and answer.reason == TOO_MANY_OUTSTANDING:
            self._postponed.append(wish)
            return
        self._patience.renew()
        match answer:
            case Offered():
                self._sender.send(wish, answer, answered_at)
            case AlreadyThere(photo_id=photo_id):
                self._finish(Result(wish.path, Outcome.ALREADY_THERE, photo_id))
            case Refused(reason=reason, sentence=sentence):
                self._finish(Result(wish.path, Outcome.REFUSED, None, reason, sentence))
            case None:
                self._finish(Result(wish.path, Outcome.NOT_SENT, None, "no_answer", NO_ANSWER))

    def _collect(self, *, leave: int) -> None:
        for sent in self._sender.ended(leave=leave):
            self._silences = self._silences + 1 if sent.silent else 0
            if sent.result:
                self._finish(sent.result)
            else:
                self._ask_again(sent.wish, sent.put)
            if self._silences >= MAX_SILENCES:
                raise Unavailable(STORE_SILENT)

    def _ask_again(self, wish: Wish, put: Put) -> None:
        # On a slow line offers lapse before their turn, any number of times; the first of each list are sent.
        tries = wish.tries if put is Put.LAPSED else wish.tries + 1
        if tries == MAX_TRIES:
            self._finish(Result(wish.path, Outcome.NOT_SENT, None, "not_taken", NOT_TAKEN))
            return
        met_conflict = put is Put.CONFLICT or wish.met_conflict
        self._again.append(dataclasses.replace(wish, met_conflict=met_conflict, tries=tries))

    def _wait_for_room(self) -> None:
        """Ask for the postponed again after a pause; give them up when nothing has moved for long."""
        if self._patience.is_over:
            for wish in self._postponed:
                self._finish(Result(wish.path, Outcome.NOT_SENT, None, TOO_MANY_OUTSTANDING, NO_ROOM))
        else:
            self._watcher.waits(WAITS_FOR_ROOM)
            self._patience.wait()
            self._gallery.still_processing()
            self._watcher.waits("")
            self._again.extend(self._postponed)
        self._postponed.clear()

    def _finish(self, result: Result) -> None:
        self.results.append(result)
        self._watcher.finished(result)


def _hashed(file: PictureFile) -> Wish | Result:
    try:
        sha256, size_bytes = sha256_of(file.path)
    except OSError as problem:
        return unreadable_result(file.path, problem)
    return Wish(uuid4(), file.path, size_bytes, sha256)
