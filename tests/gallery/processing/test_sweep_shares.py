"""What one account leaves to the sweep delays no other account, and every run ends in time."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.photos.turns import share_of
from gallery.processing import matters
from gallery.processing.budget import Budget
from gallery.processing.models import SweepRun
from gallery.processing.settle import settle
from gallery.processing.sweep import MOST_AGAIN, sweep
from gallery.storage import catalogue
from gallery.storage.originals import originals
from tests.gallery.conftest import crash
from tests.gallery.stores import Stores, ready_item
from tests.journey.counting import Costs, counted
from thumbworker.contract.policy import rendition_names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CALL_SECONDS = 0.05
"""What a slow call takes. The clock of these runs counts calls: no test depends on this machine's speed."""


@contextmanager
def run_of(calls: int = 10_000, seconds: float = 15.0) -> Iterator[tuple[Budget, Costs]]:
    """Give a budget whose clock is driven by the AWS calls that are really made, and count these."""
    with counted(originals().client, catalogue._client()) as costs:
        yield Budget(seconds, calls, clock=lambda: CALL_SECONDS * sum(costs.calls.values())), costs


def flood(owner: User, records: int, *, albums: int = 0, offered_until: datetime = NOW) -> None:
    """Leave what offers leave that were purged before anything was uploaded."""
    DeletionRecord.objects.bulk_create(
        DeletionRecord(
            photo_id=uuid4(),
            purged_at=min(NOW - HOUR, offered_until),
            offered_until=offered_until,
            due_at=NOW - HOUR,
            share=share_of(owner.pk),
            arrived=False,
        )
        for _ in range(records)
    )
    Album.objects.bulk_create(Album(owner=owner, title=f"Album {number}") for number in range(albums))


def test_flood__of_one_account_delays_no_other(
    stores: Stores, alice: User, bob: User, charlie: User, make_photo: PhotoFactory
) -> None:
    flood(alice, 1500, albums=200)
    for _ in range(60):
        make_photo(alice, State.AWAITING, created_at=NOW - 2 * HOUR)
        make_photo(alice, trashed_at=NOW - 40 * DAY)
    waiting = make_photo(bob, State.AWAITING, created_at=NOW - HOUR)
    stores.put_item(ready_item(waiting))
    make_photo(bob, trashed_at=NOW - 31 * DAY)
    make_photo(bob, State.FAILED, reason="never_arrived", offered_until=NOW - 9 * DAY)
    left = DeletionRecord.objects.create(
        photo_id=uuid4(), purged_at=NOW - DAY, offered_until=NOW - DAY, due_at=NOW, share=share_of(bob.pk)
    )
    stores.put_rendition(left.photo_id)
    transitions.approved(make_photo(bob, State.PENDING).pk, actor=charlie)
    HistoryEntry.objects.update(at=NOW - HOUR)
    leaving = User.objects.create_user("dora", left_at=NOW - HOUR, is_active=False)
    make_photo(leaving)
    with run_of() as (budget, costs):
        report = sweep(NOW, budget=budget)
    assert report.exhausted
    assert report.seconds < 16
    # Everyone else's matters moved in this run: settled, nudged, purged twice, published, account gone.
    assert report.settled == report.nudged == report.accounts_gone == 1
    assert not Photo.objects.filter(owner=bob, trashed_at__isnull=False).exists()
    assert not Photo.objects.filter(owner=bob, state=State.FAILED).exists()
    assert stores.keys("nudges/") == {f"nudges/{left.photo_id}"}
    assert not HistoryEntry.objects.with_pending_events().exists()
    assert sum(costs.calls.values()) <= report.calls


def test_flood__is_worked_off_by_the_next_runs(stores: Stores, alice: User) -> None:
    flood(alice, 150, offered_until=NOW - 3 * HOUR)
    closed = []
    for _ in range(5):
        with run_of(seconds=3.0) as (budget, _costs):
            closed.append(sweep(NOW, budget=budget).records_closed)
    assert sum(closed) == 150
    assert max(closed) <= 60


@pytest.mark.parametrize(("calls", "seconds"), [(40, 100.0), (10_000, 2.0)], ids=["calls", "seconds"])
def test_budget__ends_the_run(calls: int, seconds: float, stores: Stores, alice: User) -> None:
    flood(alice, 80)
    with run_of(calls, seconds) as (budget, costs):
        report = sweep(NOW, budget=budget)
    assert (report.exhausted, report.unavailable) == (True, False)
    assert 35 <= sum(costs.calls.values()) <= 45


def test_never_uploaded__is_looked_at_by_five_calls_in_all(
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.AWAITING, offered_until=timezone.now() + 16 * MINUTE)
    with django_capture_on_commit_callbacks(execute=True):
        purge_photo(photo.pk)
    looks: list[int] = []
    with run_of() as (_, costs):
        for minute in range(0, 150, 5):
            before = costs.calls["HeadObject"]
            sweep(timezone.now() + minute * MINUTE)
            looks += [minute] * (costs.calls["HeadObject"] - before)
    # Until 16 minutes a signed PUT may store it. Two looks follow: at once, and after the quiet time.
    assert looks == [5, 10, 15, 20, 140]
    assert set(costs.calls) == {"HeadObject", "BatchGetItem", "GetObject", "PutObject"}
    assert DeletionRecord.objects.get().closed_at is not None


def test_uploaded__record_closes_after_a_list_of_each_size(
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.AWAITING, offered_until=timezone.now() - HOUR)
    stores.put_original(photo.pk)
    with django_capture_on_commit_callbacks(execute=True):
        purge_photo(photo.pk)
    assert stores.keys("originals/") == set()
    key = stores.put_rendition(photo.pk)
    with run_of() as (_, costs):
        later = timezone.now() + 3 * HOUR
        reports = [sweep(later - 2.5 * HOUR), sweep(later)]
        stores.s3.delete_object(Bucket=stores.aws.outputs.renditions_bucket, Key=key)
        reports.append(sweep(later + 3 * DAY))
    assert [report.nudged for report in reports] == [0, 1, 0]
    assert [report.records_closed for report in reports] == [0, 0, 1]
    # One of the first size found it, then all found none.
    assert costs.calls["ListObjectsV2"] == 1 + len(rendition_names())


@pytest.mark.parametrize("minutes", [[5, 10, 20, 40, 60, 60]])
def test_interval__rises_while_nothing_changes(
    minutes: list[int], stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    stores.put_original(photo.pk)
    at, seen = NOW, []
    for _ in minutes:
        assert sweep(at).nudged == 1
        photo.refresh_from_db()
        seen.append(round((photo.due_at - at) / MINUTE))
        at = photo.due_at
    assert seen == minutes


def test_retry__is_looked_at_soon_again(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.FAILED, created_at=NOW - DAY, processed_at=NOW, looks=9)
    Photo.objects.filter(pk=photo.pk).update(due_at=NOW + HOUR)
    stores.put_original(photo.pk)
    assert transitions.tried_again(photo.pk, actor=alice)
    assert sweep(timezone.now()).nudged == 1
    assert Photo.objects.get(pk=photo.pk).looks == 1


def test_put_again__of_one_account_does_not_stop_the_sweep(stores: Stores, alice: User) -> None:
    flood(alice, 2 * MOST_AGAIN)
    for record in DeletionRecord.objects.all():
        stores.put_original(record.photo_id)
    first, second = sweep(NOW), sweep(NOW)
    assert (first.originals_removed, second.originals_removed) == (MOST_AGAIN, MOST_AGAIN)
    assert (first.stopped, second.stopped) == (False, False)
    assert stores.keys("originals/") == set()


def test_store_down__other_kinds_go_on(
    stores: Stores, alice: User, make_photo: PhotoFactory, unavailable_catalogue: None
) -> None:
    make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    flood(alice, 1)
    make_photo(alice, trashed_at=NOW - 31 * DAY)
    report = sweep(NOW)
    assert (report.unavailable, report.purged) == (True, 1)


@pytest.fixture
def unavailable_catalogue(stores: Stores) -> None:
    stores.dynamodb.delete_table(TableName=stores.aws.outputs.catalogue_table)


def test_closed_account__late_original_stays_out_of_sight_until_reopened(
    stores: Stores, alice: User, trusted: User, make_photo: PhotoFactory
) -> None:
    photos = [make_photo(owner, State.AWAITING, created_at=NOW - HOUR) for owner in (alice, trusted)]
    User.objects.update(is_active=False)
    for photo in photos:
        stores.put_original(photo.pk)
        stores.put_item(ready_item(photo))
    sweep(NOW)
    assert settle([photo.pk for photo in photos]) == set()
    assert set(Photo.objects.values_list("state", flat=True)) == {State.AWAITING}
    assert stores.keys("nudges/") == set()
    User.objects.update(is_active=True)
    assert sweep(NOW + 6 * MINUTE).settled == 2


def test_run__is_recorded_with_what_remains(stores: Stores, alice: User) -> None:
    flood(alice, 3)
    with run_of(calls=2) as (budget, _):
        report = sweep(NOW, budget=budget)
    run = SweepRun.objects.get()
    assert (run.at, run.done["deletions"], run.calls) == (NOW, 1, report.calls)
    backlog = {entry.kind: entry for entry in report.backlog}
    assert set(backlog) == set(matters.KINDS)
    assert (backlog["deletions"].due, backlog["deletions"].oldest_seconds) == (2, 3600.0)
    assert backlog["trash"].due == 0


def test_run__each_begins_with_another_kind(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    """However slow the stores, each kind is first within as many runs as there are kinds."""
    flood(alice, 20)
    make_photo(alice, State.AWAITING, created_at=NOW - HOUR)
    make_photo(alice, trashed_at=NOW - 31 * DAY)
    done: set[str] = set()
    for _ in (*matters.KINDS, "campaign"):
        with run_of(calls=1) as (budget, _costs):
            done |= {kind for kind, rows in sweep(NOW, budget=budget).done.items() if rows}
    assert done == {"awaiting", "deletions", "trash"}


def test_failing_row__stops_no_other(
    stores: Stores, alice: User, bob: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    for owner in (alice, bob):
        make_photo(owner, trashed_at=NOW - 31 * DAY)
    flood(alice, 1, offered_until=NOW - 3 * HOUR)
    with just_before('INSERT INTO "photos_deletionrecord"', crash):
        report = sweep(NOW)
    assert (report.rows_failed, report.purged, report.records_closed) == (1, 1, 1)
    assert sweep(NOW).purged == 1


def test_failing_row__of_missing_uploads_stops_no_other(
    stores: Stores, alice: User, bob: User, make_photo: PhotoFactory, just_before: JustBefore
) -> None:
    for owner in (alice, bob):
        make_photo(owner, State.FAILED, reason=NEVER_ARRIVED, offered_until=NOW - timedelta(days=9))
    with just_before('INSERT INTO "photos_deletionrecord"', crash):
        report = sweep(NOW)
    assert (report.rows_failed, report.purged) == (1, 1)


def test_share__tells_no_account(alice: User, bob: User) -> None:
    shares = [share_of(person.pk) for person in (alice, bob)]
    assert shares[0] != shares[1]
    assert not {alice.pk, bob.pk} & set(shares)
    assert all(0 <= share < 2**31 for share in shares)


def test_record__forgets_its_share_when_it_closes(stores: Stores, alice: User) -> None:
    flood(alice, 1, offered_until=NOW - 3 * HOUR)
    sweep(NOW)
    record = DeletionRecord.objects.get()
    assert (record.closed_at, record.share) == (NOW, 0)
