"""The worker's stores behave the same in memory and on moto."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

import pytest

from tests.items import failed_item, ready_item
from tests.thumbworker.fakes import World
from thumbworker.contract.events import event_of_item
from thumbworker.interfaces import RenditionFile, Stores
from thumbworker.stores import open_stores

if TYPE_CHECKING:
    from tests.thumbworker.conftest import Aws


class Subject(Protocol):
    """The stores under test, and access to them besides the worker's own."""

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


def test_originals_get__returns_owner_size_and_upload_time(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"picture", "42")
    original = subject.stores.originals.get(photo_id, limit_bytes=7)
    assert original is not None
    assert (original.owner, original.size_bytes, original.data) == ("42", 7, b"picture")
    assert original.uploaded_at.endswith("+00:00")


def test_originals_get__omits_data_over_limit(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"pictures", "42")
    original = subject.stores.originals.get(photo_id, limit_bytes=7)
    assert original is not None
    assert (original.owner, original.size_bytes, original.data) == ("42", 8, None)


def test_originals_get__missing_is_none(subject: Subject) -> None:
    photo_id = uuid4()
    assert subject.stores.originals.get(photo_id, limit_bytes=1) is None
    assert not subject.stores.originals.exists(photo_id)


def test_originals_exists__present(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"picture", "42")
    assert subject.stores.originals.exists(photo_id)


def test_originals__seal_is_none(subject: Subject) -> None:
    photo_id = uuid4()
    subject.upload(photo_id, b"", "")
    assert subject.stores.originals.get(photo_id, limit_bytes=1) is None
    assert not subject.stores.originals.exists(photo_id)


def test_renditions__put_and_delete_even_if_missing(subject: Subject) -> None:
    renditions = subject.stores.renditions
    renditions.put(RenditionFile("320/a-1.webp", b"bytes", "image/webp"))
    renditions.put(RenditionFile("320/b-1.webp", b"bytes", "image/webp"))
    assert subject.rendition_keys() == ["320/a-1.webp", "320/b-1.webp"]
    renditions.delete(["320/a-1.webp", "800/a-1.webp"])
    assert subject.rendition_keys() == ["320/b-1.webp"]


def test_catalogue_put__is_read_back(subject: Subject) -> None:
    item = ready_item()
    assert subject.stores.catalogue.put(item) == item
    assert subject.stores.catalogue.get(item.photo_id) == item


def test_catalogue_get__missing_is_none(subject: Subject) -> None:
    assert subject.stores.catalogue.get(uuid4()) is None


def test_catalogue_put__failed_never_replaces_ready(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    assert subject.stores.catalogue.put(failed_item(item)) == item
    assert subject.stores.catalogue.get(item.photo_id) == item


def test_catalogue_put__replaces_failed_item(subject: Subject) -> None:
    item = ready_item()
    catalogue = subject.stores.catalogue
    assert catalogue.put(failed_item(item)) == failed_item(item)
    again = replace(failed_item(item), reason="truncated")
    assert catalogue.put(again) == again
    assert catalogue.put(item) == item
    assert catalogue.get(item.photo_id) == item


def test_catalogue_put__ready_replaces_ready(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    newer = replace(item, policy_version=item.policy_version + 1)
    assert subject.stores.catalogue.put(newer) == newer
    assert subject.stores.catalogue.get(item.photo_id) == newer


def test_catalogue_delete__even_if_missing(subject: Subject) -> None:
    item = ready_item()
    subject.stores.catalogue.put(item)
    subject.stores.catalogue.delete(item.photo_id)
    subject.stores.catalogue.delete(item.photo_id)
    assert subject.stores.catalogue.get(item.photo_id) is None


@pytest.mark.parametrize("owner", ["7", ""])
def test_topic_publish__reaches_subscriber(subject: Subject, owner: str) -> None:
    event = event_of_item(replace(ready_item(), owner=owner), "https://photos.example")
    subject.stores.topic.publish(event)
    assert subject.published() == [str(event.event_id)]
