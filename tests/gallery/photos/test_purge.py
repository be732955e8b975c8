"""A purged photo leaves a deletion record and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, HistoryEntry, Photo
from gallery.photos.purge import purge_all_of, purge_photo
from gallery.photos.querysets import IN_THE_TRASH
from gallery.photos.states import State
from thumbworker.contract import keys

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


def test_purge_photo__works(
    stores: Stores,
    alice: User,
    make_photo: PhotoFactory,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    photo = make_photo(alice, State.PENDING)
    transitions.trashed(photo.pk, actor=alice)
    stores.put_original(photo.pk)
    alice.used_bytes = photo.size_bytes + 5
    alice.save(update_fields=["used_bytes"])
    with django_capture_on_commit_callbacks(execute=True):
        assert purge_photo(photo.pk) is True
    alice.refresh_from_db()
    assert alice.used_bytes == 5
    assert not Photo.objects.exists()
    assert not HistoryEntry.objects.exists()
    assert stores.keys("originals/") == set()
    record = DeletionRecord.objects.get()
    assert (record.photo_id, record.offered_until, record.closed_at) == (photo.pk, photo.offered_until, None)


def test_purge_photo__original_stays_until_commit(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_original(photo.pk)
    purge_photo(photo.pk)
    assert connection.in_atomic_block
    assert stores.keys("originals/") == {keys.original_key(photo.pk)}


def test_purge_photo__twice(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    assert purge_photo(photo.pk) is True
    assert purge_photo(photo.pk) is False
    assert DeletionRecord.objects.count() == 1


def test_purge_photo__condition_not_met(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, trashed_at=None)
    assert purge_photo(photo.pk, only_if=IN_THE_TRASH) is False
    assert Photo.objects.filter(pk=photo.pk).exists()
    assert DeletionRecord.objects.count() == 0


def test_purge_photo__missing_photo_leaves_no_record(stores: Stores) -> None:
    assert purge_photo(uuid4()) is False
    assert DeletionRecord.objects.count() == 0


def test_purge_photo__used_bytes_are_never_negative(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING, size_bytes=1000)
    alice.used_bytes = 10
    alice.save(update_fields=["used_bytes"])
    purge_photo(photo.pk)
    alice.refresh_from_db()
    assert alice.used_bytes == 0


def test_purge_all_of__one_user_only(
    stores: Stores, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    for state in State:
        make_photo(alice, state)
    kept = make_photo(bob, State.AWAITING)
    assert purge_all_of(alice) == len(State)
    assert list(Photo.objects.all()) == [kept]
    alice.delete()
