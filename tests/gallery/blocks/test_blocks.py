"""A blocked person is hidden from everyone else at once, and neither uploads nor publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client

from gallery.accounts.models import QueuedEmail
from gallery.albums.models import Album, AlbumEntry
from gallery.albums.words import change_words
from gallery.api.tokens import Scope
from gallery.blocks import actions
from gallery.blocks.models import Block
from gallery.imports.requests import NotRequested, request_imports
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from gallery.processing.settle import settle
from gallery.uploads.offers import Refused, offer, read_request
from tests.gallery.api.conftest import Program
from tests.gallery.stores import Stores, ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

WHY = "Spam again."


@pytest.fixture
def shown(alice: User, make_photo: PhotoFactory) -> Photo:
    """Return a public photo in a public album, with a tag."""
    photo = make_photo(alice, caption="Sea")
    photo.tags.create(name="sea")
    album = Album.objects.create(owner=alice, title="Coast", visibility=Visibility.PUBLIC)
    AlbumEntry.objects.create(album=album, photo=photo)
    return photo


def places(photo: Photo) -> dict[str, str]:
    album = photo.albums.get()
    return {
        "photo": photo.get_absolute_url(),
        "report": f"{photo.get_absolute_url()}report/",
        "album": album.get_absolute_url(),
        "tag": "/tags/sea/",
    }


@pytest.mark.parametrize("place", ["photo", "report", "album", "tag"])
def test_block__hides_every_page(
    empty_aws: None, admin: User, bob: User, client_of: Callable[[User], Client], shown: Photo, place: str
) -> None:
    path = places(shown)[place]
    for status in (200, 404, 200):
        assert Client().get(path).status_code == status
        assert client_of(bob).get(path).status_code == status
        if status == 200:
            actions.block(shown.owner, by=admin, reason=WHY)
        else:
            actions.unblock(shown.owner, by=admin)


def test_block__hides_lists_search_and_api(empty_aws: None, admin: User, bob: User, shown: Photo) -> None:
    program = Program(bob, [Scope.READ])
    album = shown.albums.get()

    def seen() -> list[bool]:
        return [
            f"/photos/{shown.pk}/" in Client().get("/").text,
            f"/albums/{album.pk}/" in Client().get("/albums/").text,
            bool(program.get("/photos?view=public").json()["photos"]),
            bool(program.get("/search?q=sea").json()["photos"]),
            bool(program.get("/albums?public=true").json()["albums"]),
            bool(program.get("/tags").json()["tags"]),
            program.get(f"/photos/{shown.pk}").status_code == 200,
            program.get(f"/albums/{album.pk}").status_code == 200,
        ]

    assert seen() == [True] * 8
    actions.block(shown.owner, by=admin, reason=WHY)
    assert seen() == [False] * 8
    actions.unblock(shown.owner, by=admin)
    assert seen() == [True] * 8


def test_blocked__signs_in_and_deletes(
    empty_aws: None, admin: User, alice: User, client_of: Callable[[User], Client], shown: Photo
) -> None:
    actions.block(alice, by=admin, reason=WHY)
    browser = client_of(alice)
    assert "Your account is blocked" in browser.get(shown.get_absolute_url()).text
    assert browser.post(f"{shown.get_absolute_url()}trash/").status_code == 302
    assert Program(alice, list(Scope)).delete(f"/photos/{shown.pk}?forever=true").status_code == 204


def test_blocked__uploads_nothing(stores: Stores, admin: User, alice: User) -> None:
    actions.block(alice, by=admin, reason=WHY)
    wanted = read_request(
        {
            "upload_id": str(uuid4()),
            "name": "sea.jpg",
            "size_bytes": 10,
            "content_type": "image/jpeg",
            "sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        }
    )
    refused = offer(alice.pk, [wanted], visibility=Visibility.PUBLIC)[0]
    assert isinstance(refused, Refused)
    assert refused.reason.code == "account_blocked"
    not_requested = request_imports(alice.pk, ["https://example.org/a.jpg"], visibility=Visibility.PUBLIC)[0]
    assert isinstance(not_requested, NotRequested)
    assert not_requested.reason.code == "account_blocked"
    assert not Photo.objects.exists()
    actions.unblock(alice, by=admin)
    assert not isinstance(offer(alice.pk, [wanted], visibility=Visibility.PUBLIC)[0], Refused)


def test_blocked__publishes_nothing(alice: User, admin: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, visibility=Visibility.PRIVATE)
    actions.block(alice, by=admin, reason=WHY)
    outcome = change_words(photo.pk, actor=alice, caption="Sea", visibility=Visibility.PUBLIC)
    assert outcome is Outcome.BLOCKED
    photo.refresh_from_db()
    assert (photo.caption, photo.visibility) == ("", Visibility.PRIVATE)
    answer = Program(alice, [Scope.UPLOAD]).patch(f"/photos/{photo.pk}", {"visibility": "public"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "account_blocked")


def test_blocked__trusted_no_more(
    stores: Stores, admin: User, trusted: User, make_photo: PhotoFactory
) -> None:
    late, shown = make_photo(trusted, State.AWAITING), make_photo(trusted)
    actions.block(trusted, by=admin, reason=WHY)
    stores.put_item(ready_item(late))
    settle([late.pk])
    late.refresh_from_db()
    assert late.state == State.PENDING
    assert change_words(shown.pk, actor=trusted, caption="Buy now") is Outcome.WORDS_WAIT
    assert not Photo.objects.awaiting_review().exists()


def test_block__person_is_told(alice: User, admin: User) -> None:
    assert actions.block(alice, by=admin, reason=WHY)
    assert not actions.block(alice, by=admin, reason="Twice")
    assert actions.unblock(alice, by=admin)
    assert not actions.unblock(alice, by=admin)
    blocked, unblocked = QueuedEmail.objects.order_by("pk")
    assert WHY in blocked.body
    assert {blocked.to, unblocked.to} == {"alice@example.org"}


def test_block__who_may(alice: User, charlie: User, admin: User) -> None:
    for actor, person in ((charlie, alice), (alice, admin), (admin, admin)):
        assert not actions.block(person, by=actor, reason=WHY)
    actions.block(alice, by=admin, reason=WHY)
    assert not actions.unblock(alice, by=charlie)
    assert not actions.unblock(alice, by=alice)


def test_page__blocks_and_unblocks(alice: User, admin: User, client_of: Callable[[User], Client]) -> None:
    browser, path = client_of(admin), f"/admin/accounts/user/{alice.pk}/block/"
    assert path in browser.get(f"/admin/accounts/user/{alice.pk}/change/").text
    chosen = {"action": "block", "_selected_action": [alice.pk]}
    assert browser.post("/admin/accounts/user/", chosen).url == path
    assert "Enter a reason" in browser.post(path, {"reason": ""}).text
    assert not Block.objects.exists()
    assert WHY in browser.post(path, {"reason": WHY}, follow=True).text
    assert Block.objects.get().by == admin
    browser.post(path, {"unblock": "yes"})
    assert not Block.objects.exists()
    assert "Admins can't be blocked" in browser.get(f"/admin/accounts/user/{admin.pk}/block/").text
