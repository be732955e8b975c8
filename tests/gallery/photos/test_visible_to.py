"""Who may see which photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.blocks.models import Block
from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from tests.gallery.conftest import PhotoFactory

NO_ONE_ELSE, MODERATORS, EVERYONE = set(), {"charlie"}, {"anonymous", "bob", "charlie"}


@pytest.mark.parametrize(
    ("state", "fields", "who_besides_the_owner"),
    [
        (State.APPROVED, {}, EVERYONE),
        (State.PENDING, {}, MODERATORS),
        (State.REJECTED, {}, MODERATORS),
        (State.FAILED, {}, MODERATORS),
        (State.APPROVED, {"visibility": Visibility.PRIVATE}, NO_ONE_ELSE),
        (State.PENDING, {"visibility": Visibility.PRIVATE}, NO_ONE_ELSE),
        (State.APPROVED, {"trashed_at": timezone.now()}, NO_ONE_ELSE),
    ],
)
def test_visible_to__owner_and(
    alice: User, bob: User, charlie: User, make_photo: PhotoFactory, state, fields, who_besides_the_owner
) -> None:
    photo = make_photo(alice, state, **fields)
    viewers = {"anonymous": AnonymousUser(), "bob": bob, "charlie": charlie, "alice": alice}
    seen_by = {
        name
        for name, viewer in viewers.items()
        if Photo.objects.visible_to(viewer).filter(pk=photo.pk).exists()
    }
    assert seen_by == who_besides_the_owner | {"alice"}


@pytest.mark.parametrize(
    ("changes", "is_blocked", "is_shown"),
    [
        ({"is_active": False}, False, True),
        ({"is_active": False}, True, False),
        ({"is_active": True}, True, False),
        ({"is_active": False, "left_at": timezone.now()}, False, False),
    ],
    ids=["deactivated", "deactivated and blocked", "blocked", "left"],
)
def test_visible_to__state_of_the_owner(
    alice: User,
    bob: User,
    admin: User,
    make_photo: PhotoFactory,
    changes: dict[str, object],
    is_blocked: bool,
    is_shown: bool,
) -> None:
    photo = make_photo(alice)
    album = Album.objects.create(owner=alice, title="Sea", visibility=Visibility.PUBLIC)
    album.photos.add(photo)
    User.objects.filter(pk=alice.pk).update(**changes)
    if is_blocked:
        Block.objects.create(person=alice, by=admin, at=timezone.now(), reason="Spam")
    for viewer in (AnonymousUser(), bob):
        assert Photo.objects.visible_to(viewer).exists() is is_shown
        assert Album.objects.visible_to(viewer).exists() is is_shown
    assert Photo.objects.public().exists() is is_shown
    assert Album.objects.showing_photos().exists() is is_shown
