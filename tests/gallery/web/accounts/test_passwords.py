"""Changing a password, and choosing a new one by mail."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.test import Client

from gallery.accounts.rate_limits import EMAILS_PER_RECIPIENT
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

NEW = "another-horse-battery"


def ask(client: Client, email: str, **environ: str):
    return client.post("/password/", {"email": email}, **environ)


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/]+(/\S+)", str(message.body))
    assert found
    return found[1]


def test_change__signs_other_browsers_out(alice: User, client_of: Callable[[User], Client]) -> None:
    here, elsewhere = client_of(alice), client_of(alice)
    response = here.post("/me/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert response.url == "/me/password/done/"
    assert here.get(response.url).status_code == 200
    assert elsewhere.get("/me/").url.startswith("/sign-in/")
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_change__needs_old_password(alice: User, client_of: Callable[[User], Client]) -> None:
    client_of(alice).post("/me/password/", {"oldpassword": "x", "password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_reset__link_works_once(alice: User, client: Client) -> None:
    assert ask(client, "ALICE@example.org").url == "/password/sent/"
    [message] = mail.outbox
    assert "alice" in str(message.body)
    link = link_in(message)
    form = client.get(link)
    assert client.post(form.url, {"password1": NEW, "password2": NEW}).url == "/password/done/"
    assert client.get("/password/done/").status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert "This link has already been used or has expired." in Client().get(link).content.decode()


def test_reset__same_page_for_unknown_address(alice: User, client: Client) -> None:
    known, unknown = ask(client, "alice@example.org"), ask(client, "mallory@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert client.get(known.url).content == client.get(unknown.url).content
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


def test_reset__unconfirmed_address_gets_no_link(alice: User, client: Client) -> None:
    alice.email = ""
    alice.save()
    ask(client, "alice@example.org")
    assert mail.outbox == []


def test_reset__link_ignores_host_header(alice: User, client: Client, settings: SettingsWrapper) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.SITE_ORIGIN = "https://photos.example.org"
    ask(client, "alice@example.org", HTTP_HOST="evil.example.net")
    assert "https://photos.example.org/password/" in str(mail.outbox[0].body)
    assert "evil" not in str(mail.outbox[0].body)


def test_reset__emails_are_limited(alice: User, client: Client) -> None:
    for number in range(EMAILS_PER_RECIPIENT.burst + 2):
        assert ask(client, "alice@example.org", REMOTE_ADDR=f"192.0.2.{number}").url == "/password/sent/"
    assert len(mail.outbox) == EMAILS_PER_RECIPIENT.burst


def test_reset__no_one_uses_up_its_emails(
    alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    for _ in range(EMAILS_PER_RECIPIENT.burst + 2):
        client_of(bob).post("/me/email/", {"email": "alice@example.org"}, REMOTE_ADDR="192.0.2.1")
    mail.outbox.clear()
    ask(Client(), "alice@example.org")
    assert ["/password/" in str(message.body) for message in mail.outbox] == [True]
