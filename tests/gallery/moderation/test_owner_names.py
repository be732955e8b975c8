"""The page where moderators decide about display names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gallery.photos import owner_names

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.conftest import PhotoFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]
URL = "/admin/accounts/names/"


@pytest.fixture
def moderator(charlie: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(charlie)


@pytest.fixture
def named(alice: User, make_photo: PhotoFactory) -> User:
    """Return Alice, whose name waits."""
    make_photo(alice)
    owner_names.change(None, alice, "Alice Bergström")
    alice.refresh_from_db()
    return alice


def send(client: Client, person: User, decision: str, **data: str) -> str:
    fields = {"person": str(person.pk), "name_mark": owner_names.mark(person), "decision": decision} | data
    page: str = client.post(URL, fields, follow=True).text
    person.refresh_from_db()
    return page


def test_page__is_counted_beside_the_queue(moderator: Client, named: User) -> None:
    assert 'Names <span class="figures">1</span>' in moderator.get("/admin/photos/photo/").text
    page = moderator.get(URL).text
    assert "<bdi>Alice Bergström</bdi>" in page
    assert "Others see “alice” now." in page


def test_page__approves(moderator: Client, named: User) -> None:
    assert "No names are waiting." in send(moderator, named, "approve")
    assert named.public_name == "Alice Bergström"
    page = moderator.get(f"{URL}?person={named.pk}").text
    assert "Everyone sees this name now." in page
    assert 'value="approve"' not in page


def test_page__rejects_with_a_reason(
    moderator: Client, named: User, client_of: Callable[[User], Client]
) -> None:
    assert "Enter a reason." in send(moderator, named, "reject", reason=" ")
    assert named.name_at is not None
    send(moderator, named, "reject", reason="Someone else's name.")
    assert named.name_at is None
    page = client_of(named).get("/me/name/").text
    assert "A moderator decided not to show “Alice Bergström”." in page
    assert "Someone else&#x27;s name." in page
    assert "Display name rejected" in client_of(named).get("/me/activity/").text


def test_page__of_no_one(moderator: Client, bob: User) -> None:
    for asked in ("x", "9" * 30, str(bob.pk)):
        assert moderator.get(f"{URL}?person={asked}").status_code == 404


def test_page__needs_the_right(client_of: Callable[[User], Client], named: User) -> None:
    assert client_of(named).get(URL).status_code == 302
