"""A gallery in memory, by behaviour: it offers, takes bytes once, and tells what it has."""

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
    Put,
    Refused,
    Result,
    Wish,
)


@dataclass
class Photo:
    """A row: ``stored`` once its bytes are there, ``processed`` once the worker has seen them."""

    photo_id: UUID
    sha256: str
    stored: bool = False
    processed: bool = False


@dataclass
class FakeGallery:
    """Answers as the real one does; ``places`` is how many unprocessed photos it allows."""

    places: int = 200
    photos: dict[str, Photo] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    lists: list[int] = field(default_factory=list)
    puts: list[str] = field(default_factory=list)
    looks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, wishes: list[Wish]) -> list[Answer]:
        self.lists.append(len(wishes))
        return [self.answer(wish) for wish in wishes]

    def answer(self, wish: Wish) -> Answer:
        if reason := self.refused.get(wish.name):
            return Refused(wish.upload_id, reason, "Not this one.")
        photo = self.photos.get(wish.sha256)
        if photo and (photo.processed or (photo.stored and wish.met_conflict)):
            return AlreadyThere(wish.upload_id, photo.photo_id)
        if photo is None:
            if sum(not other.processed for other in self.photos.values()) >= self.places:
                return Refused(wish.upload_id, TOO_MANY_OUTSTANDING, "Later.")
            photo = self.photos.setdefault(wish.sha256, Photo(uuid4(), wish.sha256))
        return Offered(wish.upload_id, photo.photo_id, wish.sha256)

    def put(self, offered: Offered, wish: Wish, content) -> Put:
        data = content.read()
        with self.lock:
            self.puts.append(wish.name)
            photo = self.photos[offered.terms]
            if hashlib.sha256(data).hexdigest() != wish.sha256:
                return Put.CHANGED
            if photo.stored:
                return Put.CONFLICT
            photo.stored = True
            return Put.STORED

    def still_processing(self) -> frozenset[str]:
        self.looks += 1
        return frozenset(photo.sha256 for photo in self.photos.values() if not photo.processed)

    def process(self) -> None:
        """Do what the worker does."""
        for photo in self.photos.values():
            photo.processed = photo.processed or photo.stored

    @property
    def stored(self) -> int:
        return sum(photo.stored for photo in self.photos.values())


class Onlooker:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.results: list[Result] = []
        self.bytes_sent = 0
        self.waited_for: list[str] = []
        self.lock = threading.Lock()

    def sent(self, path, count_bytes):
        with self.lock:
            self.bytes_sent += count_bytes

    def finished(self, result):
        self.results.append(result)

    def waits(self, sentence):
        self.waited_for.append(sentence)
