"""Shared caches keep anonymous pages for a minute at most, and browsers none that shows a photo.

Browsers show a stored page without asking when they go back or restore a window, with its pictures from disk,
even if these have expired. So nothing is stored that doesn't state for how long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from tests.gallery.conftest import PASSWORD
from tests.gallery.test_permission_matrix import World, routes, world

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

__all__ = ["world"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]


def test_sheet__anonymous_is_shared_for_a_minute(client: Client, settings: SettingsWrapper) -> None:
    assert client.get(reverse("sheet")).headers["Cache-Control"] == "private, no-store"
    settings.ORIGIN_SECRET = "shared"
    client.defaults["HTTP_X_ORIGIN_SECRET"] = "shared"
    response = client.get(reverse("sheet"))
    assert response.headers["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert {"Cookie", "HX-Request"} <= {name.strip() for name in response.headers["Vary"].split(",")}
    assert not response.cookies


def test_sheet__message_is_not_shared(alice: User, client: Client, settings: SettingsWrapper) -> None:
    settings.ORIGIN_SECRET = "shared"
    client.defaults["HTTP_X_ORIGIN_SECRET"] = "shared"
    client.force_login(alice)
    response = client.post(reverse("account-delete"), {"password": PASSWORD}, follow=True)
    assert "Your account and your photos were deleted." in response.text
    assert response.cookies, "the message's cookie is taken back"
    assert "public" not in response.headers["Cache-Control"]
    assert "s-maxage" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["sheet", "my-photos", "trash", "upload"])
def test_pages__signed_in_are_private(alice: User, client_of: Callable[[User], Client], name: str) -> None:
    response = client_of(alice).get(reverse(name))
    assert "private" in response.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["photo", "photo-original"])
def test_photo__responses_are_private(
    alice: User, client_of: Callable[[User], Client], make_photo: PhotoFactory, name: str
) -> None:
    response = client_of(alice).get(reverse(name, args=[make_photo(alice).pk]))
    assert "private" in response.headers["Cache-Control"]


STORED = {
    *(".well-known/security.txt", "jsi18n/", "news/photo-1.schema.json"),
    *("manifest.webmanifest", "offline/", "service-worker.js", "speculation-rules.json"),
}
"""The same for everyone, and about no photo."""


@pytest.mark.parametrize("person", ["anonymous", "alice", "admin"])
def test_answer__is_stored_nowhere(person: str, world: World) -> None:
    client, who = Client(), world.people[person]
    if who:
        client.force_login(who)
    stored = set()
    for route in routes():
        if not route.startswith("api/"):
            response = client.get(world.path_of(route))
            if "no-store" not in response.headers.get("Cache-Control", ""):
                stored.add(route)
    assert stored == STORED


def test_api__is_stored_only_to_ask_by_its_etag(world: World, client: Client) -> None:
    for route in sorted(route for route in set(routes()) if route.startswith("api/")):
        response = client.get(world.path_of(route))
        assert "ETag" in response.headers or "no-store" in response.headers["Cache-Control"], route
