"""Stores made of dictionaries; tests/contract holds them to the same behaviour as those on AWS."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thumbworker.contract.items import PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile, Stores, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from thumbworker.contract.news import PhotoNews

UPLOADED_AT = "2026-11-21T10:00:00+00:00"


@dataclass
class Calls:
    """Counts every call, fails those it is told to, and runs what a test wants to happen in between."""

    names: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)
    before: dict[str, Callable[[], None]] = field(default_factory=dict)

    def note(self, name: str) -> None:
        self.names.append(name)
        if name in self.before:
            self.before.pop(name)()
        if self.failing.get(name, 0) > 0:
            self.failing[name] -= 1
            raise StoreUnavailable(name, "SlowDown")

    def count(self) -> dict[str, int]:
        return dict(Counter(self.names))


@dataclass
class FakeOriginals:
    calls: Calls = field(default_factory=Calls)
    files: dict[UUID, tuple[bytes, str]] = field(default_factory=dict)
    correlation_ids: dict[UUID, str] = field(default_factory=dict)

    def get(self, photo_id: UUID, *, limit_bytes: int) -> Original | None:
        self.calls.note("GetObject")
        if photo_id not in self.files:
            return None
        data, owner = self.files[photo_id]
        return Original(
            owner,
            UPLOADED_AT,
            len(data),
            data if len(data) <= limit_bytes else None,
            self.correlation_ids.get(photo_id, ""),
        )

    def exists(self, photo_id: UUID) -> bool:
        self.calls.note("HeadObject")
        return photo_id in self.files


@dataclass
class FakeRenditions:
    calls: Calls = field(default_factory=Calls)
    files: dict[str, RenditionFile] = field(default_factory=dict)

    def put(self, file: RenditionFile) -> None:
        self.calls.note("PutObject")
        self.files[file.key] = file

    def delete(self, keys: Sequence[str]) -> None:
        self.calls.note("DeleteObjects")
        for key in keys:
            self.files.pop(key, None)


@dataclass
class FakeCatalogue:
    calls: Calls = field(default_factory=Calls)
    items: dict[UUID, PhotoItem] = field(default_factory=dict)

    def get(self, photo_id: UUID) -> PhotoItem | None:
        self.calls.note("GetItem")
        return self.items.get(photo_id)

    def put(self, item: PhotoItem) -> PhotoItem:
        self.calls.note("PutItem")
        present = self.items.get(item.photo_id)
        if item.status is Status.FAILED and present is not None and present.status is Status.READY:
            return present
        self.items[item.photo_id] = item
        return item

    def delete(self, photo_id: UUID) -> None:
        self.calls.note("DeleteItem")
        self.items.pop(photo_id, None)


@dataclass
class FakeNews:
    calls: Calls = field(default_factory=Calls)
    told: list[PhotoNews] = field(default_factory=list)

    def publish(self, news: PhotoNews) -> None:
        self.calls.note("Publish")
        self.told.append(news)


@dataclass
class FakeQueue:
    postponed: list[tuple[str, str, int]] = field(default_factory=list)
    failing: bool = False

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        if self.failing:
            raise StoreUnavailable("ChangeMessageVisibility", "ReceiptHandleIsInvalid")
        self.postponed.append((queue_arn, receipt_handle, seconds))


class World:
    """All fake stores with one list of calls."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.originals = FakeOriginals(self.calls)
        self.renditions = FakeRenditions(self.calls)
        self.catalogue = FakeCatalogue(self.calls)
        self.news = FakeNews(self.calls)
        self.stores = Stores(self.originals, self.renditions, self.catalogue, self.news)

    def upload(self, photo_id: UUID, data: bytes = b"a picture", owner: str = "7") -> None:
        self.originals.files[photo_id] = (data, owner)

    def is_empty_of_derived(self) -> bool:
        return not self.renditions.files and not self.catalogue.items
