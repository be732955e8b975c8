"""Signing in and out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.urls import reverse

from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from django.test import Client

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/sign-in/"
LIMIT = django_settings.AXES_FAILURE_LIMIT


def typed(name: str = "alice", password: str = PASSWORD) -> dict[str, str]:
    return {"username": name, "password": password}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["alice", "Alice", "alice@example.org", "ALICE@Example.org", " alice "])
def test_by_name_or_address(alice: User, client: Client, name: str) -> None:
    response = client.post(URL, typed(name))
    assert response.url == reverse("my-photos")
    assert is_signed_in(client)


def test_a_name_that_looks_like_somebodys_address_does_not_take_it_over(
    alice: User, bob: User, client: Client
) -> None:
    bob.username = "alice@example.org"
    bob.set_password("another-password")
    bob.save()
    client.post(URL, typed("alice@example.org"))
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", "wrong"), ("nobody", PASSWORD), ("", PASSWORD), ("nobody@example.org", PASSWORD)],
)
def test_a_wrong_pair_is_refused_alike(alice: User, client: Client, name: str, password: str) -> None:
    response = client.post(URL, typed(name, password))
    assert response.status_code == 200
    assert not is_signed_in(client)
    if name:
        assert "Incorrect username or password." in response.content.decode()


def test_a_closed_account_is_refused_in_the_same_words(alice: User, client: Client) -> None:
    alice.is_active = False
    alice.save()
    assert "Incorrect username or password." in client.post(URL, typed()).content.decode()
    assert not is_signed_in(client)


def test_it_leads_back_to_where_one_came_from(alice: User, client: Client) -> None:
    assert client.post(URL, typed() | {"next": "/me/trash/"}).url == "/me/trash/"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"]
)
def test_it_never_leads_out_of_the_gallery(alice: User, client: Client, elsewhere: str) -> None:
    assert client.post(URL, typed() | {"next": elsewhere}).url == reverse("my-photos")


def test_after_too_many_wrong_passwords_even_the_right_one_waits(alice: User, client: Client) -> None:
    for _ in range(LIMIT):
        response = client.post(URL, typed(password="wrong"))
    assert response.status_code == 429
    assert "Too many attempts." in response.content.decode()
    assert client.post(URL, typed()).status_code == 429
    assert not is_signed_in(client)
    AccessAttempt.objects.update(
        attempt_time=AccessAttempt.objects.get().attempt_time - timedelta(minutes=16)
    )
    assert client.post(URL, typed()).status_code == 302


def test_names_tried_in_turn_from_one_address_count_together(alice: User, client: Client) -> None:
    for number in range(LIMIT):
        client.post(URL, typed(f"name-{number}", "wrong"), headers={"user-agent": f"browser {number}"})
    assert client.post(URL, typed()).status_code == 429


def test_a_forged_header_makes_no_other_address(alice: User, client: Client) -> None:
    for number in range(LIMIT):
        client.post(URL, typed(password="wrong"), headers={"x-forwarded-for": f"10.0.0.{number}"})
    assert client.post(URL, typed(), headers={"x-forwarded-for": "10.9.9.9"}).status_code == 429


def test_behind_the_gateway_its_word_counts_and_no_header(alice: User, client: Client) -> None:
    event = {"lambda.event": {"requestContext": {"http": {"sourceIp": "203.0.113.7"}}}}
    for number in range(LIMIT):
        client.post(URL, typed(password="wrong"), REMOTE_ADDR=f"10.0.0.{number}", **event)
    assert client.post(URL, typed(), REMOTE_ADDR="10.9.9.9", **event).status_code == 429
    assert client.post(URL, typed(), REMOTE_ADDR="10.0.0.1").status_code == 302


def test_one_ill_wisher_locks_nobody_out_elsewhere(alice: User, client: Client) -> None:
    for _ in range(LIMIT):
        client.post(URL, typed(password="wrong"), REMOTE_ADDR="192.0.2.66")
    assert client.post(URL, typed(), REMOTE_ADDR="192.0.2.1").status_code == 302


def test_tries_spread_over_many_addresses_close_the_name(alice: User, client: Client) -> None:
    for address in range(5):
        for _ in range(LIMIT):
            client.post(URL, typed("ALICE", "wrong"), REMOTE_ADDR=f"192.0.2.{address}")
    assert client.post(URL, typed(), REMOTE_ADDR="192.0.2.200").status_code == 429


def test_nothing_that_was_typed_is_kept(alice: User, client: Client) -> None:
    client.post(URL, typed(password="a-wrong-secret"))
    attempt = AccessAttempt.objects.get()
    assert "a-wrong-secret" not in str(vars(attempt))


def test_signing_out_needs_a_press_of_a_button(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/").url == reverse("sheet")
    assert not is_signed_in(client)


def test_an_ordinary_page_costs_no_query_more(alice: User, client: Client, django_assert_num_queries) -> None:
    client.force_login(alice)
    with django_assert_num_queries(2):  # the session and the user
        client.get("/me/password/")
    client.logout()
    with django_assert_num_queries(0):
        client.get(URL)
