"""Readers find photos by the words that they may read, and by those of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser

from gallery.albums import actions, review, words
from gallery.albums.models import Album
from gallery.albums.tagging import set_tags
from gallery.photos.models import Photo
from gallery.photos.states import Visibility, WordsState
from gallery.search.find import matching
from gallery.search.models import Name, SearchText
from gallery.search.query import parse
from gallery.search.reindex import complete, complete_some, reindex
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser as Visitor

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


def finds(viewer: User | Visitor, query: str) -> bool:
    return matching(Photo.objects.visible_to(viewer), parse(query), viewer).exists()


@pytest.fixture
def photo(alice: User, make_photo: PhotoFactory) -> Photo:
    found = make_photo(alice, caption="Harbor", file_name="Grandma.jpg")
    set_tags(found.pk, ["boats"])
    words.change_words(found.pk, actor=alice, caption="Sunset", tags=["boats", "newest"])
    return found


@pytest.fixture
def albums(alice: User, photo: Photo) -> None:
    for title, public_title, visibility in (
        ("Secret plans", "Formerly public", Visibility.PRIVATE),
        ("Unread title", "Approved title", Visibility.PUBLIC),
        ("Never read", "", Visibility.PUBLIC),
    ):
        album = Album.objects.create(
            owner=alice, title=title, public_title=public_title, visibility=visibility
        )
        actions.change_photos(album, add=[photo.pk], remove=[])


@pytest.mark.parametrize(
    ("query", "everyone", "owner"),
    [
        ("harbor", True, True),
        ("boats", True, True),
        ("sunset", False, True),
        ("newest", False, True),
        ("tag:newest", False, False),
        ("approved title", True, False),
        ("grandma", False, True),
        ("secret", False, True),
        ("formerly", False, False),
        ("unread", False, True),
        ("never", False, True),
        ("harbor grandma", False, True),
        ("album:secret", False, True),
        ("album:unread", False, True),
        ("album:approved", True, True),
        ("album:formerly", False, False),
        ("jpg", False, True),
    ],
)
def test_reader__finds_only_words_they_read(
    alice: User, bob: User, albums: None, query: str, everyone: bool, owner: bool
) -> None:
    answers = [finds(reader, query) for reader in (AnonymousUser(), bob, alice)]
    assert answers == [everyone, everyone, owner]


def test_reader__words_of_the_file_are_their_owners(
    stores: Stores, alice: User, bob: User, photo: Photo
) -> None:
    said = {"title": "Birthday of Ann", "keywords": ["Oslo", "family"]}
    facts = {"make": "FUJIFILM", "model": "X100V", "lens_model": "XF 23mm"}
    stores.put_item(ready_item(photo, words=said, metadata=facts))
    complete([photo.pk])
    for query in ("birthday", "oslo", '"of ann"'):
        assert [finds(reader, query) for reader in (bob, alice)] == [False, True]
    for query in ("fujifilm", "x100v harbor", "camera:x100", 'lens:"xf 23"'):
        assert [finds(reader, query) for reader in (bob, alice)] == [True, True]
    assert not finds(alice, "camera:xf")


def test_text__follows_each_change(alice: User, trusted: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(trusted, caption="First")
    album = actions.create_album(trusted, title="Old", description="", visibility=Visibility.PUBLIC)

    def changed(gone: str, there: str) -> None:
        assert [finds(alice, word) for word in (gone, there)] == [False, True]

    words.change_words(photo.pk, actor=trusted, caption="Second")
    changed("first", "second")
    words.change_words(photo.pk, actor=trusted, tags=["sea"])
    words.change_words(photo.pk, actor=trusted, tags=["shore"])
    changed("sea", "shore")
    actions.organize(photo.pk, actor=trusted, tags=["ship"], albums=[album])
    changed("shore", "old")
    actions.change_album(album, title="New")
    changed("old", "new")
    actions.change_album(album, visibility=Visibility.PRIVATE)
    changed("new", "second")
    actions.change_album(album, visibility=Visibility.PUBLIC)
    actions.change_photos(album, add=[], remove=[photo.pk])
    changed("new", "second")
    actions.change_photos(album, add=[photo.pk], remove=[])
    changed("old", "new")
    actions.delete_album(album)
    changed("new", "ship")


def test_text__follows_a_decision_about_an_albums_words(
    alice: User, bob: User, charlie: User, photo: Photo
) -> None:
    album = actions.create_album(alice, title="Regatta", description="", visibility=Visibility.PUBLIC)
    actions.change_photos(album, add=[photo.pk], remove=[])
    assert not finds(bob, "regatta")
    review.approve(album.pk, actor=charlie, words_mark=album.words_mark)
    assert finds(bob, "regatta")
    review.reject(album.pk, actor=charlie, words_mark=album.words_mark, reason="Ads")
    assert Album.objects.get().words_state == WordsState.REJECTED
    assert not finds(bob, "regatta")


def test_sweep__completes_texts_and_tags_are_found_before(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, caption="Pier")
    photo.tags.create(name="sea")
    stores.put_item(ready_item(photo, metadata={"model": "X100"}))
    SearchText.objects.update(own_text="", public_text="", is_stale=True)
    Name.objects.all().delete()
    assert [finds(alice, query) for query in ("pier", "tag:sea", "x100")] == [False, True, False]
    assert (complete_some(), complete_some()) == (1, 0)
    assert [finds(alice, query) for query in ("pier", "tag:sea", "x100")] == [True, True, True]


def test_reindex__says_how_many_differed(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, caption=f"Sea {number}") for number in range(3)]
    for photo in photos:
        stores.put_item(ready_item(photo))
    assert [(step.checked, step.differed) for step in reindex(only_stale=True)] == [(3, 3)]
    assert list(reindex(only_stale=True)) == []
    lost: UUID = photos[1].pk
    Photo.objects.filter(pk=lost).update(caption="Written past the gallery")
    photos[2].search_text.delete()
    assert [(step.checked, step.differed) for step in reindex()] == [(3, 2)]
    assert [step.differed for step in reindex()] == [0]
    assert finds(alice, "past")
