"""Lists are read from an index in order, so that a page costs the same at a thousand and a million photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from gallery.photos.models import DeletionRecord, HistoryEntry, Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="small tables have stable plans on SQLite only"),
]


def plan_of(queryset: QuerySet[Photo] | QuerySet[DeletionRecord] | QuerySet[HistoryEntry]) -> str:
    return queryset.explain()


@pytest.fixture
def position(alice: User, make_photo: PhotoFactory) -> Photo:
    return make_photo(alice, State.APPROVED)


def test_the_public_sheet(position: Photo) -> None:
    first = Photo.objects.public()
    for photos in (first, first.older_than(position.created_at, position.pk)):
        plan = plan_of(photos.with_owner().newest_first()[:61])
        assert "photos_public_newest" in plan
        assert "TEMP B-TREE" not in plan


def test_a_deep_page_enters_the_index_where_it_begins(position: Photo, alice: User) -> None:
    for photos in (Photo.objects.public(), Photo.objects.owned_by(alice).not_trashed()):
        deep = photos.older_than(position.created_at, position.pk).newest_first()[:61]
        assert "created_at<?" in plan_of(deep)


def test_one_s_own_photos(position: Photo, alice: User) -> None:
    plan = plan_of(Photo.objects.owned_by(alice).not_trashed().newest_first()[:61])
    assert "photos_owner_newest" in plan
    assert "TEMP B-TREE" not in plan


def test_the_review_queue(position: Photo) -> None:
    plan = plan_of(Photo.objects.awaiting_review().order_by("created_at", "id")[:100])
    assert "photos_review_queue" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("state", [State.REJECTED, State.FAILED, State.APPROVED])
def test_the_desk_s_other_lists_and_their_capped_counts(position: Photo, charlie: User, state: State) -> None:
    photos = Photo.objects.on_the_desk(charlie).not_trashed().filter(state=state)
    name = "photos_public_newest" if state == State.APPROVED else f"photos_{state}_newest"
    plan = plan_of(photos.with_owner().newest_first()[:60])
    assert name in plan
    assert "TEMP B-TREE" not in plan
    assert name in plan_of(photos.order_by()[:3000])


def test_the_sweep_s_open_matters(position: Photo) -> None:
    awaiting = Photo.objects.filter(state=State.AWAITING).order_by("looked_at", "id")[:500]
    assert "photos_awaiting" in plan_of(awaiting)
    records = DeletionRecord.objects.filter(closed_at=None).order_by("looked_at", "photo_id")[:500]
    assert "photos_deletions_open" in plan_of(records)


def test_what_is_still_to_be_told(position: Photo) -> None:
    history = HistoryEntry.objects.order_by("id")
    assert "photos_news_untold" in plan_of(history.with_untold_news()[:500])
    assert "photos_owner_untold" in plan_of(history.with_untold_owner()[:500])
