"""Decisions about many photos: each only if it is still as it was seen, and undone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from gallery.photos import transitions
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import State, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse
    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

URL = "/admin/photos/photo/"


@pytest.fixture
def browser(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


@pytest.fixture
def three(alice: User, make_photo: PhotoFactory) -> list[Photo]:
    return [make_photo(alice, State.PENDING) for _ in range(3)]


def decide(browser: Client, decision: str, *photos: Photo, **more: str) -> HttpResponse:
    chosen = [f"{photo.pk}:{photo.state}:{photo.words_mark}" for photo in photos]
    return browser.post(URL, {"decision": decision, "chosen": chosen, **more})


def states(photos: list[Photo]) -> list[str]:
    now = dict(Photo.objects.values_list("pk", "state"))
    return [now[photo.pk] for photo in photos]


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_approve__works(browser: Client, charlie: User, three: list[Photo]) -> None:
    response = decide(browser, "approve", *three)
    assert said(response) == ["3 approved."]
    assert states(three) == ["approved"] * 3
    assert set(HistoryEntry.objects.values_list("move", "actor")) == {("approved", charlie.pk)}


@pytest.mark.parametrize(
    ("path", "change"),
    [("edit/", {"caption": "Buy now", "visibility": "public"}), ("organize/", {"tags": "buy now"})],
)
def test_approve__words_changed_since_they_were_read(
    browser: Client,
    alice: User,
    client_of: Callable[[User], Client],
    three: list[Photo],
    path: str,
    change: dict[str, str],
) -> None:
    values = re.findall(r'name="chosen" value="([^"]+)"', browser.get(URL).text)
    assert len(values) == 3
    client_of(alice).post(f"{three[1].get_absolute_url()}{path}", change)
    response = browser.post(URL, {"decision": "approve", "chosen": values})
    assert said(response) == [
        "2 approved. 1 not approved: the caption, tags or name changed. Read them again."
    ]
    assert states(three) == ["approved", "pending", "approved"]


def test_approve__without_words_mark(browser: Client, three: list[Photo]) -> None:
    browser.post(URL, {"decision": "approve", "chosen": [f"{three[0].pk}:pending"]})
    assert states(three) == ["pending"] * 3


def test_decision__redirects_back(browser: Client, three: list[Photo]) -> None:
    path, value = f"{URL}?show=pending&p=2", f"{three[0].pk}:pending:{three[0].words_mark}"
    assert browser.post(path, {"decision": "approve", "chosen": value}).url == path


def test_reject__asks_for_a_reason(browser: Client, three: list[Photo]) -> None:
    page = decide(browser, "reject", *three[:2])
    assert page.status_code == 200
    assert page.context_data["title"] == "Reject 2 photos"
    assert states(three) == ["pending"] * 3
    values = page.context_data["values"]
    again = browser.post(URL, {"decision": "reject", "chosen": values, "reason": "  "})
    assert "Enter a reason. The owner sees it." in again.content.decode()
    response = browser.post(URL, {"decision": "reject", "chosen": values, "reason": "Too dark."})
    assert said(response) == ["2 rejected."]
    assert states(three) == ["rejected", "rejected", "pending"]
    assert Photo.objects.get(pk=three[0].pk).review_note == "Too dark."
    assert HistoryEntry.objects.first().reason == "Too dark."


def test_approve__someone_was_first(browser: Client, admin: User, three: list[Photo]) -> None:
    transitions.rejected(three[0].pk, actor=admin, reason="no")
    transitions.approved(three[1].pk, actor=admin)
    response = decide(browser, "approve", *three)
    assert said(response) == ["1 approved. 2 not changed: the page was out of date."]
    assert states(three) == ["rejected", "approved", "approved"]


def test_approve__made_private_or_trashed_meanwhile(browser: Client, three: list[Photo]) -> None:
    Photo.objects.filter(pk=three[0].pk).update(visibility=Visibility.PRIVATE)
    Photo.objects.filter(pk=three[1].pk).update(trashed_at=timezone.now())
    assert said(decide(browser, "approve", *three)) == [
        "1 approved. 2 not changed: the page was out of date."
    ]
    assert states(three) == ["pending", "pending", "approved"]


@pytest.mark.parametrize(("decision", "more"), [("approve", {}), ("reject", {"reason": "no"})])
def test_undo__offered_on_the_next_page_only(
    browser: Client, three: list[Photo], decision: str, more: dict[str, str]
) -> None:
    decide(browser, decision, *three, **more)
    undo = browser.get(URL).context_data["undo"]
    response = browser.post(URL, {"decision": undo["decision"], "chosen": undo["values"]})
    assert said(response)[-1] == "3 sent back to review."
    assert states(three) == ["pending"] * 3
    assert Photo.objects.get(pk=three[0].pk).review_note == ""
    browser.get(URL)
    assert browser.get(URL).context_data["undo"] is None


@pytest.mark.parametrize("state", [State.AWAITING, State.FAILED])
def test_approve__not_processed(browser: Client, alice: User, make_photo: PhotoFactory, state: State) -> None:
    photo = make_photo(alice, state)
    assert browser.get(URL, {"show": state.value}).context_data["offered"] == []
    assert said(decide(browser, "approve", photo)) == ["1 not changed: the page was out of date."]
    assert states([photo]) == [state]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({}, 404),
        ({"decision": "delete", "chosen": "x"}, 404),
        ({"decision": "approve"}, 302),
        ({"decision": "approve", "chosen": ["nothing", "00000000-0000-0000-0000-000000000000:gone"]}, 302),
    ],
)
def test_decision__invalid_request(browser: Client, three: list[Photo], data, status: int) -> None:
    response = browser.post(URL, data)
    assert response.status_code == status
    assert states(three) == ["pending"] * 3


def test_decision__at_most_100_photos(browser: Client, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(101)]
    assert said(decide(browser, "approve", *photos)) == ["100 approved."]


def test_trash__admins_only(
    browser: Client, admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.APPROVED)
    assert decide(browser, "trash", photo).status_code == 403
    client = client_of(admin)
    assert said(decide(client, "trash", photo)) == ["1 moved to trash."]
    assert Photo.objects.trashed().get() == photo
    assert client.get(URL, {"show": "trash"}).context_data["offered"] == ["restore"]
    assert said(decide(client, "restore", photo))[-1] == "1 restored."
    assert Photo.objects.not_trashed().get() == photo


def test_restore__uploaded_again(
    admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    make_photo(alice, sha256=photo.sha256)
    response = decide(client_of(admin), "restore", photo)
    assert said(response) == ["1 not restored: the owner uploaded the same photo again."]
    assert Photo.objects.trashed().get() == photo
