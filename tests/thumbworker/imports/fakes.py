"""The stores and the web of an import, as plain dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.thumbworker.fakes import FakeTopic
from tests.thumbworker.imports.hostile import PNG
from thumbworker.contract.imports import ImportItem, ImportRequest, ImportStatus
from thumbworker.imports.download import Picture
from thumbworker.imports.interfaces import Stores

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.imports import ImportReason
    from thumbworker.imports.errors import NotFetched

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
class FakeImportItems:
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

    def finish(self, photo_id: UUID, reason: ImportReason | None) -> None:
        item = self.items.get(photo_id)
        if item and item.status is not ImportStatus.PROCESSING:
            return
        status = ImportStatus.FAILED if reason else ImportStatus.COMPLETED
        self.items[photo_id] = ImportItem(photo_id, status, item.attempts if item else 0, "now", reason or "")


@dataclass
class FakeWeb:
    """Answers each fetch by the next of ``errors``, and with the picture once they are used up."""

    errors: list[NotFetched] = field(default_factory=list)
    picture: Picture = PICTURE
    fetched: list[str] = field(default_factory=list)

    def fetch(self, untrusted_url: str) -> Picture:
        self.fetched.append(untrusted_url)
        if self.errors:
            raise self.errors.pop(0)
        return self.picture


@dataclass
class World:
    """Everything that an import reads and writes."""

    requests: FakeRequests = field(default_factory=FakeRequests)
    originals: FakeOriginals = field(default_factory=FakeOriginals)
    import_items: FakeImportItems = field(default_factory=FakeImportItems)
    topic: FakeTopic = field(default_factory=FakeTopic)
    web: FakeWeb = field(default_factory=FakeWeb)

    @property
    def stores(self) -> Stores:
        return Stores(self.requests, self.originals, self.import_items, self.topic)

    def ask(self, photo_id: UUID, begin_before: str = SOON) -> None:
        self.requests.found[photo_id] = ImportRequest(
            "https://example.org/a.png", "7", begin_before, "asked-by-alice"
        )
