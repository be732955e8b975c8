"""Signing in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db.models import F
from django.test import Client, RequestFactory
from django.urls import reverse

from gallery.accounts import emails
from gallery.accounts.attempts import WRONG_PER_ADDRESS, WRONG_PER_DEVICE, WRONG_PER_NAME
from gallery.accounts.devices import COOKIE, visitor_of
from gallery.accounts.models import RateLimit
from gallery.accounts.rate_limits import EMAILS_PER_ADDRESS, retry_after_seconds
from gallery.web import limits
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

URL = "/sign-in/"
LIMIT = WRONG_PER_ADDRESS.burst


def typed(name: str = "alice", password: str = PASSWORD) -> dict[str, str]:
    return {"username": name, "password": password}


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("name", ["alice", "Alice", "alice@example.org", "ALICE@Example.org", " alice "])
def test_sign_in__by_username_or_email_address(alice: User, client: Client, name: str) -> None:
    response = client.post(URL, typed(name))
    assert response.url == reverse("my-photos")
    assert is_signed_in(client)


def test_sign_in__username_like_an_address(alice: User, bob: User, client: Client) -> None:
    bob.username = "alice@example.org"
    bob.set_password("another-password")
    bob.save()
    client.post(URL, typed("alice@example.org"))
    assert client.session["_auth_user_id"] == str(alice.pk)


@pytest.mark.parametrize(
    ("name", "password"),
    [("alice", "wrong"), ("mallory", PASSWORD), ("", PASSWORD), ("mallory@example.org", PASSWORD)],
)
def test_sign_in__incorrect(alice: User, client: Client, name: str, password: str) -> None:
    response = client.post(URL, typed(name, password))
    assert response.status_code == 200
    assert not is_signed_in(client)
    if name:
        assert "Incorrect username or password." in response.content.decode()


def test_sign_in__inactive_account_same_sentence(alice: User, client: Client) -> None:
    alice.is_active = False
    alice.save()
    assert "Incorrect username or password." in client.post(URL, typed()).content.decode()
    assert not is_signed_in(client)


def test_sign_in__returns_to_next(alice: User, client: Client) -> None:
    assert client.post(URL, typed() | {"next": "/me/trash/"}).url == "/me/trash/"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", "/\\example.org"]
)
def test_sign_in__never_redirects_to_other_sites(alice: User, client: Client, elsewhere: str) -> None:
    assert client.post(URL, typed() | {"next": elsewhere}).url == reverse("my-photos")


def test_lockout__correct_password_waits_too(alice: User, client: Client) -> None:
    for _ in range(LIMIT + 1):
        response = client.post(URL, typed(password="wrong"))
    assert response.status_code == 429
    assert "Too many attempts." in response.content.decode()
    assert client.post(URL, typed()).status_code == 429
    assert not is_signed_in(client)
    assert 0 < int(response["Retry-After"]) <= 45
    RateLimit.objects.update(busy_until=F("busy_until") - 45_000_000)
    assert client.post(URL, typed()).status_code == 302


def test_lockout__usernames_from_the_same_address_count_together(alice: User, client: Client) -> None:
    for number in range(LIMIT):
        client.post(URL, typed(f"name-{number}", "wrong"), headers={"user-agent": f"browser {number}"})
    assert client.post(URL, typed()).status_code == 429


def test_lockout__forged_header_ignored(alice: User, client: Client) -> None:
    for number in range(LIMIT):
        client.post(URL, typed(password="wrong"), headers={"x-forwarded-for": f"10.0.0.{number}"})
    assert client.post(URL, typed(), headers={"x-forwarded-for": "10.9.9.9"}).status_code == 429


def test_lockout__gateway_address_used(alice: User, client: Client) -> None:
    event = {"lambda.event": {"requestContext": {"http": {"sourceIp": "203.0.113.7"}}}}
    for number in range(LIMIT):
        client.post(URL, typed(password="wrong"), REMOTE_ADDR=f"10.0.0.{number}", **event)
    assert client.post(URL, typed(), REMOTE_ADDR="10.9.9.9", **event).status_code == 429
    assert client.post(URL, typed(), REMOTE_ADDR="10.0.0.1").status_code == 302


def test_lockout__other_addresses_can_sign_in(alice: User, client: Client) -> None:
    for _ in range(LIMIT):
        client.post(URL, typed(password="wrong"), REMOTE_ADDR="192.0.2.66")
    assert client.post(URL, typed(), REMOTE_ADDR="192.0.2.1").status_code == 302


def test_lockout__username_from_many_addresses(alice: User, client: Client) -> None:
    for _ in range(WRONG_PER_NAME.burst - 1):
        retry_after_seconds(WRONG_PER_NAME, str(alice.pk))
    for address in range(3):
        client.post(URL, typed("ALICE@example.org", "wrong"), REMOTE_ADDR=f"192.0.2.{address}")
    assert client.post(URL, typed(), REMOTE_ADDR="192.0.2.200").status_code == 429


def test_lockout__never_at_a_known_device(alice: User, client: Client) -> None:
    client.post(URL, typed())
    client.post("/sign-out/")
    for _ in range(WRONG_PER_NAME.burst + 2):
        retry_after_seconds(WRONG_PER_NAME, str(alice.pk))
    for _ in range(LIMIT + 2):
        retry_after_seconds(WRONG_PER_ADDRESS, "127.0.0.1")
    assert Client().post(URL, typed(), REMOTE_ADDR="192.0.2.200").status_code == 429
    assert client.post(URL, typed()).status_code == 302, "from the same address, by who signed in there"


def test_limits__of_an_address_leave_known_devices_alone(
    alice: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WRITES", limits.Limit("tiny", 5, limits.MINUTE, burst=5))
    client.post(URL, typed())
    client.post("/sign-out/")
    # Others behind the same address send all that it may.
    others = Client()
    assert [others.post(URL, typed("x")).status_code for _ in range(5)][-1] == 429
    for number in range(EMAILS_PER_ADDRESS.burst):
        emails.is_sending_allowed(request_of(others), "password_reset", f"{number}@example.org")
    assert not emails.is_sending_allowed(request_of(others), "password_reset", "alice@example.org")
    assert emails.is_sending_allowed(request_of(client), "password_reset", "alice@example.org")
    assert client.post(URL, typed()).status_code == 302


def test_limits__many_devices_of_one_person_are_counted_as_one(alice: User) -> None:
    visitors = set()
    for number in range(3):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")
        client.post(URL, typed())
        visitors.add(visitor_of(request_of(client)))
    assert visitors == {f"device-of:{alice.pk}"}
    forged = Client()
    forged.cookies[COOKIE] = client.cookies[COOKIE].value + "x"
    assert visitor_of(request_of(forged)) == "address:127.0.0.1"


def request_of(client: Client) -> HttpRequest:
    """Return a request of this browser."""
    request = RequestFactory().get("/")
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return request


def test_lockout__guesses_at_a_known_device_are_counted(alice: User, client: Client) -> None:
    client.post(URL, typed())
    client.post("/sign-out/")
    for _ in range(WRONG_PER_DEVICE.burst):
        assert client.post(URL, typed(password="wrong")).status_code == 200
    assert client.post(URL, typed()).status_code == 429


def test_lockout__device_cookie_of_another_person(alice: User, bob: User, client: Client) -> None:
    client.post(URL, typed("bob"))
    client.post("/sign-out/")
    for _ in range(LIMIT):
        client.post(URL, typed(password="wrong"))
    assert client.post(URL, typed(password="wrong")).status_code == 429


def test_lockout__right_passwords_do_not_count(alice: User) -> None:
    for _ in range(LIMIT + 5):
        assert Client().post(URL, typed()).status_code == 302


def test_lockout__stores_no_typed_values(alice: User, client: Client) -> None:
    client.post(URL, typed(password="a-wrong-secret"))
    event = alice.account_events.get()
    assert "a-wrong-secret" not in str(vars(event))
    assert event.kind == "sign_in_failed"


def test_sign_out__needs_post(alice: User, client: Client) -> None:
    client.force_login(alice)
    assert client.get("/sign-out/").status_code == 405
    assert is_signed_in(client)
    assert client.post("/sign-out/").url == reverse("sheet")
    assert not is_signed_in(client)


def test_lockout__adds_no_query_to_pages(alice: User, client: Client, django_assert_num_queries) -> None:
    client.force_login(alice)
    with django_assert_num_queries(2):  # the session and the user
        client.get("/me/password/")
    client.logout()
    with django_assert_num_queries(0):
        client.get(URL)
