"""The public page of a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums.actions import change_photos, create_album
from gallery.blocks.models import Block
from gallery.photos.paging import encode_cursor
from gallery.photos.states import State, Visibility
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.usefixtures("stores")


def test_person__public_photos_and_albums_only(
    alice: User, bob: User, make_photo: PhotoFactory, client: Client, stores: Stores
) -> None:
    shown, hidden = make_photo(alice), make_photo(alice, visibility=Visibility.PRIVATE)
    other, waiting = make_photo(bob), make_photo(alice, State.PENDING)
    for photo in (shown, hidden, other, waiting):
        stores.put_item(ready_item(photo))
    public, private = (
        create_album(alice, title="Sea", description="", visibility=visibility)
        for visibility in (Visibility.PUBLIC, Visibility.PRIVATE)
    )
    for album in (public, private):
        change_photos(album, add=[shown.pk, hidden.pk], remove=[])
    answer = client.get("/people/alice/")
    assert answer.status_code == 200
    assert str(shown.pk) in answer.text
    assert not [photo for photo in (hidden, other, waiting) if str(photo.pk) in answer.text]
    links = [album.get_absolute_url() in answer.text for album in (public, private)]
    assert links == [True, False]


@pytest.mark.parametrize("case", ["no such person", "nothing public", "blocked"])
def test_person__without_public_photos_is_not_found(
    case: str, alice: User, bob: User, make_photo: PhotoFactory, client: Client
) -> None:
    if case == "nothing public":
        make_photo(alice, State.PENDING)
    elif case == "blocked":
        make_photo(alice)
        Block.objects.create(person=alice, by=bob, at=timezone.now(), reason="Spam")
    name = "zoe" if case == "no such person" else "alice"
    # No cursor, valid or not, may tell that there is such an account.
    past_the_end = encode_cursor(datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))
    for query in ({}, {"cursor": "x"}, {"cursor": past_the_end}):
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.get(f"/people/{name}/", query, headers=headers)
            assert answer.status_code == 404, (query, headers)


def test_person__no_such_person_costs_what_one_without_photos_costs(alice: User, client: Client) -> None:
    def statements(username: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/people/{username}/").status_code == 404
        return [query["sql"].partition(" WHERE ")[0] for query in queries]

    # What a process asks once is no part of the cost of a name.
    statements("alice")
    assert statements("alice") == statements("zoe")


def test_person__cursor_past_the_last_photo_shows_an_empty_page(
    alice: User, make_photo: PhotoFactory, client: Client
) -> None:
    make_photo(alice)
    past_the_end = encode_cursor(datetime(2000, 1, 1, tzinfo=UTC), UUID(int=0))
    assert client.get("/people/alice/", {"cursor": past_the_end}).status_code == 200


def test_person__is_linked_from_public_photos_only(
    alice: User, make_photo: PhotoFactory, client_of: Callable[[User], Client]
) -> None:
    public, waiting = make_photo(alice), make_photo(alice, State.PENDING)
    browser = client_of(alice)
    link = 'href="/people/alice/"'
    assert link in browser.get(public.get_absolute_url()).text
    assert link not in browser.get(waiting.get_absolute_url()).text
