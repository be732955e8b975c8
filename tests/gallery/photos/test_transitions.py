"""Every move from every state."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.utils import timezone

from gallery.photos import transitions
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from tests.gallery.conftest import JustBefore, PhotoFactory

pytestmark = pytest.mark.django_db

MOVES = [value for value in vars(transitions).values() if isinstance(value, transitions.Move)]

ALLOWED = {
    ("processed", "awaiting"): "pending",
    ("processed", "failed"): "pending",
    ("processed_trusted", "awaiting"): "approved",
    ("processed_trusted", "failed"): "approved",
    ("failed", "awaiting"): "failed",
    ("given_up", "awaiting"): "failed",
    ("offered_again", "failed"): "awaiting",
    ("tried_again", "failed"): "awaiting",
    ("approved", "pending"): "approved",
    ("approved", "approved"): "approved",
    ("approved", "rejected"): "approved",
    ("rejected", "pending"): "rejected",
    ("rejected", "approved"): "rejected",
    ("rejected", "rejected"): "rejected",
    ("review_again", "approved"): "pending",
    ("review_again", "rejected"): "pending",
    ("asked_again", "rejected"): "pending",
    ("words_written", "approved"): "approved",
    ("words_approved", "approved"): "approved",
    ("words_rejected", "approved"): "approved",
    **{("taken_down", str(state)): "rejected" for state in State},
    **{
        (move, str(state)): str(state)
        for move in ("trashed", "restored", "accepted", "declined")
        for state in State
    },
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_apply__allowed_states_only(
    move: transitions.Move, state: State, make_photo: PhotoFactory, alice: User
) -> None:
    photo = make_photo(alice, state)
    made = transitions.apply(move, photo.pk, actor=alice, reason="why")
    photo.refresh_from_db()
    expected = ALLOWED.get((move.name, str(state)))
    assert made is (expected is not None)
    assert photo.state == (expected or state)
    entries = [(e.move, e.from_state, e.to_state, e.actor, e.reason) for e in HistoryEntry.objects.all()]
    assert entries == ([(move.name, state, expected, alice, "why")] if expected else [])


def test_apply__state_changed_after_it_was_read(
    make_photo: PhotoFactory, alice: User, charlie: User, just_before: JustBefore
) -> None:
    photo = make_photo(alice, State.PENDING)
    rows = Photo.objects.filter(pk=photo.pk)
    with just_before('UPDATE "photos_photo"', lambda: rows.update(state=State.REJECTED)):
        assert transitions.approved(photo.pk, actor=charlie) is False
    assert rows.get().state == State.REJECTED
    assert HistoryEntry.objects.count() == 0


def test_apply__photo_is_gone(alice: User) -> None:
    assert transitions.approved(uuid4(), actor=alice) is False
    assert HistoryEntry.objects.count() == 0


def test_put_back_to_review__second_moderator_gets_false(
    make_photo: PhotoFactory, alice: User, charlie: User
) -> None:
    photo = make_photo(alice, State.PENDING)
    assert transitions.put_back_to_review(photo.pk, actor=charlie) is False
    assert transitions.approved(photo.pk, actor=charlie) is True
    assert transitions.put_back_to_review(photo.pk, actor=charlie) is True
    assert transitions.put_back_to_review(photo.pk, actor=charlie) is False


def test_review__photo_in_trash(make_photo: PhotoFactory, alice: User, charlie: User) -> None:
    photo = make_photo(alice, State.PENDING, trashed_at=timezone.now())
    assert transitions.approved(photo.pk, actor=charlie) is False
    assert transitions.rejected(photo.pk, actor=charlie, reason="x") is False


def test_restored__keeps_the_state(make_photo: PhotoFactory, alice: User) -> None:
    photo = make_photo(alice, State.REJECTED)
    assert transitions.trashed(photo.pk, actor=alice) is True
    assert transitions.trashed(photo.pk, actor=alice) is False
    photo.refresh_from_db()
    assert photo.trashed_at is not None
    assert transitions.restored(photo.pk, actor=alice) is True
    photo.refresh_from_db()
    assert (photo.trashed_at, photo.state) == (None, State.REJECTED)


def test_approved__clears_the_review_note(make_photo: PhotoFactory, alice: User, charlie: User) -> None:
    photo = make_photo(alice, State.PENDING)
    transitions.rejected(photo.pk, actor=charlie, reason="Too blurred")
    photo.refresh_from_db()
    assert photo.review_note == "Too blurred"
    transitions.approved(photo.pk, actor=charlie)
    photo.refresh_from_db()
    assert photo.review_note == ""


def test_given_up__offer_renewed_meanwhile(make_photo: PhotoFactory, alice: User) -> None:
    photo = make_photo(alice, State.AWAITING)
    assert transitions.given_up(photo.pk, offered_before=photo.offered_until) is False
    assert transitions.given_up(photo.pk, offered_before=photo.offered_until + timedelta(seconds=1)) is True


def test_offered_again__expired_offers_only(make_photo: PhotoFactory, alice: User) -> None:
    damaged = make_photo(alice, State.FAILED, reason="damaged")
    never_arrived = make_photo(alice, State.FAILED, reason="never_arrived")
    until = timezone.now()
    assert transitions.offered_again(damaged.pk, offered_until=until) is False
    assert transitions.offered_again(never_arrived.pk, offered_until=until) is True


def test_delete__refused(make_photo: PhotoFactory, alice: User) -> None:
    photo = make_photo(alice, State.AWAITING)
    with pytest.raises(TypeError, match="purge"):
        photo.delete()
    with pytest.raises(TypeError, match="purge"):
        Photo.objects.all().delete()
