"""The stores and the web of an import, as plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.thumbworker.imports.hostile import PNG
from thumbworker.contract.imports import ImportItem, ImportRequest, ImportStatus
from thumbworker.imports.download import Picture
from thumbworker.imports.interfaces import Stores

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.imports import ImportReason
    from thumbworker.contract.news import PhotoNews
    from thumbworker.imports.trouble import NotFetched

PICTURE = Picture(PNG, "image/png")
SOON = "2126-11-21T00:00:00+00:00"


@dataclass
class FakeRequests:
    found: dict[UUID, ImportRequest] = field(default_factory=dict)
    fault: Exception | None = None

    def get(self, photo_id: UUID) -> ImportRequest | None:
        fault, self.fault = self.fault, None
        if fault:
            raise fault
        return self.found.get(photo_id)


@dataclass
class FakeOriginals:
    found: dict[UUID, tuple[Picture, str]] = field(default_factory=dict)
    correlation_ids: dict[UUID, str] = field(default_factory=dict)
    fault: Exception | None = None

    def exists(self, photo_id: UUID) -> bool:
        return photo_id in self.found

    def put(self, photo_id: UUID, picture: Picture, *, owner: str, correlation_id: str) -> None:
        fault, self.fault = self.fault, None
        if fault:
            raise fault
        self.found.setdefault(photo_id, (picture, owner))
        self.correlation_ids.setdefault(photo_id, correlation_id)


@dataclass
class FakeJournal:
    """Behaves like the table; a lease lasts until it is released."""

    items: dict[UUID, ImportItem] = field(default_factory=dict)
    leased: set[UUID] = field(default_factory=set)

    def begin(self, photo_id: UUID, *, correlation_id: str) -> ImportItem | None:
        item = self.items.get(photo_id)
        if photo_id in self.leased or (item and item.status is not ImportStatus.PROCESSING):
            return None
        self.leased.add(photo_id)
        self.items[photo_id] = ImportItem(
            photo_id, ImportStatus.PROCESSING, (item.attempts if item else 0) + 1, "now"
        )
        return self.items[photo_id]

    def release(self, photo_id: UUID, reason: ImportReason) -> None:
        self.leased.discard(photo_id)
        item = self.items[photo_id]
        self.items[photo_id] = ImportItem(photo_id, item.status, item.attempts, "now", reason)

    def finish(self, photo_id: UUID, reason: ImportReason | None) -> bool:
        item = self.items.get(photo_id)
        if item and item.status is not ImportStatus.PROCESSING:
            return False
        status = ImportStatus.FAILED if reason else ImportStatus.COMPLETED
        self.items[photo_id] = ImportItem(photo_id, status, item.attempts if item else 0, "now", reason or "")
        return True


@dataclass
class FakeNews:
    told: list[PhotoNews] = field(default_factory=list)

    def publish(self, news: PhotoNews) -> None:
        self.told.append(news)


@dataclass
class FakeWeb:
    """Answers each fetch by the next of ``troubles``, and with the picture once they are used up."""

    troubles: list[NotFetched] = field(default_factory=list)
    picture: Picture = PICTURE
    fetched: list[str] = field(default_factory=list)

    def fetch(self, untrusted_url: str) -> Picture:
        self.fetched.append(untrusted_url)
        if self.troubles:
            raise self.troubles.pop(0)
        return self.picture


@dataclass
class World:
    """All that an import may touch."""

    requests: FakeRequests = field(default_factory=FakeRequests)
    originals: FakeOriginals = field(default_factory=FakeOriginals)
    journal: FakeJournal = field(default_factory=FakeJournal)
    news: FakeNews = field(default_factory=FakeNews)
    web: FakeWeb = field(default_factory=FakeWeb)

    @property
    def stores(self) -> Stores:
        return Stores(self.requests, self.originals, self.journal, self.news)

    def ask(self, photo_id: UUID, begin_before: str = SOON) -> None:
        self.requests.found[photo_id] = ImportRequest(
            "https://example.org/a.png", "7", begin_before, "asked-by-alice"
        )
