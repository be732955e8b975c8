"""Actions on a photo's tags and albums: all of it happens or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums import actions
from gallery.albums.models import Album, AlbumEntry
from gallery.albums.tagging import tags_of
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility
from tests.gallery.conftest import crash

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory


def test_organize__works(alice: User, make_photo: PhotoFactory) -> None:
    photo, other = make_photo(alice), make_photo(alice)
    old, kept, new = (Album.objects.create(owner=alice, title=title) for title in ("old", "kept", "new"))
    old.photos.add(photo, other)
    kept.photos.add(photo)
    outcome = actions.organize(photo.pk, actor=alice, tags=["blue"], albums=[kept, new])
    photo.refresh_from_db()
    assert outcome is Outcome.WORDS_WAIT
    assert (photo.new_tag_names, tags_of([photo.pk])) == (["blue"], {})
    assert set(photo.albums.all()) == {kept, new}
    assert list(old.photos.all()) == [other]


def test_organize__albums_only(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice)
    album = Album.objects.create(owner=alice, title="Sea")
    assert actions.organize(photo.pk, actor=alice, tags=[], albums=[album]) is Outcome.DONE
    assert actions.organize(photo.pk, actor=alice, tags=[], albums=[]) is Outcome.DONE
    assert not AlbumEntry.objects.exists()
    assert Photo.objects.get().state == State.APPROVED


def test_organize__crash_after_tags(alice: User, make_photo: PhotoFactory, just_before: JustBefore) -> None:
    photo = make_photo(alice)
    album = Album.objects.create(owner=alice, title="Sea")
    with (
        just_before('INTO "albums_albumentry"', crash),
        pytest.raises(OSError, match="died"),
    ):
        actions.organize(photo.pk, actor=alice, tags=["unread"], albums=[album])
    assert tags_of([photo.pk]) == {}
    assert Photo.objects.get().state == State.APPROVED


def test_organize__photo_is_gone(alice: User) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    assert actions.organize(uuid4(), actor=alice, tags=["blue"], albums=[album]) is Outcome.CONFLICT
    assert not AlbumEntry.objects.exists()


def test_change_photos__works(alice: User, make_photo: PhotoFactory) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    old, kept, new = (make_photo(alice) for _ in range(3))
    album.photos.add(old, kept)
    for _ in range(2):
        actions.change_photos(album, add=[kept.pk, new.pk], remove=[old.pk])
        assert set(album.photos.all()) == {kept, new}


def test_change_photos__leaves_out_photos_of_others(alice: User, bob: User, make_photo: PhotoFactory) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    trashed = make_photo(alice, trashed_at=timezone.now())
    actions.change_photos(album, add=[make_photo(bob).pk, trashed.pk, uuid4()], remove=[])
    assert not AlbumEntry.objects.exists()


def test_change_photos__all_or_nothing(
    alice: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    old, new = make_photo(alice), make_photo(alice)
    album.photos.add(old)
    with just_before('DELETE FROM "albums_albumentry"', crash), pytest.raises(OSError, match="died"):
        actions.change_photos(album, add=[new.pk], remove=[old.pk])
    assert list(album.photos.all()) == [old]


def test_albums__create_change_delete(alice: User, make_photo: PhotoFactory) -> None:
    album = actions.create_album(alice, title="Sea", description="", visibility=Visibility.PRIVATE)
    album.photos.add(make_photo(alice))
    stale = Album.objects.get()
    actions.change_album(album, title="Sun", visibility=Visibility.PUBLIC)
    actions.change_album(stale, description="Noon.")
    stored = Album.objects.get(owner=alice)
    assert (stored.title, stored.description, stored.visibility) == ("Sun", "Noon.", Visibility.PUBLIC)
    actions.delete_album(album)
    assert not Album.objects.exists()
    assert Photo.objects.count() == 1


def test_delete_album__locks_it_before_what_is_in_it(alice: User) -> None:
    album = Album.objects.create(owner=alice, title="Sea")
    with CaptureQueriesContext(connection) as queries:
        actions.delete_album(album)
    read = [query["sql"] for query in queries if "FROM " in query["sql"]]
    assert 'FROM "albums_album"' in read[0]
    assert not Album.objects.exists()
