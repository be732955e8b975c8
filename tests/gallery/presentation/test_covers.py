"""An album's cover shows no one more than the album does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums.models import Album
from gallery.photos.states import State, Visibility
from gallery.presentation.covers import covered

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


def test_cover__is_not_chosen_by_a_moderators_rights(
    alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    shown, waiting = make_photo(alice), make_photo(alice, State.PENDING)
    for photo in (shown, waiting):
        album.photos.add(photo)
    covers = {viewer.pk: covered([album], viewer)[0][1] for viewer in (alice, charlie)}
    assert {pk: tile and tile.photo_id for pk, tile in covers.items()} == {
        alice.pk: waiting.pk,
        charlie.pk: shown.pk,
    }
