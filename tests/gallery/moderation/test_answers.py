"""Decisions that the page's script sends: an outcome for each photo, its undo, and why one was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from gallery.albums import words
from gallery.photos import actions
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

URL = "/admin/photos/photo/"


@pytest.fixture
def browser(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


def value(photo: Photo) -> str:
    photo.refresh_from_db()
    return f"{photo.pk}:{photo.state}:{photo.words_mark}"


def send(client: Client, decision: str, *values: str, reason: str = "") -> list[dict[str, Any]]:
    data = {"decision": decision, "chosen": values, "reason": reason}
    answer = client.post(URL, data, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def state(photo: Photo) -> tuple[str, str]:
    photo.refresh_from_db()
    return photo.state, photo.review_note


def take_back(client: Client, result: dict[str, Any]) -> dict[str, Any]:
    undo = result["undo"]
    return send(client, undo["decision"], result["value"], reason=undo["reason"])[0]


def test_decision__answers_each_photo(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(3)]
    results = send(browser, "approve", *map(value, photos))
    assert [(one["id"], one["outcome"], one["state"]) for one in results] == [
        (str(photo.pk), "done", "approved") for photo in photos
    ]
    page = browser.get(URL)
    assert "approved." not in page.text, "the script has said so"
    assert page.context_data["undo"] is None


@pytest.mark.parametrize(
    ("before", "decision"),
    [
        ("pending", "approve"),
        ("pending", "reject"),
        ("approved", "reject"),
        ("approved", "review"),
        ("rejected", "approve"),
        ("rejected", "review"),
        ("rejected", "reject"),
    ],
)
def test_undo__leads_back_to_what_was_seen(
    browser: Client, alice: User, make_photo: PhotoFactory, before: str, decision: str
) -> None:
    photo = make_photo(alice, State(before), review_note="Too dark." if before == "rejected" else "")
    (result,) = send(browser, decision, value(photo), reason="Not a photo." if decision == "reject" else "")
    assert result["outcome"] == "done"
    assert take_back(browser, result)["outcome"] == "done"
    assert state(photo) == (before, "Too dark." if before == "rejected" else "")


def test_undo__many_levels_of_one_photo(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING)
    current, levels = value(photo), []
    for number in range(20):
        decision, reason = ("approve", "") if number % 2 else ("reject", f"Reason {number}.")
        (result,) = send(browser, decision, current, reason=reason)
        assert result["outcome"] == "done"
        levels.append((result["undo"], state(photo)))
        current = result["value"]
    for undo, was in reversed(levels):
        assert state(photo) == was
        (result,) = send(browser, undo["decision"], current, reason=undo["reason"])
        assert result["outcome"] == "done"
        current = result["value"]
    assert state(photo) == ("pending", "")


def test_undo__refused_if_someone_moved_the_photo(
    browser: Client, admin: User, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    (result,) = send(browser, "approve", value(photo))
    actions.reject(photo.pk, actor=admin, reason="no")
    actions.approve(photo.pk, actor=admin, words_mark=photo.words_mark)
    refused = take_back(browser, result)
    assert refused["outcome"] == "conflict"
    assert refused["sentence"] == ("Not saved. admin changed this photo after you opened the page: Approved.")
    assert state(photo)[0] == "approved"


def test_undo__of_an_approval_that_waits_shows_new_words(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.APPROVED)
    (result,) = send(browser, "review", value(photo))
    words.change_words(photo.pk, actor=alice, caption="Buy now")
    refused = take_back(browser, result)
    assert refused["outcome"] == "words_changed"
    assert state(photo)[0] == "pending"


def test_refusal__someone_decided_first(
    browser: Client, admin: User, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    seen = value(photo)
    actions.reject(photo.pk, actor=admin, reason="Too dark.")
    (result,) = send(browser, "approve", seen)
    assert (result["outcome"], result["state"]) == ("conflict", "rejected")
    assert "admin changed this photo" in result["sentence"]
    assert f'value="{result["value"].rpartition(":")[0]}"' in result["tile"]
    assert state(photo)[0] == "rejected"


def test_refusal__new_words_come_with_the_tile(
    browser: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo, other = make_photo(alice, State.PENDING), make_photo(alice, State.PENDING)
    seen = value(photo)
    words.change_words(photo.pk, actor=alice, caption="Buy now")
    changed, done = send(browser, "approve", seen, value(other))
    assert (changed["outcome"], done["outcome"]) == ("words_changed", "done")
    assert "Read them again" in changed["sentence"]
    assert "Buy now" in changed["tile"]
    assert value(photo) in changed["tile"]
    assert send(browser, "approve", value(photo))[0]["outcome"] == "done"


@pytest.mark.parametrize(
    "change", [{"visibility": Visibility.PRIVATE}, {"trashed_at": timezone.now()}], ids=["private", "trash"]
)
def test_refusal__tells_nothing_of_photos_out_of_reach(
    browser: Client, alice: User, make_photo: PhotoFactory, change: dict[str, Any]
) -> None:
    photo = make_photo(alice, State.PENDING, caption="a secret")
    seen = value(photo)
    Photo.objects.filter(pk=photo.pk).update(**change)
    (result,) = send(browser, "approve", seen)
    assert result == {
        "id": str(photo.pk),
        "outcome": "conflict",
        "sentence": "This photo is no longer here. Its owner made it private or deleted it.",
        "tile": "",
    }


@pytest.mark.parametrize(("decision", "reason"), [("approve", ""), ("reject", "Too dark.")])
def test_repeat__of_a_decision_whose_answer_was_lost(
    browser: Client, alice: User, make_photo: PhotoFactory, decision: str, reason: str
) -> None:
    photo = make_photo(alice, State.PENDING)
    seen = value(photo)
    for _ in range(2):
        (result,) = send(browser, decision, seen, reason=reason)
        assert result["outcome"] == "done"
    assert HistoryEntry.objects.filter(photo=photo).count() == 1
    assert take_back(browser, result)["outcome"] == "done"


def test_repeat__of_another_moderators_decision(
    browser: Client, admin: User, alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.PENDING)
    seen = value(photo)
    actions.approve(photo.pk, actor=admin, words_mark=photo.words_mark)
    (result,) = send(browser, "approve", seen)
    assert (result["outcome"], "undo" in result) == ("conflict", False)


def test_refusal__own_photo(browser: Client, admin: User, charlie: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(charlie, State.PENDING)
    assert "Your own photo." in browser.get(URL).text
    (result,) = send(browser, "approve", value(photo))
    assert result["outcome"] == "own_photo"
    assert "data-own" in result["tile"]


def test_reject__needs_a_reason(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photo = make_photo(alice, State.PENDING)
    data = {"decision": "reject", "chosen": value(photo), "reason": " "}
    answer = browser.post(URL, data, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()) == (422, {"sentence": "Enter a reason. The owner sees it."})
    assert state(photo)[0] == "pending"


@pytest.mark.parametrize("last_move", ["0", "x", "-1", "9" * 30])
def test_decision__invalid_mark_of_the_last_move(
    browser: Client, alice: User, make_photo: PhotoFactory, last_move: str
) -> None:
    photo = make_photo(alice, State.PENDING)
    results = send(browser, "approve", f"{value(photo)}:{last_move}")
    assert [one["outcome"] for one in results] in ([], ["conflict"])
    assert state(photo)[0] == "pending"


def test_trash__is_undone_by_admins(
    admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo, client = make_photo(alice, State.APPROVED), client_of(admin)
    (result,) = send(client, "trash", value(photo))
    assert result["undo"] == {"decision": "restore", "reason": ""}
    assert take_back(client, result)["outcome"] == "done"
    photo.refresh_from_db()
    assert photo.trashed_at is None
