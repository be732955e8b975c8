"""What photos tell, and who gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils.html import escape

from gallery.albums.models import Album
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.presentation import tells
from gallery.presentation.tells import told_by
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django import DjangoAssertNumQueries

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

HERE = {"latitude": "59.913900", "longitude": "10.752200"}


@pytest.fixture
def put(alice: User, make_photo: PhotoFactory, stores: Stores) -> Callable[..., Photo]:
    def make(caption: str = "", **item: Any) -> Photo:
        photo = make_photo(alice, caption=caption)
        stores.put_item(ready_item(photo, **item))
        return photo

    return make


def cells_of(photos: Any) -> dict[str, list[int | str]]:
    told = told_by(photos)
    assert told
    return {row.label: row.cells for row in told.rows}


def test_told_by__counts_each_kind_once_a_photo(put: Callable[..., Photo]) -> None:
    put("Anna", location=HERE, tells=("place", "serial", "name"), words={"artist": "Ada"})
    put(metadata={"artist": "Ada"}, tells=("serial",))
    put(metadata={}, tells=("thumbnail",))
    put(location=HERE)
    full = "full size"
    assert cells_of(Photo.objects.all()) == {
        "Picture": ["1600 pixels", full, full],
        "Camera, settings, date": [3, 3, 3],
        "Caption": [1, 1, 1],
        "Place": [0, 0, 2],
        "Serial number or maker's notes": [0, 0, 2],
        "Name of a person": [0, 0, 2],
        "Another picture as thumbnail": [0, 0, 1],
    }
    told = told_by(Photo.objects.all())
    assert told
    assert (told.looked_at, told.are_more, told.unknown, told.is_complete) == (4, False, 1, True)


def test_told_by__nothing(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    assert told_by(Photo.objects.all()) is None
    make_photo(alice)
    assert list(cells_of(Photo.objects.all())) == ["Picture"]


def test_told_by__looks_at_some_of_many(
    put: Callable[..., Photo],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        put(location=HERE)
    monkeypatch.setattr(tells, "MOST_LOOKED_AT", 2)
    with django_assert_num_queries(1):
        told = told_by(Photo.objects.all())
    assert told
    assert (told.looked_at, told.are_more) == (2, True)
    assert told.rows[-1].cells == [0, 0, 2]


@pytest.mark.usefixtures("empty_aws")
def test_told_by__when_the_catalogue_does_not_answer(alice: User, make_photo: PhotoFactory) -> None:
    make_photo(alice)
    told = told_by(Photo.objects.all())
    assert told
    assert not told.is_complete


def test_share__says_what_the_photos_of_the_album_tell(
    put: Callable[..., Photo], alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    album = Album.objects.create(owner=alice, title="Lund")
    page = f"{album.get_absolute_url()}share/"
    browser = client_of(alice)
    assert "What these photos tell" not in browser.get(page).text
    put(location=HERE)  # In no album.
    album.photos.add(put(tells=("serial",)), make_photo(alice, State.REJECTED))
    text = browser.get(page).text
    assert "What these photos tell" in text
    assert "Of 1 photo" in text
    assert "Serial number or maker&#x27;s notes" in text
    assert ">Place<" not in text
    assert browser.post(page, {"link-role": "x"}).text.count("<table>") == 1


def test_line_of__says_on_the_photos_page_what_everyone_would_see(
    put: Callable[..., Photo], alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    photo = put("Anna", location=HERE, metadata={"artist": "Ada"}, tells=("serial", "thumbnail"))
    everyone = "picture of 1600 pixels · Camera, settings, date · your name and what you write"
    alone = (
        "file name · Place · Serial number or maker's notes · Name of a person · Another picture as thumbnail"
    )
    line = f"When public, everyone sees: {everyone}. Only you: {alone}."
    assert escape(line) in client_of(alice).get(photo.get_absolute_url()).text
    assert "When public" not in client_of(bob).get(photo.get_absolute_url()).text


def test_line_of__a_bare_file(put: Callable[..., Photo]) -> None:
    photo = put(metadata={}, tells=())
    line = tells.line_of(ready_item(photo, metadata={}, tells=()))
    seen = "picture of 1600 pixels · your name and what you write"
    assert line == f"When public, everyone sees: {seen}. Only you: file name."
