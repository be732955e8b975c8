"""Two-step sign-in: an authenticator app and recovery codes."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from gallery.accounts.attempts import WRONG_CODES
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from gallery.accounts.models import User

pytestmark = pytest.mark.django_db

TYPED = {"username": "alice", "password": PASSWORD}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, steps: int = 0) -> str:
    """Return what an authenticator app shows now, or some half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def secret(alice: User, rf, settings) -> str:
    """Give Alice an authenticator app."""
    cache.clear()
    TOTP.activate(alice, SECRET)
    return SECRET


def test_totp__is_set_up_and_asked_for(alice: User, client_of: Callable[[User], Client]) -> None:
    browser = client_of(alice)
    page = browser.get("/me/two-step/app/").content.decode()
    assert "<svg" in page
    assert "data:image" not in page
    [key] = re.findall(r'id="key" type="text" readonly value="([A-Z2-7]+)"', page)
    assert browser.post("/me/two-step/app/", {"code": "000000"}).status_code == 422
    done = browser.post("/me/two-step/app/", {"code": code_of(key)}, follow=True)
    codes = re.findall(r"<li><code>(\d+)</code></li>", done.content.decode())
    assert len(codes) == 10
    assert key not in str(Authenticator.objects.get(type="totp").data), "secrets are stored encrypted"

    visitor = Client()
    assert visitor.post("/sign-in/", TYPED).url.startswith("/sign-in/code/")
    assert not is_signed_in(visitor)
    assert visitor.get("/me/").status_code == 302
    assert visitor.post("/sign-in/code/", {"code": codes[0]}).status_code == 302
    assert is_signed_in(visitor)
    again = Client()
    again.post("/sign-in/", TYPED)
    again.post("/sign-in/code/", {"code": codes[0]})
    assert not is_signed_in(again), "a recovery code works once"


@pytest.mark.parametrize("spelled", ["{0}{1}", "{0} {1}", "{0}-{1}", " {0}{1}.", "{0}\u2009{1}"])
def test_totp__code_works_once(alice: User, secret: str, spelled: str) -> None:
    code = code_of(secret)
    first, second = Client(), Client()
    for client, typed in ((first, code), (second, spelled.format(code[:3], code[3:]))):
        client.post("/sign-in/", TYPED)
        client.post("/sign-in/code/", {"code": typed})
        # As on another function, which has a memory of its own.
        cache.clear()
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_totp__wrong_codes_are_counted(alice: User, secret: str) -> None:
    client = Client()
    client.post("/sign-in/", TYPED)
    for _ in range(WRONG_CODES.burst):
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200
    answer = client.post("/sign-in/code/", {"code": code_of(secret)})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert not is_signed_in(client)


def test_totp__removed_after_it_was_proved(
    alice: User, secret: str, client_of: Callable[[User], Client]
) -> None:
    client_of(alice).post("/me/two-step/app/remove/")
    assert not Authenticator.objects.exists()


def test_passkeys__are_not_offered_at_an_ip_address(client: Client, settings) -> None:
    settings.SITE_ORIGIN = "http://127.0.0.1:8000"
    assert "data-passkey" not in client.get("/sign-in/").content.decode()
    settings.SITE_ORIGIN = "http://localhost:8000"
    assert "data-passkey" in client.get("/sign-in/").content.decode()
