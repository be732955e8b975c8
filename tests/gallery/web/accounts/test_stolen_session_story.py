"""The story of a stolen session: what the thief tries, and how the owner gets everything back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import resolve, reverse

from gallery.accounts import notices
from gallery.accounts.attempts import WRONG_PER_SESSION
from gallery.accounts.models import AccountEvent, User
from gallery.api import tokens
from gallery.api.models import ApiToken
from gallery.web.accounts.views import RenewedSession
from tests.gallery.conftest import PASSWORD
from tests.gallery.web.accounts.test_stolen_session import NEW, TOKEN, grow_old, is_signed_in, links_to

if TYPE_CHECKING:
    from django.http import HttpResponse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("empty_aws")]

OWNERS, THIEFS = "alice@example.org", "thief@evil.example"
TRIES = {
    "/me/email/": {"email": THIEFS},
    "/me/tokens/": TOKEN,
    "/me/two-step/app/": {"code": "000000"},
    "/me/two-step/codes/new/": {},
    "/me/two-step/passkeys/add/": {"name": "key", "credential": "{}"},
    "/me/password/": {"oldpassword": "guess", "password1": NEW, "password2": NEW},
    "/me/delete/": {"password": "guess"},
}


def signed_in(password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/sign-in/", {"username": "alice", "password": password})
    assert is_signed_in(client)
    return client


def stolen_from(owner: Client) -> Client:
    """Return a browser with a copy of the owner's cookies."""
    thief = Client()
    for name, morsel in owner.cookies.items():
        thief.cookies[name] = morsel.value
    return thief


def what_it_is(user: User) -> tuple[str, bool, bool, int, int]:
    user.refresh_from_db()
    methods = Authenticator.objects.filter(user=user).count()
    return (
        user.email,
        user.is_active,
        user.check_password(PASSWORD),
        tokens.open_tokens(user).count(),
        methods,
    )


def mint(client: Client) -> str:
    answer: HttpResponse = client.post("/me/tokens/", TOKEN)
    return str(answer.context["issued"].secret)


def reads(secret: str) -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code


def test_stolen_session__changes_nothing_without_the_password(alice: User) -> None:
    # An hour after the owner signed in, a thief copies the cookie.
    owner = signed_in()
    grow_old(owner)
    mail.outbox.clear()
    thief = stolen_from(owner)
    assert is_signed_in(thief), "the thief can look around"
    before = what_it_is(alice)
    for path, data in TRIES.items():
        answer = thief.post(path, data)
        refused = answer.status_code == 422 or answer.url.startswith("/me/confirm/")
        assert refused, path
        assert what_it_is(alice) == before, path
    # Guessing ends soon, also with a new session key; so nothing opens, and no one was told anything else.
    for _ in range(WRONG_PER_SESSION.burst):
        thief.post("/me/confirm/", {"password": "guess"})
    thief.post("/me/sessions/end/")
    assert thief.post("/me/confirm/", {"password": PASSWORD}).status_code == 429
    assert thief.post("/me/email/", TRIES["/me/email/"]).url.startswith("/me/confirm/")
    assert what_it_is(alice) == before
    assert mail.outbox == []
    # The owner is not shut out, and sees what was tried.
    page = signed_in().get("/me/activity/").content.decode()
    assert str(AccountEvent.Kind.SIGN_IN_FAILED.label) in page


@pytest.mark.parametrize("proof", ["password", "code"])
def test_stolen_session__gains_nothing_from_the_owners_proof(alice: User, proof: str) -> None:
    secret = "JBSWY3DPEHPK3PXP"
    owner = signed_in()
    if proof == "code":
        cache.clear()
        TOTP.activate(alice, secret)
    grow_old(owner)
    thief = stolen_from(owner)
    assert is_signed_in(thief)
    # The owner proves who they are, in the session that the thief has a copy of.
    if proof == "code":
        owner.post(
            "/me/confirm/code/", {"code": format_hotp_value(hotp_value(secret, int(time.time()) // 30))}
        )
    else:
        owner.post("/me/confirm/", {"password": PASSWORD})
    assert reads(mint(owner)) == 200
    assert not is_signed_in(thief)
    assert thief.post("/me/tokens/", TOKEN).url.startswith("/sign-in/")
    # It is still one session in the list.
    assert len(owner.get("/me/sessions/").context["sessions"]) == 1
    assert UserSession.objects.get(user=alice).session_key == owner.session.session_key


@pytest.mark.parametrize(
    "route", ["account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"]
)
def test_proof__of_each_kind_renews_the_session(route: str) -> None:
    view = resolve(reverse(route)).func.view_class  # type: ignore[attr-defined]
    assert view.form_valid is RenewedSession.form_valid


def test_stolen_session__of_a_recent_sign_in_is_undone(alice: User) -> None:
    # The worst case: stolen just after the owner signed in, when nothing asks for the password.
    owner = signed_in()
    mail.outbox.clear()
    thief = stolen_from(owner)
    # The thief adds a passkey, mints a token, and takes the address.
    passkey = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    notices.tell(AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.MFA_ADDED))
    secret = mint(thief)
    thief.post("/me/email/", {"email": THIEFS})
    thief.post(links_to(THIEFS, "email")[-1])
    assert what_it_is(alice)[0] == THIEFS
    # The owner hears of each at the old address. A reset goes to the thief now, and is of no use.
    heard = links_to(OWNERS, "secure")
    assert len(heard) == 3
    Client().post("/password/", {"email": OWNERS})
    assert not links_to(OWNERS, "password")
    # The link of the last email undoes it all.
    form = Client().post(heard[-1], follow=True)
    assert what_it_is(alice) == (OWNERS, True, False, 0, 0)
    assert not Authenticator.objects.filter(pk=passkey.pk).exists()
    assert (is_signed_in(thief), reads(secret)) == (False, 401)
    mine = Client()
    path = mine.get(form.redirect_chain[0][0]).url
    mine.post(path, {"password1": NEW, "password2": NEW})
    assert is_signed_in(signed_in(NEW))
    # Nothing that the thief got by email brings it back.
    for link in links_to(THIEFS, "secure") + links_to(THIEFS, "email"):
        assert Client().post(link).status_code == 404
    assert what_it_is(alice)[0] == OWNERS
    kinds = set(alice.account_events.values_list("kind", flat=True))
    assert {"token_made", "email_changed", "undone", "password_reset"} <= kinds


def test_stolen_session__does_not_survive_a_reset(alice: User) -> None:
    owner = signed_in()
    thief = stolen_from(owner)
    secret = mint(thief)
    thief.post("/me/email/", {"email": THIEFS})
    pending = links_to(THIEFS, "email")[-1]
    assert reads(secret) == 200
    # The owner forgot nothing of this, and only resets the password.
    mine = Client()
    mine.post("/password/", {"email": OWNERS})
    path = mine.get(links_to(OWNERS, "password")[-1]).url
    mine.post(path, {"password1": NEW, "password2": NEW})
    assert (is_signed_in(thief), is_signed_in(owner), reads(secret)) == (False, False, 401)
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    # The address that the thief asked for before can't be confirmed any more.
    assert Client().post(pending).status_code == 404
    assert what_it_is(alice)[0] == OWNERS
    assert is_signed_in(signed_in(NEW))
