"""Choosing a rhythm, and stopping by the link of a mail without signing in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from django.core.signing import Signer
from django.test import Client
from jsonschema import Draft202012Validator

from gallery.notifications.models import NotificationPreference, Rhythm
from gallery.notifications.preferences import choose, rhythm_of, stop_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db


def stop_path(user: User) -> str:
    return urlsplit(stop_url(user)).path


def test_preferences__daily_by_default(alice: User, client_of: Callable[[User], Client]) -> None:
    page = client_of(alice).get("/me/notifications/")
    assert page.context["form"]["rhythm"].initial == Rhythm.DAILY
    assert not NotificationPreference.objects.exists()


def test_preferences__saved_for_this_person_only(
    alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(alice)
    assert client.post("/me/notifications/", {"rhythm": "at_once"}).url == "/me/notifications/"
    assert client.post("/me/notifications/", {"rhythm": "off"}, follow=True).status_code == 200
    assert (rhythm_of(alice), rhythm_of(bob)) == (Rhythm.OFF, Rhythm.DAILY)


@pytest.mark.parametrize("data", [{}, {"rhythm": "hourly"}])
def test_preferences__unknown_choice_refused(
    data: dict[str, str], alice: User, client_of: Callable[[User], Client]
) -> None:
    assert client_of(alice).post("/me/notifications/", data).status_code == 422
    assert rhythm_of(alice) == Rhythm.DAILY


def test_preferences__need_sign_in(client: Client) -> None:
    assert client.get("/me/notifications/").url == "/sign-in/?next=/me/notifications/"


def test_preferences__email_address_missing(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert "/me/email/" not in client.get("/me/notifications/").content.decode()
    type(alice).objects.update(email="")
    assert "/me/email/" in client.get("/me/notifications/").content.decode()


def test_account__links_to_preferences(alice: User, client_of: Callable[[User], Client]) -> None:
    assert "/me/notifications/" in client_of(alice).get("/me/").content.decode()


def test_stop__one_click_without_session(alice: User, bob: User) -> None:
    client = Client(enforce_csrf_checks=True)
    choose(alice, Rhythm.AT_ONCE)
    answer = client.post(stop_path(alice), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "You can turn them back on" in answer.content.decode()
    assert (rhythm_of(alice), rhythm_of(bob)) == (Rhythm.OFF, Rhythm.DAILY)


def test_stop__get_changes_nothing(alice: User, client: Client) -> None:
    assert "Stop emails" in client.get(stop_path(alice)).content.decode()
    assert rhythm_of(alice) == Rhythm.DAILY


def test_stop__forged_link_refused(alice: User, bob: User, client: Client) -> None:
    path = stop_path(alice)
    for made_up in (
        path.replace(f"/{alice.pk}:", f"/{bob.pk}:"),
        f"/mail/stop/{Signer(salt='another').sign(str(bob.pk))}/",
        "/mail/stop/made-up/",
    ):
        assert client.post(made_up).status_code == 404
    assert rhythm_of(bob) == Rhythm.DAILY


def test_stop__account_deleted(alice: User, client: Client) -> None:
    path = stop_path(alice)
    type(alice).objects.update(is_active=False)
    assert client.get(path).status_code == 404


def test_schema__is_public(client: Client) -> None:
    answer = client.get("/news/photo-1.schema.json")
    schema = json.loads(answer.content)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "contactsheet.photo/1"
    assert answer.headers["Content-Type"] == "application/schema+json"
    assert "public" in answer.headers["Cache-Control"]
    assert client.post("/news/photo-1.schema.json").status_code == 405
