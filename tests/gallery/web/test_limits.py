"""Pages refuse writes beyond the limit, and never what people do."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from http import HTTPStatus
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.test import Client

from gallery.albums.models import Album
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.web import limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = pytest.mark.django_db

TOO_FAST = HTTPStatus.TOO_MANY_REQUESTS


def upload(number: int) -> dict[str, str | int]:
    return {
        "upload_id": str(uuid4()),
        "name": f"{number}.jpg",
        "content_type": "image/jpeg",
        "size_bytes": 10,
        "sha256": base64.b64encode(sha256(str(number).encode()).digest()).decode(),
    }


def test_writes__beyond_the_limit_get_a_page_that_says_how_long(
    client_of: Callable[[User], Client], alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITES", limits.Limit("tiny", 5, limits.MINUTE, burst=5))
    client = client_of(alice)
    answers = [client.post("/albums/new/", {"title": f"Album {n}", "visibility": "public"}) for n in range(7)]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [302] * 5 + [TOO_FAST] * 2
    assert Album.objects.count() == 5
    assert 1 <= int(answers[-1]["Retry-After"]) <= 12
    assert answers[-1]["Cache-Control"] == "no-store, private"
    page = answers[-1].content.decode()
    assert f"Too many changes at once. Wait {answers[-1]['Retry-After']} second" in page
    assert "Nothing was changed." in page


@pytest.fixture
def exhausted(alice: User, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Return Alice's client after she used up her limits."""
    for name in ("WRITES", "STAFF_WRITES"):
        monkeypatch.setattr(limits, name, limits.Limit(name, 1, limits.MINUTE, burst=1))
    monkeypatch.setattr("gallery.web.uploads.OFFERS", limits.Limit("offers", 1, limits.MINUTE, burst=1))
    client = Client()
    client.force_login(alice)
    client.post("/me/notifications/", {"rhythm": "off"})
    client.post("/uploads/offers/", "{}", content_type="application/json")
    return client


WRITES = [
    "/upload/",
    "/uploads/offers/",
    "/photos/{photo}/edit/",
    "/photos/{photo}/trash/",
    "/photos/{photo}/organize/",
    "/photos/{photo}/file-tags/",
    "/photos/{photo}/stack/",
    "/photos/{photo}/date/",
    "/photos/{photo}/rotate/",
    "/photos/{photo}/try-again/",
    "/photos/{photo}/ask-again/",
    "/me/photos/decisions/seen/",
    "/albums/new/",
    "/albums/{album}/edit/",
    "/albums/{album}/delete/",
    "/me/tokens/",
    "/me/notifications/",
    "/me/delete/",
    "/me/email/",
    "/me/password/",
]


@pytest.mark.parametrize("path", WRITES)
def test_limit__holds_for_each_page_that_writes(
    path: str, exhausted: Client, alice: User, make_photo: PhotoFactory
) -> None:
    photo, album = make_photo(alice, State.FAILED), Album.objects.create(owner=alice, title="Sea")
    before = list(Photo.objects.values()), list(Album.objects.values())
    response = exhausted.post(path.format(photo=photo.pk, album=album.pk), {"title": "New"})
    assert response.status_code == TOO_FAST
    assert 1 <= int(response["Retry-After"]) <= 60
    assert (list(Photo.objects.values()), list(Album.objects.values())) == before


def test_limit__reading_and_signing_out_are_free(exhausted: Client) -> None:
    assert exhausted.get("/me/photos/").status_code == HTTPStatus.OK
    assert exhausted.post("/sign-out/").status_code == HTTPStatus.FOUND


def test_limit__is_each_persons_own(
    exhausted: Client, client_of: Callable[[User], Client], bob: User
) -> None:
    assert exhausted.post("/albums/new/", {"title": "Mine"}).status_code == TOO_FAST
    assert client_of(bob).post("/albums/new/", {"title": "His", "visibility": "public"}).status_code == 302


def test_limit__of_visitors_is_by_address(exhausted: Client) -> None:
    statuses = [
        Client(REMOTE_ADDR=address).post("/sign-in/", {"username": "x", "password": "y"}).status_code
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2")
    ]
    assert statuses == [200, TOO_FAST, 200]


def test_limit__forged_request_of_another_site_is_not_counted(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITES", limits.Limit("tiny", 1, limits.MINUTE, burst=1))
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    for _ in range(3):
        assert client.post("/albums/new/", {"title": "Forged"}).status_code == HTTPStatus.FORBIDDEN


def test_offers__refusals_count_and_are_told_as_json(exhausted: Client) -> None:
    response = exhausted.post("/uploads/offers/", "{}", content_type="application/json")
    assert (response.status_code, response.json()["reason"]) == (TOO_FAST, "too_fast")
    assert "Wait" in response.json()["sentence"]


def test_offers__of_new_files_are_limited_by_their_places_alone(exhausted: Client, empty_aws: None) -> None:
    for start in range(0, 200, 50):
        batch = {"uploads": [upload(start + number) for number in range(50)]}
        response = exhausted.post("/uploads/offers/", json.dumps(batch), content_type="application/json")
        assert {result["outcome"] for result in response.json()["results"]} == {"offered"}
    response = exhausted.post(
        "/uploads/offers/", json.dumps({"uploads": [upload(200)]}), content_type="application/json"
    )
    assert response.status_code == TOO_FAST


@pytest.mark.parametrize("path", ["/search/", "/search/suggestions/"])
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_search__is_limited_and_says_how_long(
    path: str,
    is_signed_in: bool,
    empty_aws: None,
    alice: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gallery.web.search.SEARCHES", limits.Limit("tiny", 2, limits.MINUTE, burst=2))
    shown = make_photo(alice, caption="sea").get_absolute_url()
    client = client_of(alice) if is_signed_in else Client(REMOTE_ADDR="192.0.2.1")
    answers = [client.get(path, {"q": "sea"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, TOO_FAST]
    refused = answers[-1]
    assert 1 <= int(refused["Retry-After"]) <= 30
    assert shown in answers[0].text
    assert shown not in refused.text
    if path == "/search/":
        assert "Too many searches at once." in refused.text
        assert client.get(path).status_code == HTTPStatus.OK, "the page itself costs nothing"
    assert Client(REMOTE_ADDR="192.0.2.2").get(path, {"q": "sea"}).status_code == HTTPStatus.OK


def test_limits__leave_room_for_what_people_do() -> None:
    # Two thousand photos one by one, none of which brings an offer; and ten decisions a second.
    assert limits.OFFERS.burst >= 2000
    assert limits.STAFF_WRITES.count >= 10 * limits.MINUTE.total_seconds()
