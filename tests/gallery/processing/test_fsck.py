"""Inconsistencies are reported, and repaired only on request."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State
from gallery.processing.fsck import fsck
from tests.gallery.conftest import size_of_rows
from tests.gallery.stores import Stores, ready_item
from thumbworker.contract import keys

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def unknown_original(stores: Stores) -> UUID:
    """Store an original without row and record."""
    photo_id = uuid4()
    stores.put_original(photo_id)
    return photo_id


def deleted_original(stores: Stores, *, closed: bool) -> UUID:
    """Store an original whose photo was deleted permanently."""
    photo_id, long_ago = unknown_original(stores), timezone.now() - timedelta(days=2)
    DeletionRecord.objects.create(
        photo_id=photo_id,
        purged_at=long_ago,
        offered_until=long_ago,
        closed_at=timezone.now() if closed else None,
    )
    return photo_id


def processed(stores: Stores, owner: User, make_photo: PhotoFactory) -> Photo:
    photo = make_photo(owner, State.APPROVED, processed_at=timezone.now())
    stores.put_original(photo.pk)
    stores.put_item(ready_item(photo))
    return photo


def command(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("fsck", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_fsck__consistent_photo_is_not_reported(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    processed(stores, alice, make_photo)
    report = fsck()
    assert report.originals == 1
    assert not report.without_row + report.without_item + report.without_original + report.after_deletion


def test_fsck__reports_each_inconsistency_and_changes_nothing(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    unknown = unknown_original(stores)
    lost = make_photo(alice, State.APPROVED, processed_at=timezone.now())
    unseen = make_photo(alice, State.AWAITING)
    stores.put_original(unseen.pk)
    before = stores.keys("")
    report = fsck()
    assert report.without_row == [unknown]
    assert report.without_original == [lost.pk]
    assert report.without_item == [unseen.pk]
    assert (report.nudged, report.adopted, report.removed) == (0, 0, 0)
    assert stores.keys("") == before
    assert not Photo.objects.filter(pk=unknown).exists()


def test_fsck__reports_originals_of_closed_records(stores: Stores) -> None:
    reappeared = deleted_original(stores, closed=True)
    report = fsck()
    assert report.after_deletion == [reappeared]
    assert report.without_row == []
    lines = command()
    assert lines[lines.index("1 deleted permanently, but the original exists.") + 1] == f"  {reappeared}"


def test_fsck__leaves_open_records_to_the_sweep(stores: Stores) -> None:
    deleted_original(stores, closed=False)
    report = fsck()
    assert (report.without_row, report.after_deletion) == ([], [])


def test_fsck__remove_deletes_unknown_originals_only(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    unknown_original(stores)
    kept = {
        processed(stores, alice, make_photo).pk,
        deleted_original(stores, closed=True),
        deleted_original(stores, closed=False),
    }
    assert command("--remove")[-1].endswith("0 adopted, 1 removed.")
    assert stores.keys("originals/") == {keys.original_key(photo_id) for photo_id in kept}
    assert Photo.objects.count() == 1


def test_fsck__adopt_creates_rows_and_counts_bytes(stores: Stores, alice: User, bob: User) -> None:
    photo_id = unknown_original(stores)
    gone = [deleted_original(stores, closed=True), deleted_original(stores, closed=False)]
    assert command("--adopt-for", alice.username)[-1].endswith("1 adopted, 0 removed.")
    photo = Photo.objects.get(pk=photo_id)
    assert (photo.owner, photo.state, photo.content_type) == (alice, State.AWAITING, "image/jpeg")
    assert photo.size_bytes == len(b"original")
    assert not Photo.objects.filter(pk__in=gone).exists()
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.used_bytes, bob.used_bytes) == (size_of_rows(alice), 0)
    assert stores.keys("originals/") >= {keys.original_key(photo_id)}


def test_fsck__adopting_twice_is_harmless(stores: Stores, alice: User) -> None:
    unknown_original(stores)
    assert fsck(adopt_for=alice).adopted == 1
    assert fsck(adopt_for=alice).adopted == 0
    alice.refresh_from_db()
    assert alice.used_bytes == len(b"original")


def test_fsck__adopted_photo_is_settled_after_processing(stores: Stores, alice: User) -> None:
    photo_id = unknown_original(stores)
    report = fsck(adopt_for=alice, nudge=True)
    assert (report.without_item, report.nudged) == ([photo_id], 1)
    assert stores.keys("nudges/") == {keys.nudge_key(photo_id)}
    stores.put_item(ready_item(Photo.objects.get(pk=photo_id)))
    assert fsck().settled == 1
    assert Photo.objects.get(pk=photo_id).state == State.PENDING


def test_command__adopt_and_remove_exclude_each_other(stores: Stores, alice: User) -> None:
    photo_id = unknown_original(stores)
    with pytest.raises(CommandError, match="not allowed with"):
        command("--remove", "--adopt-for", alice.username)
    assert stores.keys("originals/") == {keys.original_key(photo_id)}


def test_command__refuses_an_unknown_user(stores: Stores) -> None:
    unknown_original(stores)
    with pytest.raises(CommandError, match="There is no user named mallory"):
        command("--adopt-for", "mallory")
    assert not Photo.objects.exists()
