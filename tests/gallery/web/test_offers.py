"""Whatever is sent to the address of offers, it answers with words and never falls."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.urls import reverse

from gallery.accounts.trust import trusted_group
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db


def test_upload_page__says_who_is_reviewed(
    alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    alice.groups.add(trusted_group())
    for person, is_reviewed in ((alice, False), (bob, True)):
        page = client_of(person).get(reverse("upload")).content.decode()
        assert ("Everyone, after review" in page) is is_reviewed
        assert "Only me" in page


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (None, "public"),
        ("", "public"),
        ("public", "public"),
        ("private", "private"),
        ("Private", "private"),
        ("hidden", "private"),
        (False, "private"),
        ([], "private"),
        ({"a": 1}, "private"),
    ],
)
def test_offers__unknown_visibility_publishes_nothing(
    alice: User, client_of: Callable[[User], Client], empty_aws: None, said: object, kept: str
) -> None:
    wanted = {
        "upload_id": str(uuid4()),
        "name": "a.jpg",
        "size_bytes": 9,
        "content_type": "image/jpeg",
        "sha256": base64.b64encode(bytes(32)).decode(),
    }
    body = json.dumps({"uploads": [wanted], "visibility": said})
    client_of(alice).post(reverse("offers"), body, content_type="application/json")
    assert Photo.objects.get().visibility == kept


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '{"uploads": 1}', '{"uploads": [1]}', "[" * 200_000, b"\xff\xfe"]
)
def test_offers__malformed_request_refused(
    alice: User, client_of: Callable[[User], Client], body: str
) -> None:
    response = client_of(alice).post(reverse("offers"), body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()["reason"] == "malformed"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"width": 3000, "height": 1000}, (3000, 1000)),
        ({"width": 3000}, (None, None)),
        ({"width": 3000, "height": 0}, (None, None)),
        ({"width": 10**12, "height": 2000}, (None, None)),
        ({"width": True, "height": 2000}, (None, None)),
        ({"width": "3000", "height": [1]}, (None, None)),
    ],
)
def test_offers__tiles_have_the_shape_that_the_browser_says(
    alice: User,
    client_of: Callable[[User], Client],
    empty_aws: None,
    said: dict[str, object],
    kept: tuple[int | None, int | None],
) -> None:
    wanted = {
        "upload_id": str(uuid4()),
        "name": "a.jpg",
        "size_bytes": 9,
        "content_type": "image/jpeg",
        "sha256": base64.b64encode(bytes(32)).decode(),
    }
    browser = client_of(alice)
    browser.post(reverse("offers"), json.dumps({"uploads": [wanted | said]}), content_type="application/json")
    photo = Photo.objects.get()
    assert (photo.width, photo.height) == kept
    assert ("ratio-300" in browser.get("/me/photos/").text) == (kept[0] is not None)
