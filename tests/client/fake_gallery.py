"""A gallery in memory: it offers, stores bytes once, and answers what it has."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from contactsheet.engine.interfaces import (
    TOO_MANY_OUTSTANDING,
    AlreadyThere,
    Answer,
    Offered,
    PutOutcome,
    Refused,
    Result,
    WantedUpload,
)


@dataclass
class Photo:
    """``stored`` once its bytes are there, ``processed`` once the worker has reconciled it."""

    photo_id: UUID
    sha256: str
    stored: bool = False
    processed: bool = False


@dataclass
class FakeGallery:
    """Answers like the real one; ``capacity`` is the limit of unprocessed photos."""

    capacity: int = 200
    photos: dict[str, Photo] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    lists: list[int] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    status_checks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, uploads: list[WantedUpload]) -> list[Answer]:
        self.lists.append(len(uploads))
        return [self.answer(upload) for upload in uploads]

    def answer(self, upload: WantedUpload) -> Answer:
        if reason := self.refused.get(upload.name):
            return Refused(upload.upload_id, reason, "Not this one.")
        photo = self.photos.get(upload.sha256)
        if photo and (photo.processed or (photo.stored and upload.met_conflict)):
            return AlreadyThere(upload.upload_id, photo.photo_id)
        if photo is None:
            if sum(not other.processed for other in self.photos.values()) >= self.capacity:
                return Refused(upload.upload_id, TOO_MANY_OUTSTANDING, "Later.")
            photo = self.photos.setdefault(upload.sha256, Photo(uuid4(), upload.sha256))
        return Offered(upload.upload_id, photo.photo_id, upload.sha256)

    def put(self, offered: Offered, upload: WantedUpload, content) -> PutOutcome:
        data = content.read()
        with self.lock:
            self.puts.append(upload.name)
            photo = self.photos[offered.terms]
            if hashlib.sha256(data).hexdigest() != upload.sha256:
                return PutOutcome.FILE_CHANGED
            if photo.stored:
                return PutOutcome.CONFLICT
            photo.stored = True
            return PutOutcome.STORED

    def still_processing(self) -> frozenset[str]:
        self.status_checks += 1
        return frozenset(photo.sha256 for photo in self.photos.values() if not photo.processed)

    def process(self) -> None:
        """Process stored photos, as the worker does."""
        for photo in self.photos.values():
            photo.processed = photo.processed or photo.stored

    @property
    def stored(self) -> int:
        return sum(photo.stored for photo in self.photos.values())


class RecordingObserver:
    """Records what it is called with."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.bytes_sent = 0
        self.waiting_sentences: list[str] = []
        self.lock = threading.Lock()

    def sent(self, path, count_bytes):
        with self.lock:
            self.bytes_sent += count_bytes

    def finished(self, result):
        self.results.append(result)

    def waiting(self, sentence):
        self.waiting_sentences.append(sentence)
