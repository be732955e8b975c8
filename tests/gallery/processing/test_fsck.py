"""Inconsistencies are reported, and repaired only on request."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State, Visibility
from gallery.processing.fsck import fsck
from gallery.storage import catalogue
from tests.gallery.conftest import size_of_rows
from tests.gallery.stores import Stores, ready_item
from thumbworker.contract import keys
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def unknown_original(stores: Stores, owner: object = "") -> UUID:
    """Store an original without row and record, whose metadata names this owner."""
    photo_id = uuid4()
    stores.put_original(photo_id, owner=str(owner))
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
    item = ready_item(photo)
    stores.put_item(item)
    stores.put_renditions(item)
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
    assert not report.rendition_missing + report.rendition_resized


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


def test_fsck__adopt_gives_each_original_to_its_owner_privately(
    stores: Stores, alice: User, bob: User
) -> None:
    owners = {unknown_original(stores, owner.pk): owner for owner in (alice, bob, alice)}
    gone = [deleted_original(stores, closed=True), deleted_original(stores, closed=False)]
    assert command("--adopt")[-1].endswith("3 adopted, 0 removed.")
    for photo in Photo.objects.all():
        assert (photo.owner, photo.visibility) == (owners[photo.pk], Visibility.PRIVATE)
        assert (photo.state, photo.content_type) == (State.AWAITING, "image/jpeg")
        assert photo.size_bytes == len(b"original")
    assert not Photo.objects.filter(pk__in=gone).exists()
    for owner in (alice, bob):
        owner.refresh_from_db()
        assert owner.used_bytes == size_of_rows(owner) > 0


@pytest.mark.parametrize("named", ["", "unnamed", "-1", "0", "²", "9" * 30, "younger", "inactive"])
def test_fsck__adopt_leaves_originals_of_unknown_owners(
    stores: Stores, alice: User, bob: User, named: str
) -> None:
    User.objects.filter(pk=alice.pk).update(date_joined=timezone.now() + timedelta(hours=1))
    User.objects.filter(pk=bob.pk).update(is_active=False)
    photo_id = uuid4()
    # Metadata is ASCII on the wire.
    owner = {"younger": str(alice.pk), "inactive": str(bob.pk), "²": "=?utf-8?b?wrI=?="}.get(named, named)
    stores.put_original(photo_id, owner=owner)
    report = fsck(adopt=True)
    assert (report.without_row, report.without_owner, report.adopted) == ([photo_id], [photo_id], 0)
    assert not Photo.objects.exists()
    assert stores.keys("originals/") == {keys.original_key(photo_id)}


def test_fsck__adopt_leaves_the_empty_object_of_a_takedown(stores: Stores, alice: User) -> None:
    stores.put_original(uuid4(), b"", owner=str(alice.pk))
    assert fsck(adopt=True).adopted == 0
    assert not Photo.objects.exists()


def test_fsck__adopting_twice_is_harmless(stores: Stores, alice: User) -> None:
    unknown_original(stores, alice.pk)
    assert [fsck(adopt=True).adopted, fsck(adopt=True).adopted] == [1, 0]
    alice.refresh_from_db()
    assert alice.used_bytes == len(b"original")


def test_fsck__adopted_photo_is_settled_after_processing(stores: Stores, alice: User) -> None:
    photo_id = unknown_original(stores, alice.pk)
    report = fsck(adopt=True, nudge=True)
    assert (report.without_item, report.nudged) == ([photo_id], 1)
    assert stores.keys("nudges/") == {keys.nudge_key(photo_id)}
    stores.put_item(ready_item(Photo.objects.get(pk=photo_id)))
    assert fsck().settled == 1
    assert Photo.objects.get(pk=photo_id).state == State.PENDING


@pytest.mark.parametrize("index", range(len(CURRENT.renditions)))
@pytest.mark.parametrize("damage", ["missing", "resized"])
def test_fsck__damaged_rendition_is_named_and_nudged(
    stores: Stores, alice: User, make_photo: PhotoFactory, index: int, damage: str
) -> None:
    photos = [processed(stores, alice, make_photo) for _ in range(3)]
    photo = sorted(photos, key=lambda photo: photo.pk)[index]
    key = CURRENT.key(CURRENT.renditions[index], photo.pk)
    bucket = stores.aws.outputs.renditions_bucket
    if damage == "missing":
        stores.s3.delete_object(Bucket=bucket, Key=key)
    else:
        stores.s3.put_object(Bucket=bucket, Key=key, Body=b"cut")
    assert fsck().nudged == 0
    report = fsck(nudge=True)
    found = {"missing": report.rendition_missing, "resized": report.rendition_resized}
    assert found == {"missing": [], "resized": []} | {damage: [photo.pk]}
    assert stores.keys("nudges/") == {keys.nudge_key(photo.pk)}
    stores.put_renditions(ready_item(photo))
    assert fsck(nudge=True).nudged == 0


def test_fsck__walks_many_batches(
    stores: Stores, alice: User, make_photo: PhotoFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "BATCH_SIZE", 2)
    photos = sorted((processed(stores, alice, make_photo) for _ in range(7)), key=lambda photo: photo.pk)
    lost = [photos[0].pk, photos[3].pk, photos[6].pk]
    for photo_id in lost:
        stores.s3.delete_object(Bucket=stores.aws.outputs.originals_bucket, Key=keys.original_key(photo_id))
    report = fsck()
    assert (report.originals, report.without_original) == (4, lost)
    assert report.rendition_missing + report.rendition_resized + report.without_item == []


def test_command__adopt_and_remove_exclude_each_other(stores: Stores, alice: User) -> None:
    photo_id = unknown_original(stores, alice.pk)
    with pytest.raises(CommandError, match="not allowed with"):
        command("--remove", "--adopt")
    assert stores.keys("originals/") == {keys.original_key(photo_id)}
