"""Queued emails: sent once, again if the server is down, and equal for known and unknown addresses."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.accounts import emails
from gallery.accounts.models import QueuedEmail, User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db


def waiting(**facts) -> QueuedEmail:
    facts = {"to": "a@example.org", "subject": "s", "body": "b", "not_before": timezone.now()} | facts
    return QueuedEmail.objects.create(**facts)


def test_send__once(settings: SettingsWrapper) -> None:
    waiting()
    waiting(to="")
    waiting(not_before=timezone.now() + timedelta(minutes=1))
    assert emails.send_queued() == 1
    assert emails.send_queued() == 0
    assert [message.to for message in mail.outbox] == [["a@example.org"]]
    assert QueuedEmail.objects.count() == 1


def test_send__again_while_the_server_is_down(settings: SettingsWrapper) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    waiting()
    for tries in range(1, emails.MOST_TRIES):
        QueuedEmail.objects.update(not_before=timezone.now())
        assert emails.send_queued() == 0
        email = QueuedEmail.objects.get()
        assert email.tries == tries
        assert email.not_before > timezone.now() + emails.FIRST_WAIT * 2 ** (tries - 1) - timedelta(seconds=5)
    QueuedEmail.objects.update(not_before=timezone.now())
    emails.send_queued()
    assert not QueuedEmail.objects.exists()


def test_request__sends_nothing_that_was_queued_outside_of_it(alice: User) -> None:
    emails.queue("account_deleted", alice, {})
    Client().get("/sign-in/")
    assert not mail.outbox
    assert emails.send_queued() == 1


def test_reset__does_the_same_writes_for_an_unknown_address(alice: User) -> None:
    def writes(address: str) -> list[str]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            Client().post("/password/", {"email": address})
        starts = [query["sql"].split()[:3] for query in queries]
        return [" ".join(start) for start in starts if start[0] in {"INSERT", "UPDATE"}]

    known, unknown = writes("alice@example.org"), writes("unknown@example.org")
    assert known.count('INSERT INTO "accounts_queuedemail"') == 1
    assert unknown.count('INSERT INTO "accounts_queuedemail"') == 1
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["alice@example.org", "unknown@example.org"])
def test_reset__takes_as_long_in_a_function(alice: User, settings: SettingsWrapper, address: str) -> None:
    settings.EMAIL_SECONDS = 0.3
    began = time.monotonic()
    Client().post("/password/", {"email": address})
    assert time.monotonic() - began >= 0.3
