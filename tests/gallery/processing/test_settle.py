"""Photos are updated from the worker's items once, by the current policy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from gallery.photos import transitions
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State
from gallery.processing.settle import settle
from gallery.storage import catalogue
from tests.gallery.stores import Stores, failed_item, ready_item

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def test_settle__photo_without_item_stays_awaiting(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    assert settle([photo.pk]) == set()
    photo.refresh_from_db()
    assert photo.state == State.AWAITING


def test_settle__ready_photo_is_pending_with_its_facts(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo))
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert (photo.state, photo.width, photo.height) == (State.PENDING, 3000, 2000)
    assert photo.taken_at == datetime(2026, 10, 31, 11, 0, tzinfo=UTC)


def test_settle__trusted_users_photo_is_approved(
    stores: Stores, trusted: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(trusted, State.AWAITING)
    stores.put_item(ready_item(photo))
    settle([photo.pk])
    photo.refresh_from_db()
    assert photo.state == State.APPROVED


def test_settle__failed_photo_has_its_reason(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(failed_item(photo, "too_many_pixels"))
    settle([photo.pk])
    photo.refresh_from_db()
    assert (photo.state, photo.reason) == (State.FAILED, "too_many_pixels")


def test_settle__twice_changes_nothing(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo))
    settle([photo.pk])
    assert settle([photo.pk]) == set()
    assert HistoryEntry.objects.count() == 1


def test_settle__keeps_a_moderators_decision(
    stores: Stores, alice: User, charlie: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    stores.put_item(ready_item(photo))
    transitions.rejected(photo.pk, actor=charlie, reason="no")
    assert settle([photo.pk]) == set()
    photo.refresh_from_db()
    assert photo.state == State.REJECTED


def test_settle__late_original_revives_an_expired_upload(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.AWAITING)
    transitions.given_up(photo.pk, offered_before=datetime.now(UTC))
    stores.put_item(ready_item(photo))
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert (photo.state, photo.reason) == (State.PENDING, "")


def test_settle__retry_waits_for_a_newer_item(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(failed_item(photo))
    settle([photo.pk])
    transitions.tried_again(photo.pk, actor=alice)
    assert settle([photo.pk]) == set()
    stores.put_item(failed_item(photo, "truncated", processed_at="2026-11-01T11:00:00.000+00:00"))
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert photo.reason == "truncated"


def test_settle__ignores_unknown_ids(stores: Stores) -> None:
    assert settle([uuid4()]) == set()


def test_settle__ignores_an_unreadable_item(stores: Stores, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.dynamodb.put_item(
        TableName=stores.aws.outputs.catalogue_table,
        Item={"pk": {"S": f"photo#{photo.pk}"}, "status": {"S": "SOMETHING"}},
    )
    assert settle([photo.pk]) == set()


@pytest.mark.parametrize("taken_at", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_settle__ignores_an_impossible_capture_time(
    stores: Stores, alice: User, make_photo: PhotoFactory, taken_at: str
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo, metadata={"taken_at": taken_at}))
    assert settle([photo.pk]) == {photo.pk}
    photo.refresh_from_db()
    assert photo.taken_at is None


@pytest.mark.parametrize(
    ("taken_at", "wall", "instant"),
    [
        (
            "2026-02-01T12:00:00-05:00",
            datetime(2026, 2, 1, 12),  # noqa: DTZ001 - a wall clock
            datetime(2026, 2, 1, 17, tzinfo=UTC),
        ),
        ("2007-06-30T18:45:17.250", datetime(2007, 6, 30, 18, 45, 17, 250_000), None),  # noqa: DTZ001
        ("", None, None),
    ],
)
def test_settle__wall_clock_and_instant(
    stores: Stores, alice: User, make_photo: PhotoFactory, taken_at: str, wall: object, instant: object
) -> None:
    photo = make_photo(alice, State.AWAITING)
    stores.put_item(ready_item(photo, metadata={"taken_at": taken_at}))
    settle([photo.pk])
    photo.refresh_from_db()
    assert (photo.taken_local, photo.taken_at) == (wall, instant)


def settled(stores: Stores, photo: Photo, **changes: Any) -> Photo:
    """Return the photo after its item was read with the others of a list."""
    stores.put_item(ready_item(photo, **changes))
    settle([photo.pk], reading=catalogue.read([photo.pk]))
    photo.refresh_from_db()
    return photo


def test_settle__processed_again_adopts_the_new_facts(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    photo = settled(stores, make_photo(alice, State.AWAITING))
    settled(
        stores, photo, processed_at="2026-11-02T10:00:00+00:00", metadata={"taken_at": "2007-06-30T18:45:17"}
    )
    assert photo.taken_local == datetime(2007, 6, 30, 18, 45, 17)  # noqa: DTZ001 - a wall clock
    assert (photo.taken_at, photo.state) == (None, State.PENDING)
    settled(stores, photo, processed_at="2026-11-01T10:00:00+00:00")  # an older reading
    assert photo.taken_local == datetime(2007, 6, 30, 18, 45, 17)  # noqa: DTZ001 - a wall clock
    assert HistoryEntry.objects.count() == 1


def test_settle__row_of_an_older_version_gets_its_wall_clock(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    processed = datetime(2026, 11, 1, 10, 0, 1, tzinfo=UTC)
    photo = make_photo(alice, processed_at=processed, taken_at=datetime(2007, 6, 30, 18, tzinfo=UTC))
    settled(stores, photo, metadata={"taken_at": "2007-06-30T18:00:00"})
    assert (photo.taken_local, photo.taken_at) == (datetime(2007, 6, 30, 18), None)  # noqa: DTZ001
    assert photo.state == State.APPROVED
