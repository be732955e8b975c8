"""What does not fit together is reported, and changed only where a person says so."""

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
from gallery.processing.fsck import fsck, used_bytes_by_rows
from tests.gallery.stores import Stores, ready_item
from thumbworker.contract import keys

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def stranger(stores: Stores) -> UUID:
    """Store an original that no row and no record knows."""
    photo_id = uuid4()
    stores.put_original(photo_id)
    return photo_id


def deleted(stores: Stores, *, closed: bool) -> UUID:
    """Store an original whose photo was deleted for good."""
    photo_id, long_ago = stranger(stores), timezone.now() - timedelta(days=2)
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


def test_what_fits_together_is_not_named(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    processed(stores, alice, make_photo)
    report = fsck()
    assert report.originals == 1
    assert not report.without_row + report.without_item + report.without_original + report.after_deletion


def test_each_misfit_is_named_and_nothing_is_changed(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    unknown = stranger(stores)
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


def test_an_original_that_is_there_after_its_record_was_closed_is_named(stores: Stores) -> None:
    back = deleted(stores, closed=True)
    report = fsck()
    assert report.after_deletion == [back]
    assert report.without_row == []
    lines = command()
    assert lines[lines.index("1 deleted for good, but the original is there.") + 1] == f"  {back}"


def test_an_original_whose_record_is_open_is_the_sweep_s(stores: Stores) -> None:
    deleted(stores, closed=False)
    report = fsck()
    assert (report.without_row, report.after_deletion) == ([], [])


def test_remove_ends_strangers_only(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    stranger(stores)
    kept = {
        processed(stores, alice, make_photo).pk,
        deleted(stores, closed=True),
        deleted(stores, closed=False),
    }
    assert command("--remove")[-1].endswith("0 adopted, 1 removed.")
    assert stores.keys("originals/") == {keys.original_key(photo_id) for photo_id in kept}
    assert Photo.objects.count() == 1


def test_adopt_gives_strangers_to_a_person_and_counts_their_bytes(
    stores: Stores, alice: User, bob: User
) -> None:
    photo_id = stranger(stores)
    gone = [deleted(stores, closed=True), deleted(stores, closed=False)]
    assert command("--adopt-for", alice.username)[-1].endswith("1 adopted, 0 removed.")
    photo = Photo.objects.get(pk=photo_id)
    assert (photo.owner, photo.state, photo.content_type) == (alice, State.AWAITING, "image/jpeg")
    assert photo.size_bytes == len(b"original")
    assert not Photo.objects.filter(pk__in=gone).exists()
    alice.refresh_from_db()
    bob.refresh_from_db()
    assert (alice.used_bytes, bob.used_bytes) == (used_bytes_by_rows(alice), 0)
    assert stores.keys("originals/") >= {keys.original_key(photo_id)}


def test_adopting_twice_is_harmless(stores: Stores, alice: User) -> None:
    stranger(stores)
    assert fsck(adopt_for=alice).adopted == 1
    assert fsck(adopt_for=alice).adopted == 0
    alice.refresh_from_db()
    assert alice.used_bytes == len(b"original")


def test_what_is_adopted_is_settled_once_the_worker_saw_it(stores: Stores, alice: User) -> None:
    photo_id = stranger(stores)
    report = fsck(adopt_for=alice, nudge=True)
    assert (report.without_item, report.nudged) == ([photo_id], 1)
    assert stores.keys("nudges/") == {keys.nudge_key(photo_id)}
    stores.put_item(ready_item(Photo.objects.get(pk=photo_id)))
    assert fsck().settled == 1
    assert Photo.objects.get(pk=photo_id).state == State.PENDING


def test_adopt_and_remove_exclude_each_other(stores: Stores, alice: User) -> None:
    photo_id = stranger(stores)
    with pytest.raises(CommandError, match="not allowed with"):
        command("--remove", "--adopt-for", alice.username)
    assert stores.keys("originals/") == {keys.original_key(photo_id)}


def test_nobody_adopts_nothing(stores: Stores) -> None:
    stranger(stores)
    with pytest.raises(CommandError, match="There is no user named nobody"):
        command("--adopt-for", "nobody")
    assert not Photo.objects.exists()
