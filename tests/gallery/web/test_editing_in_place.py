"""What a script that edits a photo in place hears: what is saved, what waits, what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gallery.accounts.rate_limits import Limit
from gallery.albums.actions import create_album
from gallery.albums.tagging import set_tags
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.web import albums

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

SCRIPT = {"HTTP_ACCEPT": "application/json"}


def test_edit__script_hears_what_the_page_says_now(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, State.PENDING, file_name="a.jpg")
    browser, path = client_of(alice), f"/photos/{photo.pk}/edit/"
    answer = browser.post(path, {"caption": "Low tide", "visibility": "private"}, **SCRIPT)
    assert (answer.status_code, answer.json()["heading"]) == (200, "Low tide")
    assert answer.json()["state_sentence"] == "Only you can see it."
    assert answer.json()["waits"] is False
    answer = browser.post(path, {"caption": "", "visibility": "private"}, **SCRIPT)
    assert answer.json()["heading"] == "a.jpg"
    assert Photo.objects.get().caption == ""


def test_edit__script_hears_that_words_wait(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, caption="Harbor")
    values = {"caption": "Quay", "visibility": "public"}
    answer = client_of(alice).post(f"/photos/{photo.pk}/edit/", values, **SCRIPT).json()
    assert (answer["waits"], answer["heading"]) == (True, "Harbor")
    assert "waiting for review" in answer["sentence"]


def test_edit__script_hears_why_not(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice)
    values = {"caption": "x" * 501, "visibility": "public"}
    answer = client_of(alice).post(f"/photos/{photo.pk}/edit/", values, **SCRIPT)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert "500" in answer.json()["sentence"]


def test_organize__script_hears_the_tags(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, State.PENDING)
    album = create_album(alice, title="Coast", description="", visibility="private")
    values = {"tags": "Sea, blue hour", "albums": [str(album.pk)]}
    answer = client_of(alice).post(f"/photos/{photo.pk}/organize/", values, **SCRIPT).json()
    assert answer["tags"] == [
        {"name": "blue hour", "url": "/tags/blue%20hour/"},
        {"name": "sea", "url": "/tags/sea/"},
    ]
    assert album.photos.get() == photo


def test_organize__script_hears_why_not(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    photo = make_photo(alice, State.PENDING)
    answer = client_of(alice).post(f"/photos/{photo.pk}/organize/", {"tags": "a/b"}, **SCRIPT)
    assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
    assert "slashes" in answer.json()["sentence"]


def test_tag_choices__are_ones_own(
    alice: User, bob: User, make_photo: PhotoFactory, client_of: Callable[[User], Client], client: Client
) -> None:
    for owner, tags in ((alice, ["harbor", "hare"]), (alice, ["harbor", "sea"]), (bob, ["hard"])):
        set_tags(make_photo(owner).pk, tags)
    browser = client_of(alice)
    found = browser.get("/me/tags/choices/", {"q": "HAR"}).json()["tags"]
    assert found == [{"name": "harbor", "count": 2}, {"name": "hare", "count": 1}]
    assert browser.get("/me/tags/choices/").json() == {"tags": []}
    assert client.get("/me/tags/choices/").status_code == 302
    assert browser.post("/me/tags/choices/").status_code == 405


def test_tag_choices__are_limited_as_searches(
    alice: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(albums, "SEARCHES", Limit("test-searches", 1, timedelta(hours=1), burst=1))
    browser = client_of(alice)
    assert [browser.get("/me/tags/choices/?q=h").status_code for _ in range(2)] == [200, 429]
