"""Offers are idempotent, bounded by quota and number, and cost four queries."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from gallery.core import reasons
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.uploads.file_checks import UploadRequest
from gallery.uploads.offers import AlreadyThere, Offered, Refused, offer
from tests.gallery.conftest import used_bytes

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db


def request(content: str, *, upload_id: UUID | None = None, size_bytes: int = 1000) -> UploadRequest:
    return UploadRequest(
        upload_id=upload_id or uuid4(),
        name=f"{content}.jpg",
        size_bytes=size_bytes,
        content_type="image/jpeg",
        sha256=base64.b64encode(hashlib.sha256(content.encode()).digest()).decode(),
    )


def requests(count: int) -> list[UploadRequest]:
    return [request(f"photo {number}") for number in range(count)]


def test_offer__new_file_reserves_its_bytes(alice: User) -> None:
    (outcome,) = offer(alice.pk, [request("a")], visibility="private")
    assert isinstance(outcome, Offered)
    photo = Photo.objects.get(pk=outcome.photo_id)
    assert (photo.state, photo.visibility, photo.owner, photo.size_bytes) == (
        "awaiting",
        "private",
        alice,
        1000,
    )
    assert used_bytes(alice) == 1000


def test_offer__signature_covers_all_terms(alice: User) -> None:
    wanted = request("a")
    with bound_contextvars(correlation_id="asked-by-alice"):
        (outcome,) = offer(alice.pk, [wanted], visibility="public")
    assert isinstance(outcome, Offered)
    query = parse_qs(urlsplit(outcome.offer.url).query)
    assert set(query["X-Amz-SignedHeaders"][0].split(";")) == {
        "content-length",
        "content-type",
        "host",
        "if-none-match",
        "x-amz-checksum-sha256",
        "x-amz-meta-correlation-id",
        "x-amz-meta-owner",
    }
    assert query["X-Amz-Expires"] == ["900"]
    assert outcome.offer.headers == {
        "Content-Type": "image/jpeg",
        "If-None-Match": "*",
        "x-amz-checksum-sha256": wanted.sha256,
        "x-amz-meta-owner": str(alice.pk),
        "x-amz-meta-correlation-id": "asked-by-alice",
    }


def test_offer__rows_deadline_is_after_the_signatures(alice: User) -> None:
    (outcome,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(outcome, Offered)
    assert Photo.objects.get().offered_until > outcome.expires_at


def test_offer__same_upload_id_returns_the_same_photo(alice: User) -> None:
    wanted = request("a")
    first, second = (offer(alice.pk, [wanted], visibility="public")[0] for _ in range(2))
    assert isinstance(first, Offered)
    assert isinstance(second, Offered)
    assert first.photo_id == second.photo_id
    assert Photo.objects.count() == 1
    assert used_bytes(alice) == 1000


def test_offer__same_file_resumes_the_open_offer(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    (second,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(second, Offered)
    assert isinstance(first, Offered)
    assert second.photo_id == first.photo_id
    assert used_bytes(alice) == 1000


def test_offer__file_that_the_owner_has_is_already_there(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    transitions.processed(first.photo_id, trusted=False, facts={})
    again = request("a")
    (second,) = offer(alice.pk, [again], visibility="public")
    assert second == AlreadyThere(str(again.upload_id), first.photo_id)


def test_offer__does_not_reveal_files_of_others(alice: User, bob: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    transitions.processed(first.photo_id, trusted=False, facts={})
    (second,) = offer(bob.pk, [request("a")], visibility="public")
    assert isinstance(second, Offered)
    assert second.photo_id != first.photo_id


def test_offer__file_in_the_trash_can_be_uploaded_again(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    transitions.trashed(first.photo_id, actor=alice)
    (second,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(second, Offered)
    assert second.photo_id != first.photo_id


def test_offer__expired_upload_in_the_trash_is_not_reopened(alice: User) -> None:
    upload_id = uuid4()
    (first,) = offer(alice.pk, [request("a", upload_id=upload_id)], visibility="public")
    assert isinstance(first, Offered)
    transitions.given_up(first.photo_id, offered_before=timezone.now() + timedelta(days=1))
    transitions.trashed(first.photo_id, actor=alice)
    (second,) = offer(alice.pk, [request("a", upload_id=upload_id)], visibility="public")
    assert second == AlreadyThere(str(upload_id), first.photo_id)
    assert Photo.objects.get().state == State.FAILED


def test_offer__expired_upload_is_reopened(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    transitions.given_up(first.photo_id, offered_before=timezone.now() + timedelta(days=1))
    (second,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(second, Offered)
    assert second.photo_id == first.photo_id
    assert Photo.objects.get().state == State.AWAITING


def test_offer__interrupted_upload_goes_on(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    ended = timezone.now() - timedelta(minutes=1)
    Photo.objects.update(offered_until=ended, missing_at=ended)
    assert Photo.objects.get().is_interrupted
    (second,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(second, Offered)
    assert second.photo_id == first.photo_id
    assert not Photo.objects.get().is_interrupted


def test_offer__changed_file_is_refused(alice: User) -> None:
    upload_id = uuid4()
    offer(alice.pk, [request("a", upload_id=upload_id)], visibility="public")
    (second,) = offer(alice.pk, [request("b", upload_id=upload_id)], visibility="public")
    assert second == Refused(str(upload_id), reasons.FILE_CHANGED)


def test_offer__file_twice_in_one_list_is_one_photo(alice: User) -> None:
    duplicates = [request("a"), request("a"), request("b")]
    first, second, third = offer(alice.pk, duplicates, visibility="public")
    assert isinstance(first, Offered)
    assert second == AlreadyThere(str(duplicates[1].upload_id), first.photo_id)
    assert isinstance(third, Offered)
    assert used_bytes(alice) == 2000


def test_offer__answers_in_the_order_of_the_list(alice: User) -> None:
    (first,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(first, Offered)
    refused = Refused("x", reasons.EMPTY)
    outcomes = offer(alice.pk, [request("b"), refused, request("a"), request("c")], visibility="public")
    assert [type(outcome) for outcome in outcomes] == [Offered, Refused, Offered, Offered]
    assert Photo.objects.count() == 3
    assert used_bytes(alice) == 3000


def test_offer__refuses_only_what_exceeds_the_quota(alice: User) -> None:
    alice.quota_bytes = 2500
    alice.save()
    outcomes = offer(alice.pk, requests(4), visibility="public")
    assert [type(outcome) for outcome in outcomes] == [Offered, Offered, Refused, Refused]
    assert isinstance(outcomes[3], Refused)
    assert outcomes[3].reason == reasons.QUOTA_EXCEEDED
    assert used_bytes(alice) == 2000


def test_offer__at_most_200_are_open(alice: User) -> None:
    for _ in range(4):
        batch = [request(str(uuid4())) for _ in range(50)]
        assert all(isinstance(o, Offered) for o in offer(alice.pk, batch, visibility="public"))
    (refused,) = offer(alice.pk, [request("one more")], visibility="public")
    assert isinstance(refused, Refused)
    assert refused.reason == reasons.TOO_MANY_OUTSTANDING


def test_offer__refuses_a_closed_account(alice: User) -> None:
    alice.is_active = False
    alice.save()
    (outcome,) = offer(alice.pk, [request("a")], visibility="public")
    assert isinstance(outcome, Refused)
    assert outcome.reason == reasons.ACCOUNT_CLOSED
    assert Photo.objects.count() == 0


def test_offer__refused_file_creates_no_row(alice: User) -> None:
    assert offer(alice.pk, [Refused("x", reasons.EMPTY)], visibility="public") == [
        Refused("x", reasons.EMPTY)
    ]
    assert Photo.objects.count() == 0
    assert used_bytes(alice) == 0


def test_repeated_offer__asks_s3_after_a_conflict_only(alice: User, stores: Stores) -> None:
    wanted = request("a", size_bytes=len(b"original"))
    (first,) = offer(alice.pk, [wanted], visibility="public")
    assert isinstance(first, Offered)
    stores.put_original(first.photo_id, b"original")
    (repeated,) = offer(alice.pk, [wanted], visibility="public")
    assert isinstance(repeated, Offered)
    (after_conflict,) = offer(alice.pk, [dataclasses.replace(wanted, met_conflict=True)], visibility="public")
    assert after_conflict == AlreadyThere(str(wanted.upload_id), first.photo_id)
