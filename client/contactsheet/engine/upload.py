"""Upload files to a gallery: hash them, request offers in lists, send what is missing in parallel.

No progress file is kept. The gallery knows its owner's photos by their hash, so a run after a kill asks
the same questions and sends only what is missing.
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

from contactsheet.engine.content import sha256_of
from contactsheet.engine.folders import unreadable_result
from contactsheet.engine.interfaces import (
    MAX_UPLOADS_PER_REQUEST,
    STORE_UNAVAILABLE,
    TOO_MANY_OUTSTANDING,
    AlreadyThere,
    Answer,
    Gallery,
    Observer,
    Offered,
    Outcome,
    PictureFile,
    PutOutcome,
    Refusal,
    Refused,
    Result,
    Unavailable,
    WantedUpload,
)
from contactsheet.engine.prefetch import prefetch
from contactsheet.engine.sending import Sender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PARALLEL = 6
MAX_ATTEMPTS = 4
MAX_UNANSWERED = 6
"""The run ends when the store did not respond for so many files in a row."""
# Lists are also limited by size: the last offer of a list must be used before it expires.
MAX_LIST_BYTES = 256 * 1024 * 1024
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
MAX_WAIT_SECONDS = 30 * 60.0
"""Unused offers of an interrupted run count against the limit for 16 minutes."""

WAITING_FOR_ROOM = "Waiting for the gallery to process earlier photos"
NO_ANSWER = "The gallery gave no answer for this file. Run the same command again."
NOT_TAKEN = "The photo storage rejected this file four times. Run the same command again."
NO_ROOM = "The gallery is still processing earlier photos. Run the same command again later."


class Backoff:
    """Exponential backoff that is exhausted after ``MAX_WAIT_SECONDS`` without a reset."""

    def __init__(self, sleep: Callable[[float], object], clock: Callable[[], float]) -> None:
        self._sleep = sleep
        self._clock = clock
        self.reset()

    @property
    def is_exhausted(self) -> bool:
        """Return whether nothing has moved for too long."""
        return self._since is not None and self._clock() - self._since > MAX_WAIT_SECONDS

    def reset(self) -> None:
        """Start over after progress."""
        self._since: float | None = None
        self._seconds = FIRST_PAUSE_SECONDS

    def wait(self) -> None:
        """Wait once, twice as long as before."""
        if self._since is None:
            self._since = self._clock()
        self._sleep(self._seconds)
        self._seconds = min(2 * self._seconds, LONGEST_PAUSE_SECONDS)


class UploadRun:
    """One run over files. ``results`` is kept up to date, also if the run is stopped or fails."""

    def __init__(
        self,
        gallery: Gallery,
        observer: Observer,
        *,
        parallel: int = PARALLEL,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.results: list[Result] = []
        self._gallery = gallery
        self._observer = observer
        self._stopping = Event()
        self._backoff = Backoff(sleep or self._stopping.wait, clock)
        self._clock = clock
        self._parallel = parallel
        self._sender = Sender(gallery, observer, parallel=parallel, stopping=self._stopping, clock=clock)
        self._processing: frozenset[str] = frozenset()
        self._first_by_hash: dict[str, Path] = {}
        self._retries: deque[WantedUpload] = deque()
        self._postponed: list[WantedUpload] = []
        self._unanswered = 0

    def run(self, files: Sequence[PictureFile]) -> list[Result]:
        """Upload the files and return one result for each.

        Raises:
            Unavailable: The gallery or its store does not respond any more.
            KeyboardInterrupt: The user stopped it; threads may still run for a moment.
        """
        hashers = ThreadPoolExecutor(min(4, os.cpu_count() or 1), "hash")
        try:
            self._processing = self._gallery.still_processing()
            hashed = prefetch(hashers, _hash, files, distance=2 * MAX_UPLOADS_PER_REQUEST)
            self._upload_all(self._unique_uploads(hashed))
        except BaseException as problem:
            # Uploads in flight stop at their next block. After Ctrl-C even that is not waited for.
            self._stopping.set()
            is_waiting = not isinstance(problem, KeyboardInterrupt)
            hashers.shutdown(wait=is_waiting, cancel_futures=True)
            self._sender.close(wait=is_waiting)
            raise
        hashers.shutdown()
        self._sender.close()
        return self.results

    def _upload_all(self, uploads: Iterator[WantedUpload]) -> None:
        while True:
            # Hash and request the next list while the end of the last one is still being sent.
            self._collect(max_pending=2 * self._parallel)
            if batch := self._next_batch(uploads):
                self._request_offers(batch)
            elif self._sender:
                self._collect(max_pending=len(self._sender) - 1)
            elif self._postponed:
                self._wait_for_room()
            else:
                return

    def _unique_uploads(self, hashed: Iterator[WantedUpload | Result]) -> Iterator[WantedUpload]:
        """Yield the first file of each content, and finish duplicates and unreadable files."""
        for item in hashed:
            if isinstance(item, Result):
                self._finish(item)
            elif first := self._first_by_hash.get(item.sha256):
                sentence = f"This file is identical to {first}."
                self._finish(Result(item.path, Outcome.SAME_AS_ANOTHER, sentence=sentence, same_as=first))
            else:
                self._first_by_hash[item.sha256] = item.path
                # For a photo still being processed, only the store knows if its bytes have arrived.
                yield dataclasses.replace(item, met_conflict=item.sha256 in self._processing)

    def _next_batch(self, uploads: Iterator[WantedUpload]) -> list[WantedUpload]:
        batch: list[WantedUpload] = []
        size_bytes = 0
        while len(batch) < MAX_UPLOADS_PER_REQUEST and size_bytes < MAX_LIST_BYTES:
            upload = self._retries.popleft() if self._retries else None
            if upload is None and not self._postponed:
                upload = next(uploads, None)
            if upload is None:
                break
            batch.append(upload)
            size_bytes += upload.size_bytes
        return batch

    def _request_offers(self, batch: list[WantedUpload]) -> None:
        try:
            answers = {answer.upload_id: answer for answer in self._gallery.offer(batch)}
        except Refusal as refusal:
            answers = {u.upload_id: Refused(u.upload_id, refusal.reason, str(refusal)) for u in batch}
        answered_at = self._clock()
        for upload in batch:
            self._handle(upload, answers.get(upload.upload_id), answered_at)

    def _handle(self, upload: WantedUpload, answer: Answer | None, answered_at: float) -> None:
        if isinstance(answer, Refused) and answer.reason == TOO_MANY_OUTSTANDING:
            self._postponed.append(upload)
            return
        self._backoff.reset()
        match answer:
            case Offered():
                self._sender.send(upload, answer, answered_at)
            case AlreadyThere(photo_id=photo_id):
                self._finish(Result(upload.path, Outcome.ALREADY_THERE, photo_id))
            case Refused(reason=reason, sentence=sentence):
                self._finish(Result(upload.path, Outcome.REFUSED, None, reason, sentence))
            case None:
                self._finish(Result(upload.path, Outcome.NOT_SENT, None, "no_answer", NO_ANSWER))

    def _collect(self, *, max_pending: int) -> None:
        for sent in self._sender.completed(max_pending=max_pending):
            self._unanswered = self._unanswered + 1 if sent.is_store_unavailable else 0
            if isinstance(sent.result, Result):
                self._finish(sent.result)
            else:
                self._retry(sent.upload, sent.result)
            if self._unanswered >= MAX_UNANSWERED:
                raise Unavailable(STORE_UNAVAILABLE)

    def _retry(self, upload: WantedUpload, put: PutOutcome) -> None:
        # On a slow connection offers may expire any number of times; the first of each list are sent.
        attempts = upload.attempts if put is PutOutcome.OFFER_EXPIRED else upload.attempts + 1
        if attempts == MAX_ATTEMPTS:
            self._finish(Result(upload.path, Outcome.NOT_SENT, None, "not_taken", NOT_TAKEN))
            return
        met_conflict = put is PutOutcome.CONFLICT or upload.met_conflict
        self._retries.append(dataclasses.replace(upload, met_conflict=met_conflict, attempts=attempts))

    def _wait_for_room(self) -> None:
        """Wait, then retry the postponed files; fail them once the backoff is exhausted."""
        if self._backoff.is_exhausted:
            for upload in self._postponed:
                self._finish(Result(upload.path, Outcome.NOT_SENT, None, TOO_MANY_OUTSTANDING, NO_ROOM))
        else:
            self._observer.waiting(WAITING_FOR_ROOM)
            self._backoff.wait()
            self._gallery.still_processing()
            self._observer.waiting("")
            self._retries.extend(self._postponed)
        self._postponed.clear()

    def _finish(self, result: Result) -> None:
        self.results.append(result)
        self._observer.finished(result)


def _hash(file: PictureFile) -> WantedUpload | Result:
    try:
        sha256, size_bytes = sha256_of(file.path)
    except OSError as problem:
        return unreadable_result(file.path, problem)
    return WantedUpload(uuid4(), file.path, size_bytes, sha256)
