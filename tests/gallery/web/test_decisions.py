"""Owners hear on the site what became of their photos, and ask again once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.accounts.models import User
from gallery.api.tokens import Scope
from gallery.blocks.actions import block
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State
from gallery.presentation.decisions import MOST_NAMED, new_decisions
from tests.gallery.api.conftest import Program

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

MINE, SEEN = "/me/photos/", "/me/photos/decisions/seen/"
WHY = "Too blurry or too dark."


def decide(photo: Photo, moderator: User, *, reject: bool = False) -> None:
    if reject:
        outcome = actions.reject(photo.pk, actor=moderator, reason=WHY)
    else:
        outcome = actions.approve(photo.pk, actor=moderator, words_mark=photo.words_mark)
    assert outcome is Outcome.DONE


@pytest.fixture
def rejected(alice: User, charlie: User, make_photo: PhotoFactory) -> Photo:
    photo = make_photo(alice, State.PENDING, caption="Low tide")
    decide(photo, charlie, reject=True)
    photo.refresh_from_db()
    return photo


def told(user: User) -> str:
    found = new_decisions(User.objects.get(pk=user.pk))
    return found.sentence if found else ""


def test_line__counts_and_names_what_is_not_shown(
    alice: User,
    charlie: User,
    rejected: Photo,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
) -> None:
    for _ in range(12):
        decide(make_photo(alice, State.PENDING), charlie)
    browser = client_of(alice)
    page = browser.get(MINE)
    assert "Reviewed: 12 approved, 1 not shown." in page.text
    assert f'<a class="as-link" href="{rejected.get_absolute_url()}">Low tide</a>' in page.text
    # In place, on the photo.
    assert f"Reason: {WHY}" in browser.get(rejected.get_absolute_url()).text
    until = page.context["decisions"].until.isoformat()
    assert browser.post(SEEN, {"until": until}).url == MINE
    assert "Reviewed:" not in browser.get(MINE).text
    decide(make_photo(alice, State.PENDING), charlie)
    assert "Reviewed: 1 approved." in browser.get(MINE).text


def test_line__is_about_decisions_of_others_that_stand(
    alice: User, charlie: User, admin: User, make_photo: PhotoFactory
) -> None:
    photo, trashed = (make_photo(alice, State.PENDING) for _ in range(2))
    assert told(alice) == ""
    decide(photo, charlie)
    decide(trashed, charlie)
    actions.trash(trashed.pk, actor=alice)
    assert told(alice) == "1 approved"
    actions.put_back(photo.pk, actor=charlie)
    assert told(alice) == ""
    actions.take_down(photo.pk, actor=admin, reason="Stolen.")
    assert told(alice) == "1 not shown"
    decide(make_photo(admin, State.PENDING), charlie)
    assert told(alice) == "1 not shown"


def test_line__own_decision(charlie: User, make_photo: PhotoFactory) -> None:
    decide(make_photo(charlie, State.PENDING), charlie)
    assert told(charlie) == ""


def test_line__many(alice: User, make_photo: PhotoFactory) -> None:
    for _ in range(MOST_NAMED + 2):
        make_photo(alice, State.REJECTED, decided_at=timezone.now())
    with CaptureQueriesContext(connection) as queries:
        found = new_decisions(alice)
    assert found
    assert (found.rejected, len(found.not_shown), found.more) == (MOST_NAMED + 2, MOST_NAMED, 2)
    assert len(queries) == 2


@pytest.mark.parametrize("until", ["", "yesterday", "2026-04-30T10:00:00"])
def test_seen__no_instant(alice: User, client_of: Callable[[User], Client], until: str) -> None:
    assert client_of(alice).post(SEEN, {"until": until}).status_code == 404


def test_seen__never_later_than_now_nor_earlier_than_before(
    alice: User, rejected: Photo, client_of: Callable[[User], Client]
) -> None:
    browser, now = client_of(alice), timezone.now()
    browser.post(SEEN, {"until": (now + timedelta(days=9)).isoformat()})
    seen_at = User.objects.get(pk=alice.pk).decisions_seen_at
    assert seen_at
    assert now <= seen_at <= timezone.now()
    browser.post(SEEN, {"until": (now - timedelta(days=9)).isoformat()})
    assert User.objects.get(pk=alice.pk).decisions_seen_at == seen_at


def test_ask_again__once_with_a_word_to_the_moderator(
    alice: User, charlie: User, rejected: Photo, client_of: Callable[[User], Client]
) -> None:
    browser, path = client_of(alice), f"/photos/{rejected.pk}/ask-again/"
    assert path in browser.get(rejected.get_absolute_url()).text
    browser.post(path, {"words": "It is fog."})
    rejected.refresh_from_db()
    assert (rejected.state, rejected.asked_again, told(alice)) == (State.PENDING, True, "")
    desk = client_of(charlie)
    for page in ("/admin/photos/photo/", f"/admin/photos/photo/{rejected.pk}/change/"):
        text = desk.get(page).text
        assert "The owner asked for another review." in text
        assert f"Rejected before: {WHY}" in text
        assert "The owner says: “It is fog.”" in text
    decide(rejected, charlie, reject=True)
    assert path not in browser.get(rejected.get_absolute_url()).text
    assert actions.ask_again(rejected.pk, actor=alice) is Outcome.ASKED_ALREADY
    assert Photo.objects.get().state == State.REJECTED
    assert HistoryEntry.objects.filter(move="asked_again", reason="It is fog.").count() == 1


@pytest.mark.parametrize("state", [State.PENDING, State.APPROVED, State.FAILED])
def test_ask_again__state_does_not_allow_it(alice: User, make_photo: PhotoFactory, state: State) -> None:
    assert actions.ask_again(make_photo(alice, state).pk, actor=alice) is Outcome.CONFLICT


def test_ask_again__refused(alice: User, admin: User, rejected: Photo) -> None:
    actions.trash(rejected.pk, actor=alice)
    assert actions.ask_again(rejected.pk, actor=alice) is Outcome.CONFLICT
    actions.restore(rejected.pk, actor=alice)
    block(alice, by=admin, reason="Spam.")
    assert actions.ask_again(rejected.pk, actor=alice) is Outcome.BLOCKED
    actions.take_down(rejected.pk, actor=admin, reason="Stolen.")
    assert actions.ask_again(rejected.pk, actor=alice) is Outcome.TAKEN_DOWN
    assert Photo.objects.get().state == State.REJECTED


def test_ask_again__by_the_api(alice: User, bob: User, charlie: User, rejected: Photo) -> None:
    program, path = Program(alice, [Scope.READ, Scope.UPLOAD]), f"/photos/{rejected.pk}/ask-again"
    before = program.get(f"/photos/{rejected.pk}").json()
    assert (before["canAskAgain"], bool(before["decidedAt"])) == (True, True)
    assert WHY in before["sentence"]
    assert Program(bob, [Scope.UPLOAD]).post(path, {}).status_code == 404
    after = program.post(path, {"words": "It is fog."}).json()
    assert (after["state"], after["canAskAgain"], after["decidedAt"]) == ("pending", False, None)
    seen = Program(charlie, list(Scope)).get(f"/photos/{rejected.pk}").json()
    assert "It is fog." in seen["reviewHint"]
    again = program.post(path, {})
    assert (again.status_code, again.json()["reason"]) == (409, "conflict")
    decide(rejected, charlie, reject=True)
    again = program.post(path, {})
    assert (again.status_code, again.json()["reason"]) == (409, "asked_already")
