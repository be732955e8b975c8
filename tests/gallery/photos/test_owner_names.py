"""A display name is public once a moderator approved it, and never by a write that did not mean it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.accounts.models import AccountEvent, User
from gallery.blocks.models import Block
from gallery.photos import owner_names
from gallery.photos.actions import Outcome
from gallery.photos.states import State, Visibility
from gallery.processing import account_deletion

if TYPE_CHECKING:
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db


def shown(person: User) -> tuple[str, bool, str]:
    person.refresh_from_db()
    return person.shown_name, person.name_at is not None, person.name_note


def changed(person: User, name: str) -> Outcome:
    return owner_names.change(None, person, name)


def approve(person: User, by: User) -> Outcome:
    person.refresh_from_db()
    return owner_names.approve(person.pk, actor=by, name_mark=owner_names.mark(person))


def test_change__waits_and_is_approved(alice: User, charlie: User) -> None:
    assert changed(alice, "Alice B.") is Outcome.WORDS_WAIT
    assert shown(alice) == ("alice", True, "")
    assert approve(alice, charlie) is Outcome.DONE
    assert shown(alice) == ("Alice B.", False, "")
    kinds = [(event.kind, event.actor, event.details.get("name")) for event in alice.account_events.all()]
    assert (AccountEvent.Kind.NAME_CHANGED, None, None) in kinds
    assert (AccountEvent.Kind.NAME_APPROVED, charlie, "Alice B.") in kinds
    assert changed(alice, "Alice C.") is Outcome.WORDS_WAIT
    assert shown(alice) == ("Alice B.", True, "")
    assert changed(alice, "Alice B.") is Outcome.DONE
    assert shown(alice) == ("Alice B.", False, "")


def test_change__none_needs_no_review(alice: User, charlie: User) -> None:
    changed(alice, "Alice B.")
    approve(alice, charlie)
    assert changed(alice, "") is Outcome.DONE
    assert shown(alice) == ("alice", False, "")


@pytest.mark.parametrize("is_blocked", [False, True])
def test_change__trusted_owner(trusted: User, admin: User, is_blocked: bool) -> None:
    if is_blocked:
        Block.objects.create(person=trusted, by=admin, at=timezone.now(), reason="Ads")
    changed(trusted, "Tina T.")
    assert shown(trusted) == (("tina", True, "") if is_blocked else ("Tina T.", False, ""))


def test_reject__tells_why_and_takes_the_name_away(alice: User, charlie: User) -> None:
    changed(alice, "Alice B.")
    approve(alice, charlie)
    mark = owner_names.mark(User.objects.get(pk=alice.pk))
    assert owner_names.reject(alice.pk, actor=charlie, name_mark=mark, reason="Ads") is Outcome.DONE
    assert shown(alice) == ("alice", False, "Ads")
    changed(alice, "Alice B.")
    assert shown(alice) == ("alice", False, "Ads")


def test_reject__keeps_the_name_approved_before(alice: User, charlie: User) -> None:
    changed(alice, "Alice B.")
    approve(alice, charlie)
    changed(alice, "Buy now")
    mark = owner_names.mark(User.objects.get(pk=alice.pk))
    owner_names.reject(alice.pk, actor=charlie, name_mark=mark, reason="Ads")
    assert shown(alice) == ("Alice B.", False, "Ads")


def test_decide__another_name_than_was_read(alice: User, charlie: User) -> None:
    changed(alice, "Alice B.")
    mark = owner_names.mark(User.objects.get(pk=alice.pk))
    changed(alice, "Buy now")
    assert owner_names.approve(alice.pk, actor=charlie, name_mark=mark) is Outcome.WORDS_CHANGED
    assert shown(alice) == ("alice", True, "")


def test_decide__own_name(charlie: User, admin: User) -> None:
    changed(charlie, "Charlie C.")
    assert approve(charlie, charlie) is Outcome.OWN_PHOTO
    assert approve(charlie, admin) is Outcome.DONE


def test_save__of_an_older_copy_keeps_the_decision(alice: User, charlie: User) -> None:
    changed(alice, "Alice B.")
    approve(alice, charlie)
    older = User.objects.get(pk=alice.pk)
    owner_names.reject(alice.pk, actor=charlie, name_mark=owner_names.mark(older), reason="Ads")
    older.first_name = "Alice"
    older.save()
    assert shown(alice) == ("alice", False, "Ads")


@pytest.mark.parametrize(
    ("state", "visibility", "waits"),
    [
        (State.PENDING, Visibility.PUBLIC, True),
        (State.APPROVED, Visibility.PUBLIC, True),
        (State.APPROVED, Visibility.PRIVATE, False),
        (State.REJECTED, Visibility.PUBLIC, False),
    ],
)
def test_waiting__names_that_stand_beside_a_photo(
    state: State, visibility: Visibility, waits: bool, alice: User, bob: User, make_photo: PhotoFactory
) -> None:
    make_photo(alice, state, visibility=visibility)
    make_photo(bob)
    changed(alice, "Alice B.")
    assert list(owner_names.waiting()) == [alice][:waits]


@pytest.mark.usefixtures("empty_aws")
def test_deletion__takes_the_name_at_once(alice: User, charlie: User, make_photo: PhotoFactory) -> None:
    make_photo(alice)
    changed(alice, "Alice B.")
    approve(alice, charlie)
    alice.refresh_from_db()
    account_deletion.delete_account(alice, seconds=0)
    assert shown(alice)[0] == "alice"
