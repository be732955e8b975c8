"""The display name in account settings, on pages and in the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.albums.actions import change_photos, create_album
from gallery.api.tokens import Scope, issue
from gallery.photos import owner_names
from tests.gallery.stores import ready_item

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores

pytestmark = pytest.mark.django_db
URL = "/me/name/"


def test_name__is_changed_and_waits(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    page = client.post(URL, {"display_name": "Alice  Bergström"}, follow=True).text
    assert "A moderator reads the new name first. Until then, others see alice." in page
    assert "<bdi>Alice Bergström</bdi>" in page
    assert "Display name changed" in client.get("/me/activity/").text


def test_name__refused(alice: User, bob: User, client_of: Callable[[User], Client]) -> None:
    response = client_of(alice).post(URL, {"display_name": "B o b"})
    assert response.status_code == 422
    assert "This is someone&#x27;s username." in response.text
    alice.refresh_from_db()
    assert alice.display_name == ""


@pytest.mark.usefixtures("stores")
def test_name__is_what_others_read_once_it_is_approved(
    alice: User, bob: User, charlie: User, make_photo: PhotoFactory, client: Client, stores: Stores
) -> None:
    photo = make_photo(alice)
    stores.put_item(ready_item(photo))
    album = create_album(alice, title="Sea", description="", visibility="public")
    change_photos(album, add=[photo.pk], remove=[])
    owner_names.change(None, alice, "Alice Bergström")
    token = issue(bob, name="program", scopes=[Scope.READ], days=30)
    headers = {"Authorization": f"Bearer {token.secret}"}
    paths = ("/", f"/photos/{photo.pk}/", "/people/alice/", "/albums/", album.get_absolute_url())
    api = (f"/api/v1/photos/{photo.pk}", f"/api/v1/albums/{album.pk}")

    def read() -> list[bool]:
        pages = [client.get(path).text for path in paths]
        found = [client.get(path, headers=headers).json() for path in api]
        assert {answer["owner"] for answer in found} == {"alice"}
        return ["Bergström" in page for page in pages] + [
            answer["ownerName"] == "Alice Bergström" for answer in found
        ]

    assert not any(read())
    alice.refresh_from_db()
    owner_names.approve(alice.pk, actor=charlie, name_mark=owner_names.mark(alice))
    assert all(read())


def test_me__has_both_names(alice: User, client: Client) -> None:
    owner_names.change(None, alice, "Alice Bergström")
    token = issue(alice, name="program", scopes=[Scope.READ], days=30)
    me = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token.secret}"}).json()
    assert (me["name"], me["displayName"], me["ownerName"]) == ("alice", "Alice Bergström", "alice")
