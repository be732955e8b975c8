"""Favorites: their owner's mark, which changes nothing else and which no one else learns of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from gallery.albums.models import Album
from gallery.api.tokens import Scope
from gallery.batches import actions as batches
from gallery.batches.models import Kind
from gallery.photos import actions
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.usefixtures("stores")


def favorites(owner: User) -> set[Photo]:
    return set(Photo.objects.favorites_of(owner))


def test_set_favorite__changes_the_mark_of_ones_own_photos_only(
    alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    photo, other, his = make_photo(alice), make_photo(alice), make_photo(bob)
    before = Photo.objects.filter(pk=photo.pk).values().get()
    assert actions.set_favorite(alice, [photo.pk, his.pk], favorite=True) == {photo.pk}
    assert Photo.objects.filter(pk=photo.pk).values().get() == before | {"is_favorite": True}
    assert not HistoryEntry.objects.exists()
    assert actions.set_favorite(alice, [photo.pk, other.pk], favorite=True) == {other.pk}
    assert (favorites(alice), favorites(bob)) == ({photo, other}, set())
    assert actions.set_favorite(alice, [photo.pk], favorite=False) == {photo.pk}
    assert favorites(alice) == {other}


def test_favorites__page_lists_them_and_a_button_changes_them(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo, other = make_photo(alice, State.PENDING), make_photo(alice)
    client = client_of(alice)
    assert "No favorites yet." in client.get("/me/favorites/").content.decode()
    page = client.post(f"/photos/{photo.pk}/favorite/", {"favorite": "yes"}, follow=True).content.decode()
    assert "Added to favorites." in page
    assert "Unfavorite" in page
    tiles = client.get("/me/favorites/").context["tiles"]
    assert [(tile.photo_id, tile.is_favorite) for tile in tiles] == [(photo.pk, True)]
    assert client.get("/me/photos/ids/?favorites").json()["ids"] == [str(photo.pk)]
    actions.set_favorite(alice, [other.pk], favorite=True)
    actions.trash(other.pk, actor=alice)
    assert len(client.get("/me/favorites/").context["tiles"]) == 1
    assert client_of(bob).post(f"/photos/{photo.pk}/favorite/").status_code == 404
    json = {"accept": "application/json"}
    answer = client.post(f"/photos/{photo.pk}/favorite/", {"favorite": "no"}, headers=json)
    assert answer.json() == {"sentence": "Removed from favorites."}
    assert favorites(alice) == {other}


def test_favorite__is_seen_by_its_owner_only(
    alice: User,
    bob: User,
    charlie: User,
    client_of: Callable[[User], Client],
    program_of: ProgramFactory,
    make_photo: PhotoFactory,
) -> None:
    photo = make_photo(alice, caption="Harbor")
    album = Album.objects.create(owner=alice, title="Sea", public_title="Sea", visibility="public")
    album.entries.create(photo=photo)
    pages = ["/", f"/photos/{photo.pk}/", f"/albums/{album.pk}/", "/people/alice/", "/search/?q=harbor"]
    pages += ["/search/?q=is:favorite", "/search/?q=is:favorite+harbor", "/me/favorites/"]
    desk = ["/admin/photos/photo/?state=approved", f"/admin/photos/photo/{photo.pk}/change/"]
    calls = ["/photos?view=public", f"/photos/{photo.pk}", "/search?q=harbor", "/search?q=is:favorite"]
    calls += [f"/photos?view=public&favorite={wanted}" for wanted in ("true", "false")]

    def seen() -> list[str]:
        clients = [Client(), client_of(bob), client_of(charlie)]
        answers = [client.get(page) for client in clients for page in pages]
        answers += [clients[2].get(page) for page in desk]
        answers += [program_of(bob).get(call) for call in calls]
        answers += [program_of(charlie, *Scope).get(call) for call in calls]
        # The form's token is another one each time.
        return [re.sub(r"[A-Za-z0-9]{64}", "", answer.content.decode()) for answer in answers]

    before = seen()
    actions.set_favorite(alice, [photo.pk], favorite=True)
    assert seen() == before
    assert program_of(alice).get(f"/photos/{photo.pk}").json()["favorite"] is True
    assert program_of(bob).get(f"/photos/{photo.pk}").json()["favorite"] is None


def test_search__finds_ones_own_favorites(
    alice: User, bob: User, client_of: Callable[[User], Client], make_photo: PhotoFactory
) -> None:
    photo, his = make_photo(alice, caption="Harbor"), make_photo(bob, caption="Harbor")
    make_photo(alice, caption="Harbor")
    actions.set_favorite(alice, [photo.pk], favorite=True)
    actions.set_favorite(bob, [his.pk], favorite=True)
    page = client_of(alice).get("/search/?q=harbor+is:Favorite")
    assert [tile.photo_id for tile in page.context["tiles"]] == [photo.pk]
    assert [chip.words for chip in page.context["chips"]] == ["harbor", "favorites"]
    assert client_of(alice).get("/search/?is=favorite").headers["Location"] == "/search/?q=is%3Afavorite"


def test_program__filters_and_changes_them(
    alice: User, bob: User, program_of: ProgramFactory, make_photo: PhotoFactory
) -> None:
    photo, other, his = make_photo(alice), make_photo(alice), make_photo(bob)
    actions.set_favorite(bob, [his.pk], favorite=True)
    program = program_of(alice)
    assert program.patch(f"/photos/{photo.pk}", {"favorite": True}).json()["favorite"] is True

    def ids(query: str) -> set[str]:
        return {one["id"] for one in program.get(f"/photos?{query}").json()["photos"]}

    assert ids("favorite=true") == {str(photo.pk)}
    assert ids("favorite=false") == {str(other.pk)}
    assert ids("favorite=true&view=public") == {str(photo.pk)}
    assert ids("favorite=false&view=public") == {str(other.pk), str(his.pk)}
    batch = program.post("/photos/batch", {"ids": [str(photo.pk), str(other.pk)], "favorite": False}).json()
    assert (batch["kind"], batch["done"], favorites(alice)) == ("unfavorite", 2, set())
    program.post(f"/batches/{batch['id']}/undo")
    assert favorites(alice) == {photo}


def test_batch__undo_leaves_what_was_a_favorite_before(alice: User, make_photo: PhotoFactory) -> None:
    before, photo = make_photo(alice), make_photo(alice, trashed_at=timezone.now())
    actions.set_favorite(alice, [before.pk], favorite=True)
    batch = batches.start(alice, Kind.FAVORITE, [before.pk, photo.pk])
    assert batches.advance(batch, has_time=lambda: True)
    assert favorites(alice) == {before, photo}
    batch.refresh_from_db()
    batches.advance(batches.undo(batch), has_time=lambda: True)
    assert favorites(alice) == {before}
