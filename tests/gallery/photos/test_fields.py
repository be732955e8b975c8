"""The wall clock is stored as it is, without a zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from gallery.photos.models import Photo

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

WALL = datetime(2026, 3, 29, 2, 30, 0, 250_000)  # noqa: DTZ001 - a time that Berlin's clocks skip


def test_wall_clock__comes_back_as_it_was(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, taken_local=WALL)
    assert Photo.objects.get(taken_local=WALL).taken_local == WALL
    assert Photo.objects.filter(taken_local__gt=WALL).count() == 0
    assert list(Photo.objects.values_list("taken_local", flat=True)) == [WALL]
    assert Photo.objects.get(pk=photo.pk).taken_local.tzinfo is None


def test_wall_clock__no_instant(alice: User, make_photo: PhotoFactory) -> None:
    with pytest.raises(TypeError, match="no time zone"):
        make_photo(alice, taken_local=WALL.replace(tzinfo=UTC))
