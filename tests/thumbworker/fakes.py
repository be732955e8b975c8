"""Stores and queue in memory; tests/contract holds the stores to the behavior of those on AWS."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.thumbworker.events import QUEUE_ARN
from thumbworker.contract.items import PhotoItem, Status
from thumbworker.interfaces import Original, RenditionFile, Stores, StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from thumbworker.contract.events import PhotoEvent

UPLOADED_AT = "2026-11-21T10:00:00+00:00"


@dataclass
class Calls:
    """Records every call, fails those named in ``failing``, and runs a test's code before a call."""

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
        if not self._is_stored(photo_id):
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
        return self._is_stored(photo_id)

    def _is_stored(self, photo_id: UUID) -> bool:
        return bool(self.files.get(photo_id, (b"", ""))[0])


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
        if present is not None and present.quarter_turns > item.quarter_turns:
            return present
        self.items[item.photo_id] = item
        return item

    def delete(self, photo_id: UUID) -> None:
        self.calls.note("DeleteItem")
        self.items.pop(photo_id, None)


@dataclass
class FakeTopic:
    calls: Calls = field(default_factory=Calls)
    published: list[PhotoEvent] = field(default_factory=list)

    def publish(self, event: PhotoEvent) -> None:
        self.calls.note("Publish")
        self.published.append(event)


@dataclass
class FakeQueue:
    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    postponed: list[tuple[str, str, int]] = field(default_factory=list)
    failing: bool = False

    def postpone(self, queue_arn: str, receipt_handle: str, seconds: int) -> None:
        if self.failing:
            raise StoreUnavailable("ChangeMessageVisibility", "ReceiptHandleIsInvalid")
        self.postponed.append((queue_arn, receipt_handle, seconds))

    def receive(self, queue_url: str, *, wait_seconds: int) -> list[dict[str, Any]]:
        if not self.batches:
            raise StoreUnavailable("ReceiveMessage", "Throttled")
        return self.batches.pop(0)

    def queue_arn(self, queue_url: str) -> str:
        return QUEUE_ARN

    def delete(self, queue_url: str, receipt_handle: str) -> None:
        self.deleted.append(receipt_handle)


class World:
    """All fake stores, with one record of their calls."""

    def __init__(self) -> None:
        self.calls = Calls()
        self.originals = FakeOriginals(self.calls)
        self.renditions = FakeRenditions(self.calls)
        self.catalogue = FakeCatalogue(self.calls)
        self.topic = FakeTopic(self.calls)
        self.stores = Stores(self.originals, self.renditions, self.catalogue, self.topic)

    def upload(self, photo_id: UUID, data: bytes = b"a picture", owner: str = "7") -> None:
        self.originals.files[photo_id] = (data, owner)

    def has_nothing_derived(self) -> bool:
        return not self.renditions.files and not self.catalogue.items
