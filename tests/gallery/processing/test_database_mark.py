"""A database that is older than S3 removes nothing, until an operator accepts it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.utils import timezone

from gallery.accounts.models import User
from gallery.operations import doctor
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.processing.models import DatabaseMark
from gallery.processing.sweep import sweep

if TYPE_CHECKING:
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db

NOW = timezone.now()
DAY = timedelta(days=1)
CASES = ("older", "another", "unreadable")


def break_mark(stores: Stores, case: str) -> None:
    """Sweep twice, then make the database the one that a restore leaves."""
    sweep(NOW - 40 * DAY)
    dump = DatabaseMark.objects.values("generation", "number").get()
    sweep(NOW - 40 * DAY)
    if case == "older":
        DatabaseMark.objects.update(**dump)
    elif case == "another":
        DatabaseMark.objects.all().delete()
    else:
        stores.s3.put_object(
            Bucket=stores.aws.outputs.originals_bucket, Key="marks/database", Body=b"no mark"
        )


@pytest.mark.parametrize("case", CASES)
def test_sweep__removes_nothing_with_a_restored_database(
    stores: Stores, alice: User, bob: User, make_photo: PhotoFactory, case: str
) -> None:
    break_mark(stores, case)
    trashed = make_photo(alice, trashed_at=NOW - 31 * DAY)
    never = make_photo(alice, State.FAILED, reason=NEVER_ARRIVED, offered_until=NOW - 30 * DAY)
    deleted = DeletionRecord.objects.create(
        photo_id=make_photo(alice).pk, purged_at=NOW - DAY, offered_until=NOW - DAY
    )
    leaving = make_photo(bob)
    User.objects.filter(pk=bob.pk).update(left_at=NOW - DAY, is_active=False)
    kept = [trashed.pk, never.pk, deleted.photo_id, leaving.pk]
    for photo_id in kept:
        stores.put_original(photo_id)

    report = sweep(NOW)
    assert (report.stopped, report.removals, bool(report.refused)) == (True, 0, True)
    assert stores.keys("originals/") == {f"originals/{photo_id}" for photo_id in kept}
    assert Photo.objects.filter(pk__in=kept).count() == len(kept)
    (database,) = [finding for finding in doctor.check() if finding.what == "database"]
    assert "accept_restore" in database.advice

    call_command("accept_restore")
    report = sweep(NOW)
    assert (report.refused, report.purged, report.originals_removed) == ("", 1, 1)


def test_sweep__refuses_the_dump_from_before_an_accepted_restore(stores: Stores) -> None:
    sweep(NOW)
    dump = DatabaseMark.objects.values("generation", "number").get()
    call_command("accept_restore")
    DatabaseMark.objects.update(**dump | {"number": 1_000})
    assert sweep(NOW).refused


def test_sweep__goes_on_when_s3_lost_its_mark_or_has_an_older_one(stores: Stores) -> None:
    sweep(NOW)
    bucket = stores.aws.outputs.originals_bucket
    older = stores.s3.get_object(Bucket=bucket, Key="marks/database")["Body"].read()
    sweep(NOW)
    stores.s3.put_object(Bucket=bucket, Key="marks/database", Body=older)
    assert sweep(NOW).refused == ""
    stores.s3.delete_object(Bucket=bucket, Key="marks/database")
    assert sweep(NOW).refused == ""
