"""Others save the largest picture of a public photo; its file is its owner's, or a share's to give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gallery.photos.states import State, Visibility
from gallery.web import limits
from tests.gallery.stores import ready_item
from thumbworker.contract.items import MadeRendition

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.aws import MotoAws
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

BUTTON = "Download picture"


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory, stores: Stores) -> Photo:
    """Return a public photo with its pictures."""
    made = make_photo(alice, caption="Low tide", format="JPEG", file_name="secret-name.jpg")
    stores.put_item(ready_item(made))
    return made


def test_save_picture__everyone_but_its_owner(
    alice: User, bob: User, photo: Photo, client: Client, client_of: Callable[[User], Client]
) -> None:
    for browser in (client, client_of(bob)):
        page = browser.get(f"/photos/{photo.pk}/").text
        assert f'href="/photos/{photo.pk}/picture/"' in page
        assert 'data-download="picture"' in page
        answer = browser.get(f"/photos/{photo.pk}/picture/")
        assert answer.status_code == 302
        assert f"1600/{photo.pk}" in answer["Location"]
        assert "attachment" in answer["Location"]
        assert "Low%20tide.avif" in answer["Location"]
        assert "secret-name" not in answer["Location"]
    owner = client_of(alice)
    page = owner.get(f"/photos/{photo.pk}/").text
    assert BUTTON not in page
    assert 'data-download="original"' in page
    assert owner.get(f"/photos/{photo.pk}/picture/").status_code == 404


def test_save_picture__of_one_size_what_more_programs_open(
    photo: Photo, stores: Stores, client: Client
) -> None:
    item = ready_item(photo)

    def small(name: str, kind: str) -> MadeRendition:
        key = f"{name}/{photo.pk}-5.{kind}"
        return MadeRendition(name, key, width=300, height=200, size_bytes=9, content_type=f"image/{kind}")

    stores.put_item(replace(item, renditions=(small("800", "webp"), small("1600", "avif"))))
    assert f"800/{photo.pk}" in client.get(f"/photos/{photo.pk}/picture/")["Location"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": State.PENDING},
        {"visibility": Visibility.PRIVATE},
    ],
)
def test_save_picture__not_public(
    photo: Photo,
    bob: User,
    charlie: User,
    client_of: Callable[[User], Client],
    changes: dict[str, str],
) -> None:
    for name, value in changes.items():
        setattr(photo, name, value)
    photo.save()
    for user in (bob, charlie):
        assert client_of(user).get(f"/photos/{photo.pk}/picture/").status_code == 404


@pytest.mark.usefixtures("stores")
def test_save_picture__no_picture_yet(alice: User, make_photo: PhotoFactory, client: Client) -> None:
    bare = make_photo(alice)
    assert client.get(f"/photos/{bare.pk}/picture/").status_code == 404
    assert BUTTON not in client.get(f"/photos/{bare.pk}/").text


def test_save_picture__catalogue_that_does_not_answer(
    photo: Photo, client: Client, moto_aws: MotoAws
) -> None:
    moto_aws.client("dynamodb").delete_table(TableName=moto_aws.outputs.catalogue_table)
    answer = client.get(f"/photos/{photo.pk}/picture/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["reason"]) == (503, "store_unavailable")


def test_save_picture__too_often_waits(photo: Photo, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gallery.web.photos.DOWNLOADS", limits.Limit("tiny", 1, limits.MINUTE, burst=1))
    assert client.get(f"/photos/{photo.pk}/picture/").status_code == 302
    assert client.get(f"/photos/{photo.pk}/picture/").status_code == 429
