"""Shares that let people download, without metadata."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from gallery.accounts.models import RateLimit
from gallery.core import reasons
from gallery.sharing.models import Grant, Role
from tests.gallery.sharing.conftest import browser_at, page_of
from thumbworker.contract import keys
from thumbworker.contract.policy import clean_copy_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.sharing.conftest import Sharer
    from tests.gallery.stores import Stores

JSON = {"accept": "application/json"}
pytestmark = pytest.mark.usefixtures("stores")


@pytest.fixture
def photo(alice: User, album: Album, make_photo: PhotoFactory) -> Photo:
    photo = make_photo(alice, format="JPEG", file_name="Anna at Lund.JPG")
    album.photos.add(photo)
    return photo


def put_copy(stores: Stores, photo: Photo, data: bytes) -> None:
    bucket = stores.aws.outputs.renditions_bucket
    stores.s3.put_object(Bucket=bucket, Key=clean_copy_key(photo.pk), Body=data)


@pytest.mark.parametrize("role", [role for role in Role if Grant(role=role).allows_download])
def test_role__says_whether_downloads_have_metadata(role: Role) -> None:
    with_it, without = "with metadata" in role.label, "without metadata" in role.label
    assert (with_it, without) == ((True, False) if Grant(role=role).keeps_metadata else (False, True))


def test_download__waits_for_the_copy_and_asks_once_a_minute(
    photo: Photo, share: Sharer, stores: Stores
) -> None:
    shared = share(role=Role.CLEAN)
    client, path = browser_at(shared), page_of(shared, f"photos/{photo.pk}/original/")
    answer = client.get(path)
    assert answer.status_code == 202
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert f'content="3; url={path}?looks=1"' in answer.content.decode()
    assert stores.keys("nudges/") == {keys.clean_nudge_key(photo.pk)}
    stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key=keys.clean_nudge_key(photo.pk))
    assert f'url={path}?looks=2"' in client.get(f"{path}?looks=1").content.decode()
    assert stores.keys("nudges/") == set()
    RateLimit.objects.all().delete()
    client.get(path)
    assert stores.keys("nudges/") == {keys.clean_nudge_key(photo.pk)}


@pytest.mark.parametrize("looks", ["20", "99"])
def test_download__stops_looking(photo: Photo, share: Sharer, looks: str) -> None:
    shared = share(role=Role.CLEAN)
    path = page_of(shared, f"photos/{photo.pk}/original/")
    text = browser_at(shared).get(f"{path}?looks={looks}").content.decode()
    assert "http-equiv" not in text
    assert f'href="{path}"' in text


@pytest.mark.parametrize("looks", ["-1", "100", "\u0663", "x", ""])
def test_download__any_count_of_looks(photo: Photo, share: Sharer, looks: str) -> None:
    shared = share(role=Role.CLEAN)
    path = page_of(shared, f"photos/{photo.pk}/original/")
    assert "?looks=1" in browser_at(shared).get(path, {"looks": looks}).content.decode()


def test_download__of_the_copy_only(photo: Photo, share: Sharer, stores: Stores) -> None:
    put_copy(stores, photo, b"clean")
    shared = share(role=Role.CLEAN)
    client = browser_at(shared)
    address = client.get(page_of(shared, f"photos/{photo.pk}/original/")).headers["Location"]
    assert f"/{clean_copy_key(photo.pk)}?" in address
    assert "originals" not in address
    assert f"photo-{photo.pk.hex[:8]}.jpg" in unquote(address)
    assert stores.keys("nudges/") == set()
    # No page of the share has the address of the original.
    for page in ("", f"photos/{photo.pk}/", f"photos/{photo.pk}/info/", f"status/?ids={photo.pk}"):
        text = client.get(page_of(shared, page)).content.decode()
        assert keys.original_key(photo.pk) not in text
        assert "data-original" not in text
    assert client.get(page_of(shared, f"photos/{photo.pk}/info/")).json()["original_url"] == ""


def test_download__of_what_can_have_no_copy(photo: Photo, share: Sharer, stores: Stores) -> None:
    put_copy(stores, photo, b"")
    shared = share(role=Role.CLEAN)
    client, path = browser_at(shared), page_of(shared, f"photos/{photo.pk}/")
    refused = client.get(f"{path}original/", headers=JSON)
    assert (refused.status_code, refused.json()["reason"]) == (409, "no_clean_copy")
    text = client.get(f"{path}original/", follow=True).content.decode()
    assert escape(reasons.NO_CLEAN_COPY.sentence) in text


def test_download__of_a_format_without_copies_is_not_offered(
    photo: Photo, share: Sharer, stores: Stores
) -> None:
    type(photo).objects.update(format="TIFF")
    for role, offered in ((Role.CLEAN, False), (Role.DOWNLOAD, True)):
        shared = share(role=role)
        client, path = browser_at(shared), page_of(shared, f"photos/{photo.pk}/")
        text = client.get(path).content.decode()
        assert (f"{path}original/" in text) is offered
        assert (escape(reasons.NO_CLEAN_COPY.sentence) in text) is not offered
        address = client.get(f"{path}original/").headers["Location"]
        assert ("originals/" in address, address == path) == (offered, not offered)
    assert stores.keys("nudges/") == set()


def test_items__are_clean_copies_of_their_own_size(
    photo: Photo, share: Sharer, stores: Stores, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    waiting, refused, tiff = (make_photo(alice, format=each) for each in ("HEIF", "PNG", "TIFF"))
    album.photos.add(waiting, refused, tiff)
    put_copy(stores, photo, b"clean")
    put_copy(stores, refused, b"")
    shared = share(role=Role.CLEAN)
    client = browser_at(shared)
    client.get(page_of(shared))
    found = client.get(page_of(shared, "download/items/"), headers=JSON).json()["items"]
    by_id = {item["id"]: item for item in found}
    ready = by_id[str(photo.pk)]
    assert clean_copy_key(photo.pk) in ready["address"]
    assert (ready["sizeBytes"], ready["isPreparing"], ready["sentence"]) == (5, False, None)
    made = by_id[str(waiting.pk)]
    assert (made["address"], made["isPreparing"], made["sentence"]) == (None, True, None)
    for none in (refused, tiff):
        item = by_id[str(none.pk)]
        assert (item["address"], item["isPreparing"]) == (None, False)
        assert item["sentence"] == reasons.NO_CLEAN_COPY.sentence
    assert stores.keys("nudges/") == {keys.clean_nudge_key(waiting.pk)}
    assert "originals/" not in str(found)
    text = client.get(page_of(shared, "download/")).content.decode()
    assert f"{photo.pk}/original/" in text
    assert f"{tiff.pk}/original/" not in text


def test_items__ask_for_many_copies_by_the_same_number_of_queries(
    photo: Photo, share: Sharer, stores: Stores, alice: User, album: Album, make_photo: PhotoFactory
) -> None:
    shared = share(role=Role.CLEAN)
    client, path = browser_at(shared), page_of(shared, "download/items/")
    client.get(page_of(shared))
    client.get(path, headers=JSON)
    counts = []
    for more in (1, 20):
        album.photos.add(*(make_photo(alice, format="JPEG") for _ in range(more)))
        with CaptureQueriesContext(connection) as caught:
            client.get(path, headers=JSON)
        counts.append(len(caught.captured_queries))
    assert counts[0] == counts[1] <= 13
    assert len(stores.keys("nudges/")) == 22


@pytest.mark.parametrize("then", ["download/items/", "photos/{}/original/"])
def test_download__when_s3_does_not_answer(
    photo: Photo, share: Sharer, settings: SettingsWrapper, then: str
) -> None:
    shared = share(role=Role.CLEAN)
    client = browser_at(shared)
    client.get(page_of(shared))
    settings.RENDITIONS_BUCKET = "no-such-bucket"
    answer = client.get(page_of(shared, then.format(photo.pk)), headers=JSON)
    assert (answer.status_code, answer.json()["reason"]) == (503, "store_unavailable")


@pytest.mark.parametrize("role", ["view", "clean", "download"])
def test_share__by_page_with_each_role(
    role: str, album: Album, alice: User, client_of: Callable[[User], Client]
) -> None:
    browser, path = client_of(alice), f"{album.get_absolute_url()}share/"
    assert browser.post(path, {"link-role": role, "link-ends": "30"}).status_code == 200
    grant = Grant.objects.get()
    assert (grant.allows_download, grant.keeps_metadata) == (role != "view", role == "download")
    assert escape(str(Role(role).label)) in browser.get("/me/sharing/").content.decode()
