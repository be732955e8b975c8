"""Who may see which photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from gallery.photos.models import Photo
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from gallery.accounts.models import User
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
