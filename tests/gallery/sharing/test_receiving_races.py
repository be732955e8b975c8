"""Guests and the owner at the same moment, on a real PostgreSQL."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from gallery.albums.actions import delete_album
from gallery.albums.models import Album, AlbumEntry
from gallery.photos.models import MonthCount, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import State, Visibility
from gallery.sharing import access, receiving
from gallery.sharing.actions import share_by_link
from gallery.sharing.models import Contribution, Grant
from gallery.uploads.file_checks import UploadRequest
from gallery.uploads.offers import Offered
from tests.gallery.conftest import used_bytes
from tests.gallery.test_races import ROUNDS, at_once

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
    pytest.mark.usefixtures("empty_aws"),
]


def new_grant(owner: User) -> Grant:
    album = Album.objects.create(owner=owner, title="Sea")
    return share_by_link(None, album, role="add", expires_at=None).grant


def new_file() -> UploadRequest:
    upload_id = uuid4()
    digest = b64encode(hashlib.sha256(upload_id.bytes).digest()).decode()
    return UploadRequest(upload_id, "a.jpg", 1000, "image/jpeg", digest)


def send(grant: Grant, files: int) -> int:
    """Return how many files were offered to a new guest; none if the link is over."""
    guest = access.Guest(uuid4(), "Vera")
    try:
        outcomes = receiving.offer(grant, guest, [new_file() for _ in range(files)], visitor=str(guest.id))
    except access.Ended:
        return 0
    return sum(isinstance(outcome, Offered) for outcome in outcomes)


def test_offer__by_many_guests_is_within_the_limit(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receiving, "MOST_PHOTOS", 10)
    grant = new_grant(alice)
    offered = at_once(*[partial(send, grant, 4)] * 6)
    assert sum(offered) == 10
    assert Photo.objects.count() == Contribution.objects.count() == 10
    assert used_bytes(alice) == 10_000


def test_offer__while_the_album_is_deleted_leaves_nothing_unknown(alice: User) -> None:
    for _ in range(ROUNDS):
        grant = new_grant(alice)
        at_once(partial(send, grant, 2), partial(delete_album, Album.objects.get(pk=grant.album_id)))
    assert Photo.objects.filter(contribution=None).count() == 0
    assert used_bytes(alice) == 1000 * Photo.objects.count()


def test_decisions__beside_each_other(alice: User, make_photo: PhotoFactory) -> None:
    grant = new_grant(alice)
    for number in range(ROUNDS):
        photos = [
            make_photo(
                alice,
                State.PENDING,
                visibility=Visibility.PRIVATE,
                is_received=True,
                trashed_at=timezone.now(),
                taken_local=timezone.now().replace(tzinfo=None, year=2000 + (7 * index + number) % 20),
            )
            for index in range(5)
        ]
        guest = access.Guest(uuid4(), "Vera")
        for photo in photos:
            Contribution.objects.create(
                photo=photo, album=grant.album, grant=grant, sender=guest.id, name=guest.name
            )
        ids = [photo.pk for photo in photos]
        accepted, again, declined, taken_back = at_once(
            partial(receiving.accept, alice, ids),
            partial(receiving.accept, alice, reversed(ids)),
            partial(receiving.decline, alice, ids[::-1]),
            partial(receiving.take_back, grant, guest, ids[2:]),
        )
        # Each was decided once.
        kept = [*accepted.accepted, *again.accepted]
        assert len(kept) + len(declined.declined) + taken_back == 5
        assert len(set(kept)) == len(kept)
        assert AlbumEntry.objects.filter(photo__in=kept).count() == len(kept)
    shown = Photo.objects.timeline_of(alice).count()
    assert sum(MonthCount.objects.values_list("photos", flat=True)) == shown
    for photo_id in Photo.objects.values_list("pk", flat=True):
        assert purge_photo(photo_id)
    assert not Contribution.objects.exists()
