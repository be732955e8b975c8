"""Lists are read from an index in order, so a page costs the same for any number of photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

from gallery.photos.models import DeletionRecord, HistoryEntry, Photo
from gallery.photos.states import State
from gallery.photos.turns import in_turns
from gallery.processing import matters
from gallery.sharing.receiving import waiting_for

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


def test_plan__public_photos(position: Photo) -> None:
    first = Photo.objects.public()
    for photos in (first, first.older_than(position.created_at, position.pk)):
        plan = plan_of(photos.with_owner().newest_first()[:61])
        assert "photos_public_newest" in plan
        assert "TEMP B-TREE" not in plan


def test_plan__deep_page_is_a_range(position: Photo, alice: User) -> None:
    for photos in (Photo.objects.public(), Photo.objects.owned_by(alice).not_trashed()):
        deep = photos.older_than(position.created_at, position.pk).newest_first()[:61]
        assert "created_at<?" in plan_of(deep)


def test_plan__own_photos(position: Photo, alice: User) -> None:
    plan = plan_of(Photo.objects.owned_by(alice).not_trashed().newest_first()[:61])
    assert "photos_owner_newest" in plan
    assert "TEMP B-TREE" not in plan


def test_plan__received_photos(position: Photo, alice: User) -> None:
    plan = plan_of(waiting_for(alice)[:101])
    assert "photos_received" in plan
    assert "TEMP B-TREE" not in plan


def test_plan__one_per_stack(position: Photo, alice: User) -> None:
    for photos, name in (
        (Photo.objects.public(), "photos_public_newest"),
        (Photo.objects.owned_by(alice).not_trashed(), "photos_owner_newest"),
        (Photo.objects.owned_by(alice).trashed(), "photos_owner_trash"),
    ):
        plan = plan_of(photos.one_per_stack().newest_first()[:61])
        assert name in plan
        assert "photos_stacks (owner_id=? AND stack_key=?)" in plan
        assert "TEMP B-TREE" not in plan


def test_plan__review_queue(position: Photo) -> None:
    plan = plan_of(Photo.objects.awaiting_review().order_by("created_at", "id")[:100])
    assert "photos_to_review" in plan
    assert "photos_stacks (owner_id=? AND stack_key=?)" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("state", [State.REJECTED, State.FAILED, State.APPROVED])
def test_plan__other_review_lists_and_counts(position: Photo, charlie: User, state: State) -> None:
    photos = Photo.objects.reviewable_by(charlie).not_trashed().filter(state=state)
    name = "photos_public_newest" if state == State.APPROVED else f"photos_{state}_newest"
    plan = plan_of(photos.with_owner().newest_first()[:60])
    assert name in plan
    assert "TEMP B-TREE" not in plan
    # The failed and the public ones are in two indexes each, and a count may take either.
    counted = plan_of(photos.order_by()[:3000])
    others = {State.FAILED: "photos_failed_by_owner", State.APPROVED: "photos_public_timeline"}
    assert name in counted or others.get(state, name) in counted


def test_plan__sweep(position: Photo) -> None:
    awaiting = in_turns(matters.awaiting(timezone.now()), by="owner", then="due_at")[:500]
    assert "photos_awaiting_due" in plan_of(awaiting)
    records = in_turns(matters.deletions(timezone.now()), by="share", then="due_at")[:500]
    assert "photos_deletions_due" in plan_of(records)
    reserved = DeletionRecord.objects.filter(owner__isnull=False, reserved_until__lte=timezone.now())
    assert "photos_deletions_reserved" in plan_of(reserved.order_by("reserved_until")[:500])
    purged = DeletionRecord.objects.filter(owner_id=1, reserved_until__gt=timezone.now())
    assert "photos_deletions_reserved" in plan_of(purged)


def test_plan__pending_events_and_owner_notices(position: Photo) -> None:
    history = HistoryEntry.objects.order_by("id")
    assert "photos_news_untold" in plan_of(history.with_pending_events()[:500])
    assert "photos_owner_untold" in plan_of(history.with_pending_owner_notice()[:500])
