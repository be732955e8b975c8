"""Albums of others come in turns, and only those that show a photo."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.albums.models import Album, AlbumEntry
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def album_of(make_photo: PhotoFactory) -> Any:
    """Return a maker of public albums, each newer than the one before, with a photo of this state."""
    made = 0

    def make(owner: User, state: State | None = State.APPROVED, **fields: Any) -> Album:
        nonlocal made
        made += 1
        album = Album.objects.create(owner=owner, title=f"{made}", visibility=Visibility.PUBLIC, **fields)
        Album.objects.filter(pk=album.pk).update(created_at=timezone.now() + timedelta(minutes=made))
        if state:
            AlbumEntry.objects.create(album=album, photo=make_photo(owner, state))
        return album

    return make


def titles(most: int, albums: Any = None) -> list[str]:
    return [album.title for album in (albums or Album.objects.all()).shown_in_turns(most)]


def test_turns__no_owner_fills_the_page(alice: User, bob: User, charlie: User, album_of: Any) -> None:
    for owner in (bob, alice, alice, alice, charlie):
        album_of(owner)
    assert titles(9) == ["5", "4", "1", "3", "2"]
    assert titles(3) == ["5", "4", "1"]
    assert titles(9, Album.objects.exclude(owner=alice)) == ["5", "1"]


def test_turns__albums_that_show_no_photo_are_left_out(
    alice: User, bob: User, album_of: Any, django_assert_num_queries: Any
) -> None:
    shown = album_of(alice)
    for state in (None, State.PENDING, State.REJECTED) * 4:
        album_of(alice, state)
    private = album_of(bob)
    Album.objects.filter(pk=private.pk).update(visibility=Visibility.PRIVATE)
    # Each look of 2, 8 and 3 albums costs two queries.
    with django_assert_num_queries(6):
        assert titles(1) == [shown.title]
    album_of(bob)
    with django_assert_num_queries(2):
        assert len(titles(1)) == 1
