"""The sweep finishes overdue work, removes only what a record names, and keeps its limits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing import sweep_run as module
from gallery.processing.sweep import sweep
from tests.gallery.stores import Stores, ready_item

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def record_of(photo_id: UUID, *, offered_until_ago: timedelta = 3 * HOUR) -> DeletionRecord:
    return DeletionRecord.objects.create(
        photo_id=photo_id, purged_at=NOW - offered_until_ago, offered_until=NOW - offered_until_ago
    )


def test_sweep__settles_a_processed_photo(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    stores.put_item(ready_item(photo))
    report = sweep(NOW)
    assert report.settled == 1
    photo.refresh_from_db()
    assert photo.state == State.PENDING


def test_sweep__nudges_an_unprocessed_original(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    stores.put_original(photo.pk)
    assert sweep(NOW).nudged == 1
    assert stores.keys("nudges/") == {f"nudges/{photo.pk}"}


def test_sweep__nudges_again_after_five_minutes(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    stores.put_original(photo.pk)
    assert [sweep(NOW + timedelta(minutes=m)).nudged for m in (0, 1, 4, 6)] == [1, 0, 0, 1]


def test_sweep__ignores_a_recent_upload(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - timedelta(minutes=1))
    stores.put_original(photo.pk)
    assert sweep(NOW).nudged == 0


@pytest.mark.parametrize(
    ("offer_ended", "arrived", "is_interrupted"),
    [
        pytest.param(MINUTE, False, True, id="nothing came"),
        pytest.param(-MINUTE, False, False, id="it may still come"),
        pytest.param(MINUTE, True, False, id="it came and waits for the worker"),
    ],
)
def test_sweep__tells_interrupted_uploads(
    offer_ended: timedelta,
    arrived: bool,
    is_interrupted: bool,
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - 17 * MINUTE, offered_until=NOW - offer_ended)
    if arrived:
        stores.put_original(photo.pk)
    sweep(NOW)
    photo.refresh_from_db()
    assert photo.is_interrupted is is_interrupted


def test_sweep__late_original_is_not_interrupted(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - HOUR, offered_until=NOW - 44 * MINUTE)
    sweep(NOW)
    stores.put_original(photo.pk)
    sweep(NOW + HOUR)
    photo.refresh_from_db()
    assert not photo.is_interrupted


@pytest.mark.usefixtures("stores")
def test_sweep__looks_as_soon_as_an_offer_has_ended(alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(
        alice, State.AWAITING, created_at=NOW - 15 * MINUTE, offered_until=NOW + MINUTE, looks=3
    )
    sweep(NOW)
    photo.refresh_from_db()
    assert photo.due_at == photo.offered_until


def test_sweep__expires_an_upload_after_a_day_without_original(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    lost = make_photo(alice, State.AWAITING, created_at=NOW - 2 * DAY, offered_until=NOW - DAY - HOUR)
    late = make_photo(alice, State.AWAITING, created_at=NOW - 2 * DAY, offered_until=NOW - DAY - HOUR)
    young = make_photo(alice, State.AWAITING, created_at=NOW - DAY, offered_until=NOW - DAY + HOUR)
    stores.put_original(late.pk)
    report = sweep(NOW)
    assert (report.expired, report.nudged) == (1, 1)
    states = {photo.pk: photo.state for photo in Photo.objects.all()}
    assert states == {lost.pk: State.FAILED, late.pk: State.AWAITING, young.pk: State.AWAITING}


def test_sweep__purges_expired_uploads_after_a_week(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    old = make_photo(alice, State.FAILED, reason="never_arrived", offered_until=NOW - 8 * DAY - HOUR)
    young = make_photo(alice, State.FAILED, reason="never_arrived", offered_until=NOW - 7 * DAY)
    damaged = make_photo(alice, State.FAILED, reason="damaged", offered_until=NOW - 90 * DAY)
    assert sweep(NOW).purged == 1
    assert set(Photo.objects.all()) == {young, damaged}
    assert DeletionRecord.objects.get().photo_id == old.pk


def test_sweep__empties_the_trash_after_thirty_days(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    make_photo(alice, State.APPROVED, trashed_at=NOW - 30 * DAY - HOUR)
    kept = make_photo(alice, State.APPROVED, trashed_at=NOW - 29 * DAY)
    assert sweep(NOW).purged == 1
    assert list(Photo.objects.all()) == [kept]


def test_sweep__keeps_a_photo_restored_meanwhile(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    old = {"trashed_at": NOW - 31 * DAY}
    first, second = sorted((make_photo(alice, **old), make_photo(alice, **old)), key=lambda photo: photo.pk)

    def restore_the_second(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "photos_deletionrecord"'):
            Photo.objects.filter(pk=second.pk).update(trashed_at=None)
        return execute(sql, *rest)

    with connection.execute_wrapper(restore_the_second):
        assert sweep(NOW).purged == 1
    assert list(Photo.objects.all()) == [second]
    assert DeletionRecord.objects.get().photo_id == first.pk


def test_sweep__keeps_a_late_original(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.FAILED, reason="never_arrived", offered_until=NOW - 9 * DAY)
    stores.put_original(photo.pk)
    assert sweep(NOW).purged == 0
    assert sweep(NOW + HOUR).nudged == 1
    photo.refresh_from_db()
    assert (photo.state, photo.reason) == (State.AWAITING, "")


def test_sweep__closes_a_record_after_the_quiet_time(stores: Stores) -> None:
    record = record_of(uuid4())
    assert sweep(NOW).records_closed == 1
    record.refresh_from_db()
    assert record.closed_at == NOW


def test_sweep__unreadable_item_keeps_the_record_open(stores: Stores) -> None:
    record = record_of(uuid4())
    stores.dynamodb.put_item(
        TableName=stores.aws.outputs.catalogue_table, Item={"pk": {"S": f"photo#{record.photo_id}"}}
    )
    report = sweep(NOW)
    assert (report.records_closed, report.nudged) == (0, 1)


def test_sweep__record_stays_open_during_the_quiet_time(stores: Stores) -> None:
    record_of(uuid4(), offered_until_ago=HOUR)
    assert sweep(NOW).records_closed == 0


@pytest.mark.parametrize("left", ["original", "item", "rendition"])
def test_sweep__record_stays_open_while_anything_is_left(
    left: str, stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    photo_id = photo.pk
    Photo.objects.filter(pk=photo_id)._raw_delete("default")
    record_of(photo_id)
    {
        "original": lambda: stores.put_original(photo_id),
        "item": lambda: stores.put_item(ready_item(photo)),
        "rendition": lambda: stores.put_rendition(photo_id),
    }[left]()
    report = sweep(NOW)
    assert (report.records_closed, report.nudged) == (0, 1)
    assert report.originals_removed == (left == "original")
    assert stores.keys("originals/") == set()
    assert stores.keys("nudges/") == {f"nudges/{photo_id}"}


def test_sweep__removes_an_original_put_again_after_the_purge(stores: Stores) -> None:
    photo_id = uuid4()
    record_of(photo_id)
    stores.put_original(photo_id)
    sweep(NOW)
    later = NOW + timedelta(minutes=6)
    assert stores.keys("originals/") == set()
    assert sweep(later).records_closed == 1


def test_sweep__wrong_database_removes_nothing(stores: Stores) -> None:
    photo_ids = [uuid4() for _ in range(20)]
    for photo_id in photo_ids:
        stores.put_original(photo_id)
        stores.put_rendition(photo_id)
    report = sweep(NOW + 400 * DAY)
    assert report.removals == 0
    assert len(stores.keys("originals/")) == 20
    assert len(stores.rendition_keys()) == 20


def test_sweep__stops_at_the_limit_of_removals_and_continues_next_time(
    stores: Stores, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module.MAX_REMOVALS == 100
    monkeypatch.setattr(module, "MAX_REMOVALS", 4)
    for _ in range(4 + 3):
        make_photo(alice, State.AWAITING, trashed_at=NOW - 33 * DAY)
    first = sweep(NOW)
    assert (first.purged, first.limited, first.stopped) == (4, True, True)
    # The records of the purged photos are checked and stay open. They don't count as removals.
    second = sweep(NOW + timedelta(minutes=6))
    assert (second.purged, second.limited, second.stopped) == (3, False, False)


@pytest.mark.parametrize(
    ("late", "stopped"), [(MINUTE, False), (47 * HOUR, False), (48 * HOUR + MINUTE, True)]
)
@pytest.mark.parametrize("kind", ["trash", "missing_uploads", "deletions"])
def test_sweep__busy_is_not_stopped(
    kind: str,
    late: timedelta,
    stopped: bool,
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_REMOVALS", 2)
    for _ in range(5):
        if kind == "trash":
            make_photo(alice, State.APPROVED, trashed_at=NOW - 30 * DAY - late)
        elif kind == "missing_uploads":
            until = NOW - 8 * DAY - late
            make_photo(alice, State.FAILED, reason=NEVER_ARRIVED, offered_until=until, created_at=until)
        else:
            record_of(photo_id := uuid4())
            DeletionRecord.objects.filter(pk=photo_id).update(due_at=NOW - late, purged_at=NOW - late)
            stores.put_original(photo_id)
    counts = [sweep(NOW + minutes * MINUTE) for minutes in range(3)]
    assert [report.removals for report in counts] == [2, 2, 1]
    assert [report.limited for report in counts] == [True, True, False]
    assert [report.stopped for report in counts] == [stopped, stopped, False]


def test_command__reports_when_it_stopped(
    stores: Stores, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_REMOVALS", 1)
    for _ in range(2):
        make_photo(alice, State.AWAITING, trashed_at=timezone.now() - 33 * DAY)
    with pytest.raises(CommandError, match=r"Stopped at \d+ removals"):
        call_command("sweep")


def test_sweep__bounded_run_continues_next_time(
    stores: Stores, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    photos = [make_photo(alice, State.AWAITING, created_at=NOW - HOUR) for _ in range(5)]
    for photo in photos:
        stores.put_original(photo.pk)
    assert [sweep(NOW + timedelta(seconds=s)).nudged for s in range(4)] == [2, 2, 1, 0]
    assert len(stores.keys("nudges/")) == 5
