"""Texts of a large album are written by the sweep, and none is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.albums import actions
from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.processing.budget import Budget
from gallery.processing.sweep import sweep
from gallery.search import due
from gallery.search.find import matching
from gallery.search.models import DueTexts
from gallery.search.query import parse

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(due, "BATCH", 2)
    monkeypatch.setattr(due, "AT_A_TIME", 2)


def album_of(owner: User, make_photo: PhotoFactory, photos: int) -> Album:
    album = actions.create_album(owner, title="Old", description="", visibility=Visibility.PRIVATE)
    actions.change_photos(album, add=[make_photo(owner).pk for _ in range(photos)], remove=[])
    return album


def found_by(viewer: User, query: str) -> int:
    return matching(Photo.objects.visible_to(viewer), parse(query), viewer).count()


def test_few__are_written_with_the_change(alice: User, make_photo: PhotoFactory) -> None:
    actions.change_album(album_of(alice, make_photo, 2), title="New")
    assert (found_by(alice, "old"), found_by(alice, "new")) == (0, 2)
    assert not DueTexts.objects.exists()


def test_many__are_written_by_the_sweep(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    album = album_of(alice, make_photo, 5)
    actions.change_album(album, title="New")
    assert (found_by(alice, "old"), found_by(alice, "new")) == (5, 0)
    report = sweep(timezone.now())
    assert (found_by(alice, "old"), found_by(alice, "new")) == (0, 5)
    assert report.done["search_texts"] == 3
    actions.delete_album(album)
    assert found_by(alice, "new") == 5
    sweep(timezone.now())
    assert found_by(alice, "new") == 0
    assert not DueTexts.objects.exists()


def test_many__cost_the_request_as_much_as_a_few_more(alice: User, make_photo: PhotoFactory) -> None:
    counts = []
    for photos in (3, 9):
        album = album_of(alice, make_photo, photos)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            actions.change_album(album, title="New")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_due__is_replaced_by_the_next_change(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    album = album_of(alice, make_photo, 5)
    for title in ("New", "Newer", "Newest"):
        actions.change_album(album, title=title)
    assert DueTexts.objects.count() == 3
    sweep(timezone.now())
    assert found_by(alice, "newest") == 5


def test_change__while_texts_are_written_is_not_lost(
    stores: Stores, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = album_of(alice, make_photo, 5)
    actions.change_album(album, title="New")
    write = due.refresh

    def then_renamed(photo_ids: Any) -> None:
        write(photo_ids)
        monkeypatch.setattr(due, "refresh", write)
        actions.change_album(album, title="Last")

    monkeypatch.setattr(due, "refresh", then_renamed)
    sweep(timezone.now())
    sweep(timezone.now())
    assert (found_by(alice, "new"), found_by(alice, "last")) == (0, 5)


def test_due__of_one_account_delays_no_other(
    stores: Stores, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    for owner, photos in ((alice, 9), (bob, 3)):
        actions.change_album(album_of(owner, make_photo, photos), title="New")
    ticks = iter(range(1000))
    while not found_by(bob, "new"):
        sweep(timezone.now(), budget=Budget(seconds=4, clock=lambda: next(ticks)))
    assert found_by(alice, "new") < 9
