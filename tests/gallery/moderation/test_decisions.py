"""Deciding on many photos at once: each where it was seen, none by surprise, and back again."""

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
def desk(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


@pytest.fixture
def three(alice: User, make_photo: PhotoFactory) -> list[Photo]:
    return [make_photo(alice, State.PENDING) for _ in range(3)]


def decide(desk: Client, decision: str, *photos: Photo, **more: str) -> HttpResponse:
    chosen = [f"{photo.pk}:{photo.state}:{photo.words_mark}" for photo in photos]
    return desk.post(URL, {"decision": decision, "chosen": chosen, **more})


def states(photos: list[Photo]) -> list[str]:
    now = dict(Photo.objects.values_list("pk", "state"))
    return [now[photo.pk] for photo in photos]


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_approving_tells_how_many_moved(desk: Client, charlie: User, three: list[Photo]) -> None:
    response = decide(desk, "approve", *three)
    assert said(response) == ["3 approved."]
    assert states(three) == ["approved"] * 3
    assert set(HistoryEntry.objects.values_list("move", "actor")) == {("approved", charlie.pk)}


@pytest.mark.parametrize(
    ("path", "change"),
    [("edit/", {"caption": "Buy now", "visibility": "public"}), ("organize/", {"tags": "buy now"})],
)
def test_approve__words_changed_since_they_were_read(
    desk: Client,
    alice: User,
    client_of: Callable[[User], Client],
    three: list[Photo],
    path: str,
    change: dict[str, str],
) -> None:
    values = re.findall(r'name="chosen" value="([^"]+)"', desk.get(URL).text)
    assert len(values) == 3
    client_of(alice).post(f"{three[1].get_absolute_url()}{path}", change)
    response = desk.post(URL, {"decision": "approve", "chosen": values})
    assert said(response) == ["2 approved. The caption or tags of 1 changed: read them again."]
    assert states(three) == ["approved", "pending", "approved"]


def test_approve__without_words_mark(desk: Client, three: list[Photo]) -> None:
    desk.post(URL, {"decision": "approve", "chosen": [f"{three[0].pk}:pending"]})
    assert states(three) == ["pending"] * 3


def test_it_comes_back_to_where_it_was_asked(desk: Client, three: list[Photo]) -> None:
    path, value = f"{URL}?show=pending&p=2", f"{three[0].pk}:pending:{three[0].words_mark}"
    assert desk.post(path, {"decision": "approve", "chosen": value}).url == path


def test_rejecting_asks_why_first(desk: Client, three: list[Photo]) -> None:
    page = decide(desk, "reject", *three[:2])
    assert page.status_code == 200
    assert page.context_data["title"] == "Reject 2 photos"
    assert states(three) == ["pending"] * 3
    values = page.context_data["values"]
    again = desk.post(URL, {"decision": "reject", "chosen": values, "reason": "  "})
    assert "Say why: the owner reads it." in again.content.decode()
    response = desk.post(URL, {"decision": "reject", "chosen": values, "reason": "Too dark."})
    assert said(response) == ["2 rejected."]
    assert states(three) == ["rejected", "rejected", "pending"]
    assert Photo.objects.get(pk=three[0].pk).review_note == "Too dark."
    assert HistoryEntry.objects.first().reason == "Too dark."


def test_somebody_who_was_first_is_not_overruled_unseen(
    desk: Client, admin: User, three: list[Photo]
) -> None:
    transitions.rejected(three[0].pk, actor=admin, reason="no")
    transitions.approved(three[1].pk, actor=admin)
    response = decide(desk, "approve", *three)
    assert said(response) == ["1 approved. Someone else was first on 2."]
    assert states(three) == ["rejected", "approved", "approved"]


def test_what_its_owner_took_back_meanwhile_is_left_alone(desk: Client, three: list[Photo]) -> None:
    Photo.objects.filter(pk=three[0].pk).update(visibility=Visibility.PRIVATE)
    Photo.objects.filter(pk=three[1].pk).update(trashed_at=timezone.now())
    assert said(decide(desk, "approve", *three)) == ["1 approved. Someone else was first on 2."]
    assert states(three) == ["pending", "pending", "approved"]


@pytest.mark.parametrize(("decision", "more"), [("approve", {}), ("reject", {"reason": "no"})])
def test_a_decision_can_be_taken_back_on_the_next_page_only(
    desk: Client, three: list[Photo], decision: str, more: dict[str, str]
) -> None:
    decide(desk, decision, *three, **more)
    undo = desk.get(URL).context_data["undo"]
    response = desk.post(URL, {"decision": undo["decision"], "chosen": undo["values"]})
    assert said(response)[-1] == "3 put back to review."
    assert states(three) == ["pending"] * 3
    assert Photo.objects.get(pk=three[0].pk).review_note == ""
    desk.get(URL)
    assert desk.get(URL).context_data["undo"] is None


@pytest.mark.parametrize("state", [State.AWAITING, State.FAILED])
def test_nothing_is_decided_of_what_nobody_can_see(
    desk: Client, alice: User, make_photo: PhotoFactory, state: State
) -> None:
    photo = make_photo(alice, state)
    assert desk.get(URL, {"show": state.value}).context_data["offered"] == []
    assert said(decide(desk, "approve", photo)) == ["Someone else was first on 1."]
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
def test_odd_requests_change_nothing(desk: Client, three: list[Photo], data, status: int) -> None:
    response = desk.post(URL, data)
    assert response.status_code == status
    assert states(three) == ["pending"] * 3


def test_a_hundred_at_most_are_decided_at_once(desk: Client, alice: User, make_photo: PhotoFactory) -> None:
    photos = [make_photo(alice, State.PENDING) for _ in range(101)]
    assert said(decide(desk, "approve", *photos)) == ["100 approved."]


def test_only_admins_move_photos_to_the_trash_and_back(
    desk: Client, admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, State.APPROVED)
    assert decide(desk, "trash", photo).status_code == 403
    client = client_of(admin)
    assert said(decide(client, "trash", photo)) == ["1 moved to the trash."]
    assert Photo.objects.trashed().get() == photo
    assert client.get(URL, {"show": "trash"}).context_data["offered"] == ["restore"]
    assert said(decide(client, "restore", photo))[-1] == "1 taken out of the trash."
    assert Photo.objects.not_trashed().get() == photo


def test_a_photo_uploaded_again_stays_in_the_trash(
    admin: User, client_of: Callable[[User], Client], alice: User, make_photo: PhotoFactory
) -> None:
    photo = make_photo(alice, trashed_at=timezone.now())
    make_photo(alice, sha256=photo.sha256)
    response = decide(client_of(admin), "restore", photo)
    assert said(response) == ["1 stayed: their owners uploaded the same picture again."]
    assert Photo.objects.trashed().get() == photo
