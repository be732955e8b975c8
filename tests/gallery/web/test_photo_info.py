"""What the lightbox learns of a photo: as the page says it, and the original for its owner only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.photos.states import State, Visibility
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

OWNERS_ALONE = ("54.321000", "Dawn over", "secret-name.jpg", "openstreetmap")


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory, stores: Stores) -> Photo:
    """Return a public photo whose file tells a lot."""
    made = make_photo(alice, caption="Low tide", format="JPEG", file_name="secret-name.jpg")
    where = {"latitude": "54.321000", "longitude": "10.123000"}
    stores.put_item(ready_item(made, location=where, words={"title": "Dawn over"}))
    return made


def test_info__owner(
    alice: User,
    photo: Photo,
    client_of: Callable[[User], Client],
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_of(alice)
    with django_assert_max_num_queries(7):
        answer = browser.get(f"/photos/{photo.pk}/info/")
    assert all(word in answer.json()["html"] for word in ("Low tide", "Nikon D750", *OWNERS_ALONE))
    assert f"originals/{photo.pk}" in answer.json()["original_url"]
    assert "no-store" in answer["Cache-Control"]


def test_info__others(
    bob: User, charlie: User, photo: Photo, client_of: Callable[[User], Client], client: Client
) -> None:
    for browser in (client_of(bob), client_of(charlie), client):
        answer = browser.get(f"/photos/{photo.pk}/info/").json()
        assert "Nikon D750" in answer["html"]
        assert not [word for word in OWNERS_ALONE if word in answer["html"]]
        assert answer["original_url"] == ""


def test_info__private_is_not_found(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client
) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    for browser in (client_of(bob), client):
        assert browser.get(f"/photos/{photo.pk}/info/").status_code == 404


def test_info__wrong_method(photo: Photo, client: Client) -> None:
    assert client.post(f"/photos/{photo.pk}/info/").status_code == 405


@pytest.mark.parametrize(("format_", "state"), [("NEF", State.FAILED), ("", State.AWAITING)])
def test_info__unreadable_has_no_original(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], format_: str, state: State
) -> None:
    photo = make_photo(alice, state, format=format_)
    assert client_of(alice).get(f"/photos/{photo.pk}/info/").json()["original_url"] == ""


def test_tile__says_what_the_lightbox_may_do(
    alice: User, bob: User, photo: Photo, client_of: Callable[[User], Client]
) -> None:
    mine, theirs = (client_of(user).get("/").text for user in (alice, bob))
    assert 'data-original-type="image/jpeg"' in mine
    assert " data-mine" in mine
    assert " data-public" in mine
    assert "data-original-type" not in theirs
    assert " data-mine" not in theirs
    assert " data-public" in theirs
    photo.visibility = Visibility.PRIVATE
    photo.save()
    assert " data-public" not in client_of(alice).get("/me/photos/").text
