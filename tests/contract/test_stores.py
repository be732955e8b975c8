"""One behaviour for the worker's stores, on dictionaries and on moto."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

import pytest

from tests.thumbworker.fakes import World
from thumbworker.contract.events import event_of_item
from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.interfaces import RenditionFile, Stores
from thumbworker.stores import open_stores

if TYPE_CHECKING:
    from tests.thumbworker.conftest import Aws


class Subject(Protocol):
    """The stores under test, and the ways in and out that are not the worker's own."""

    stores: Stores

    def upload(self, photo_id: UUID, data: bytes, owner: str) -> None: ...
    def rendition_keys(self) -> list[str]: ...
    def published(self) -> list[str]: ...


class OnDictionaries(World):
    def rendition_keys(self) -> list[str]:
        return list(self.renditions.files)

    def published(self) -> list[str]:
        return [str(event.event_id) for event in self.topic.published]


@dataclass
class OnMoto:
    aws: Aws
    stores: Stores

    def upload(self, photo_id: UUID, data: bytes, owner: str) -> None:
        self.aws.upload(photo_id, data, owner)

    def rendition_keys(self) -> list[str]:
        return self.aws.rendition_keys()

    def published(self) -> list[str]:
        return [event["event_id"] for event in self.aws.events()]


@pytest.fixture(params=["dictionaries", "moto"])
def subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "dictionaries":
        return OnDictionaries()
    aws = request.getfixturevalue("aws")
    return OnMoto(aws, open_stores(aws.environment))


def ready_item() -> PhotoItem:
    photo_id = uuid4()
    return PhotoItem(
        photo_id=photo_id,
        status=Status.READY,
        owner="7",
        uploaded_at="2026-11-21T10:00:00+00:00",
        processed_at="2026-11-21T10:00:02.123+00:00",
        size_bytes=4_200_000,
        sha256="ab" * 32,
        policy_version=1,
        format="jpeg",
        width=4000,
        height=3000,
        renditions=(MadeRendition("320", f"320/{photo_id}-1.webp", 320, 240, 9000, "image/webp"),),
        thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A",
        dominant_color="#336699",
        dhash="0123456789abcdef",
        metadata={"camera": "Kamera \u96ea \U0001f4f7", "iso": 200, "nested": ["a", 1]},
        location={"latitude": "35.6", "longitude": "139.7"},
        correlation_id="asked-by-alice",
    )


def failed(item: PhotoItem) -> PhotoItem:
    return PhotoItem(
        photo_id=item.photo_id,
        status=Status.FAILED,
        owner=item.owner,
        uploaded_at=item.uploaded_at,
        processed_at=item.processed_at,
        size_bytes=item.size_bytes,
        sha256=item.sha256,
        policy_version=item.policy_version,
        reason="damaged",
    )


def test_original_is_got_with_owner_size_and_instant(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"picture", "42")
    original = subject.stores.originals.get(photo_id, limit_bytes=7)
    assert original is not None
    assert (original.owner, original.size_bytes, original.data) == ("42", 7, b"picture")
    assert original.uploaded_at.endswith("+00:00")


def test_original_over_the_limit_is_got_without_its_bytes(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"pictures", "42")
    original = subject.stores.originals.get(photo_id, limit_bytes=7)
    assert original is not None
    assert (original.owner, original.size_bytes, original.data) == ("42", 8, None)


def test_absent_original_is_none(subject: Subject) -> None:
    photo_id = uuid4()
    assert subject.stores.originals.get(photo_id, limit_bytes=1) is None
    assert not subject.stores.originals.exists(photo_id)


def test_present_original_exists(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"picture", "42")
    assert subject.stores.originals.exists(photo_id)


def test_renditions_are_stored_and_deleted_also_when_absent(subject: Subject) -> None:
    renditions = subject.stores.renditions
    renditions.put(RenditionFile("320/a-1.webp", b"bytes", "image/webp"))
    renditions.put(RenditionFile("320/b-1.webp", b"bytes", "image/webp"))
    assert subject.rendition_keys() == ["320/a-1.webp", "320/b-1.webp"]
    renditions.delete(["320/a-1.webp", "800/a-1.webp"])
    assert subject.rendition_keys() == ["320/b-1.webp"]


def test_item_comes_back_as_it_was_put(subject: Subject) -> None:
    item = ready_item()
    assert subject.stores.catalogue.put(item) == item
    assert subject.stores.catalogue.get(item.photo_id) == item


def test_absent_item_is_none(subject: Subject) -> None:
    assert subject.stores.catalogue.get(uuid4()) is None


def test_failed_never_replaces_ready_and_what_stands_is_returned(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    assert subject.stores.catalogue.put(failed(item)) == item
    assert subject.stores.catalogue.get(item.photo_id) == item


def test_ready_replaces_failed_and_failed_replaces_failed(subject: Subject) -> None:
    item = ready_item()
    catalogue = subject.stores.catalogue
    assert catalogue.put(failed(item)) == failed(item)
    again = replace(failed(item), reason="truncated")
    assert catalogue.put(again) == again
    assert catalogue.put(item) == item
    assert catalogue.get(item.photo_id) == item


def test_ready_replaces_ready(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    newer = replace(item, policy_version=2)
    assert subject.stores.catalogue.put(newer) == newer
    assert subject.stores.catalogue.get(item.photo_id) == newer


def test_item_is_deleted_also_when_absent(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    subject.stores.catalogue.delete(item.photo_id)
    subject.stores.catalogue.delete(item.photo_id)
    assert subject.stores.catalogue.get(item.photo_id) is None


@pytest.mark.parametrize("owner", ["7", ""])
def test_topic__publishes_event(subject: Subject, owner: str) -> None:
    event = event_of_item(replace(ready_item(), owner=owner), "https://photos.example")
    subject.stores.topic.publish(event)
    assert subject.published() == [str(event.event_id)]
