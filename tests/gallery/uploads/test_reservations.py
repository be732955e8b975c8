"""Bytes and places stay reserved while a signed PUT can store an original, whatever happens to its row."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.accounts.models import User
from gallery.core import reasons
from gallery.imports.requests import request_imports
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.purge import purge_all_of, purge_photo
from gallery.photos.querysets import IN_THE_TRASH
from gallery.photos.reservations import release_expired
from gallery.photos.states import State
from gallery.processing.account_deletion import delete_account
from gallery.processing.sweep import sweep
from gallery.uploads.offers import MAX_OUTSTANDING_OFFERS, Offered, Refused, offer
from tests.gallery.conftest import used_bytes
from tests.gallery.uploads.test_offers import request, requests
from thumbworker.contract.imports import MAX_IMPORT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from pytest_django import DjangoCaptureOnCommitCallbacks

    from tests.gallery.conftest import JustBefore, PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
PAST = timezone.now() - timedelta(days=1)


def offered(user: User, content: str = "a") -> UUID:
    (outcome,) = offer(user.pk, [request(content)], visibility="public")
    assert isinstance(outcome, Offered)
    return outcome.photo_id


def reasons_of(outcomes: list[Any]) -> list[str]:
    return [outcome.reason.code if isinstance(outcome, Refused) else "" for outcome in outcomes]


def trash_and_purge(photo_id: UUID, alice: User) -> None:
    transitions.trashed(photo_id, actor=alice)
    assert purge_photo(photo_id, only_if=IN_THE_TRASH)


def upload_and_purge(photo_id: UUID, alice: User) -> None:
    transitions.processed(photo_id, trusted=False, facts={})
    purge_photo(photo_id)


def expire_reopen_and_purge(photo_id: UUID, alice: User) -> None:
    transitions.given_up(photo_id, offered_before=timezone.now() + timedelta(days=1))
    assert offered(alice) == photo_id
    purge_photo(photo_id)


ENDINGS = {
    "purged": lambda photo_id, _: purge_photo(photo_id),
    "trashed and purged": trash_and_purge,
    "uploaded and purged": upload_and_purge,
    "reopened and purged": expire_reopen_and_purge,
    "account being deleted": lambda _, alice: purge_all_of(alice),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_purge__keeps_bytes_until_the_signature_is_dead(
    stores: Stores, alice: User, end: Callable[[UUID, User], object]
) -> None:
    User.objects.filter(pk=alice.pk).update(quota_bytes=1000)
    photo_id = offered(alice)
    end(photo_id, alice)
    dead = DeletionRecord.objects.get().offered_until
    assert reasons_of(offer(alice.pk, [request("b")], visibility="public")) == ["quota_exceeded"]
    sweep(dead - MINUTE)
    assert used_bytes(alice) == 1000
    assert sweep(dead).reservations_released == 1
    assert sweep(dead + MINUTE).reservations_released == 0
    assert used_bytes(alice) == 0
    assert DeletionRecord.objects.get().owner is None


def test_purge__of_a_dead_offer_returns_the_bytes_at_once(
    stores: Stores, alice: User, make_photo: PhotoFactory
) -> None:
    purge_photo(make_photo(alice, State.AWAITING).pk)
    assert (used_bytes(alice), DeletionRecord.objects.get().owner) == (0, None)


def test_put__after_purge_never_stores_more_than_the_quota(
    stores: Stores, alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    User.objects.filter(pk=alice.pk).update(quota_bytes=3000)
    for number in range(8):
        outcomes = offer(alice.pk, [request(f"{number}")], visibility="public")
        for outcome in outcomes:
            if isinstance(outcome, Offered):
                with django_capture_on_commit_callbacks(execute=True):
                    purge_photo(outcome.photo_id)
                stores.put_original(outcome.photo_id, bytes(1000))
    assert len(stores.keys("originals/")) == 3
    assert sweep(timezone.now() + 6 * MINUTE).originals_removed == 3
    assert stores.keys("originals/") == set()
    assert used_bytes(alice) == 3000


def test_offer__purged_offers_keep_their_places(stores: Stores, alice: User) -> None:
    now = timezone.now()
    for _ in range(MAX_OUTSTANDING_OFFERS // 50):
        batch = [request(str(uuid4())) for _ in range(50)]
        offer(alice.pk, batch, visibility="public")
    assert purge_all_of(alice) == MAX_OUTSTANDING_OFFERS
    assert reasons_of(offer(alice.pk, requests(1), visibility="public")) == ["too_many_outstanding"]
    DeletionRecord.objects.update(offered_until=now, reserved_until=now)
    assert reasons_of(offer(alice.pk, requests(1), visibility="public")) == [""]


def test_offer__expired_offers_need_places_again(alice: User, make_photo: PhotoFactory) -> None:
    old = [request(str(uuid4())) for _ in range(3)]
    offer(alice.pk, old, visibility="public")
    past = timezone.now() - MINUTE
    Photo.objects.update(offered_until=past)
    for number in range(MAX_OUTSTANDING_OFFERS - 2):
        make_photo(alice, State.AWAITING, offered_until=timezone.now() + timedelta(minutes=number + 1))
    outcomes = offer(alice.pk, old, visibility="public")
    assert reasons_of(outcomes) == ["", "", "too_many_outstanding"]
    assert Photo.objects.filter(offered_until=past).count() == 1
    # Open offers keep the places that they have.
    assert reasons_of(offer(alice.pk, old[:2], visibility="public")) == ["", ""]


def test_repeated_offer__row_purged_meanwhile_is_not_signed(
    stores: Stores, alice: User, just_before: JustBefore
) -> None:
    photo_id = offered(alice)
    with just_before('UPDATE "photos_photo"', lambda: purge_photo(photo_id)):
        (outcome,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(outcome, Refused)
    assert outcome.reason == reasons.TOO_MANY_OUTSTANDING


@pytest.mark.parametrize(
    "changes", [{}, {"offered_until": PAST}, {"state": State.FAILED, "reason": "never_arrived"}]
)
def test_repeated_offer__of_a_closed_account_is_refused(alice: User, changes: dict[str, Any]) -> None:
    photo_id = offered(alice)
    Photo.objects.update(**changes)
    before = Photo.objects.get(pk=photo_id).offered_until
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert reasons_of(offer(alice.pk, [request("a")], visibility="public")) == ["account_closed"]
    assert Photo.objects.get(pk=photo_id).offered_until == before


def test_closed_account__open_offers_end_and_late_originals_are_removed(
    stores: Stores,
    alice: User,
    bob: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    never, uploaded, other = offered(alice, "never"), offered(alice, "uploaded"), offered(bob)
    stores.put_original(uploaded)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    now = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        assert sweep(now + 3 * MINUTE).offers_ended == 1
    assert set(Photo.objects.values_list("pk", flat=True)) == {uploaded, other}
    assert used_bytes(alice) == 2000
    stores.put_original(never)
    assert sweep(now + 9 * MINUTE).originals_removed == 1
    sweep(now + 17 * MINUTE)
    assert used_bytes(alice) == 1000


def test_deleted_account__leaves_records_without_owner(stores: Stores, alice: User) -> None:
    photo_id = offered(alice)
    delete_account(alice)
    record = DeletionRecord.objects.get()
    assert (record.photo_id, record.owner) == (photo_id, None)
    assert release_expired(record.offered_until) == 0
    stores.put_original(photo_id)
    assert sweep(timezone.now() + 6 * MINUTE).originals_removed == 1


def test_purged_import__keeps_its_bytes_while_an_attempt_may_run(stores: Stores, alice: User) -> None:
    request_imports(alice.pk, ["https://example.org/a.jpg"], visibility="public")
    purge_all_of(alice)
    assert used_bytes(alice) == MAX_IMPORT_BYTES
    assert release_expired(timezone.now() + 3 * MINUTE) == 1
    assert used_bytes(alice) == 0


def test_release__twice_returns_the_bytes_once(stores: Stores, alice: User, just_before: JustBefore) -> None:
    purge_photo(offered(alice))
    offered(alice, "b")
    later = timezone.now() + 17 * MINUTE
    with just_before('UPDATE "photos_deletionrecord"', lambda: release_expired(later)):
        assert release_expired(later) == 0
    assert used_bytes(alice) == 1000
