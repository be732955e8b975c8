"""A borrowed session: what it can't do, what the owner hears, and how the owner takes the account back."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from gallery.accounts import emails, notices
from gallery.accounts.attempts import WRONG_PER_SESSION
from gallery.accounts.models import AccountEvent, AuditTrailIsFixed, User
from gallery.accounts.notices import PER_DAY
from gallery.accounts.sessions import SEEN_AT, SIGNED_IN_AT
from gallery.api import tokens
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope, issue
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpResponse

pytestmark = pytest.mark.django_db

NEW = "another-horse-battery"
DAY = 24 * 60 * 60
TOKEN = {"name": "laptop", "scopes": ["read"], "days": "30"}


def grow_old(client: Client, seconds: float = 3600) -> None:
    """Let the session have begun some time ago."""
    session = client.session
    for name in (SIGNED_IN_AT, SEEN_AT):
        session[name] -= seconds
    session.save()


def links_to(recipient: str, part: str) -> list[str]:
    """Return the paths of the links in emails to this address, oldest first."""
    bodies = [str(message.body) for message in mail.outbox if message.to == [recipient]]
    return [path for body in bodies for path in re.findall(rf"https?://[^/]+(/{part}/\S+)", body)]


def is_signed_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


def change_address(client: Client, address: str) -> HttpResponse:
    client.post("/me/email/", {"email": address})
    return client.post(links_to(address, "email")[-1])


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/me/email/", {"email": "thief@evil.example"}),
        ("/me/tokens/", TOKEN),
        ("/me/two-step/app/", {"code": "000000"}),
        ("/me/two-step/passkeys/add/", {"name": "key", "credential": "{}"}),
        ("/me/two-step/codes/new/", {}),
    ],
)
def test_old_session__asks_again(
    alice: User, client_of: Callable[[User], Client], path: str, data: dict[str, str]
) -> None:
    thief = client_of(alice)
    grow_old(thief)
    answer = thief.post(path, data)
    assert answer.status_code == 302
    assert answer.url.startswith("/me/confirm/"), answer.url
    assert not ApiToken.objects.exists()
    assert not Authenticator.objects.exists()
    assert mail.outbox == []


def test_old_session__goes_on_after_the_password(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    grow_old(client)
    confirm = client.post("/me/tokens/", TOKEN).url
    assert client.post(confirm, {"password": "wrong"}).status_code == 200
    assert not ApiToken.objects.exists()
    answer = client.post(confirm, {"password": PASSWORD})
    assert answer.context["issued"].token.name == "laptop"
    assert client.post("/me/tokens/", TOKEN | {"name": "second"}).status_code == 200


def test_recent_sign_in__counts(alice: User, client: Client) -> None:
    client.post("/sign-in/", {"username": "alice", "password": PASSWORD})
    assert client.post("/me/tokens/", TOKEN).status_code == 200


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/me/delete/", {"password": "guess"}),
        ("/me/password/", {"oldpassword": "guess", "password1": NEW, "password2": NEW}),
        ("/me/confirm/", {"password": "guess"}),
    ],
)
def test_guesses__in_a_session_are_counted(
    alice: User, client_of: Callable[[User], Client], path: str, data: dict[str, str]
) -> None:
    thief = client_of(alice)
    for _ in range(WRONG_PER_SESSION.burst):
        assert thief.post(path, data).status_code in {200, 422}
    right = {name: PASSWORD if value == "guess" else value for name, value in data.items()}
    answer = thief.post(path, right)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 90
    assert "Too many attempts." in answer.content.decode()
    # A new key for the session is no new count.
    assert thief.post("/me/sessions/end/").status_code == 302
    assert thief.post(path, right).status_code == 429
    alice.refresh_from_db()
    assert alice.is_active
    assert alice.check_password(PASSWORD)
    assert client_of(alice).post("/me/confirm/", {"password": PASSWORD}).status_code == 302, "elsewhere"


def test_address_change__owner_takes_it_back(alice: User, client_of: Callable[[User], Client]) -> None:
    thief, owner = client_of(alice), client_of(alice)
    change_address(thief, "thief@evil.example")
    change_address(thief, "thief2@evil.example")
    issued = issue(alice, name="thief's", scopes=[Scope.READ], days=30)
    [link] = links_to("alice@example.org", "secure")
    # The thief undoes the second change, which must not void the owner's link.
    assert thief.post(links_to("thief@evil.example", "secure")[0]).status_code == 302
    assert owner.get(link).status_code == 200
    alice.refresh_from_db()
    assert alice.email == "thief@evil.example", "looking at the link changes nothing"
    answer = Client().post(link, follow=True)
    assert "Choose a new password" in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.email, alice.has_usable_password()) == ("alice@example.org", False)
    assert not is_signed_in(thief)
    assert not UserSession.objects.filter(user=alice).exists()
    assert tokens.find(issued.secret) is None
    assert Client().get(link).status_code == 404, "a link works once"
    for newer in links_to("thief@evil.example", "secure"):
        assert Client().post(newer).status_code == 404


def test_undo__at_once_with_another_link(
    alice: User, client_of: Callable[[User], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thief's newer link was read just before the owner used theirs, and waited for it."""
    thief = client_of(alice)
    change_address(thief, "thief@evil.example")
    change_address(thief, "thief2@evil.example")
    [link], [newer, *_] = links_to("alice@example.org", "secure"), links_to("thief@evil.example", "secure")
    event = notices.read(newer.split("/")[2])
    assert Client().post(link).status_code == 302
    monkeypatch.setattr(notices, "read", lambda token: event)
    assert Client().post(newer).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_undo__removes_methods_added_since_and_keeps_older_ones(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    thief = client_of(alice)
    before = Authenticator.objects.create(user=alice, type=Authenticator.Type.RECOVERY_CODES, data={})
    Authenticator.objects.filter(pk=before.pk).update(created_at=timezone.now() - timedelta(days=1))
    change_address(thief, "thief@evil.example")
    with_app(thief)
    assert Client().post(links_to("alice@example.org", "secure")[0]).status_code == 302
    assert list(Authenticator.objects.all()) == [before]


def test_undo__of_the_last_change_removes_the_method_added_before_it(
    alice: User, client_of: Callable[[User], Client]
) -> None:
    """An intruder adds a passkey first. The owner opens only the last of the emails."""
    added = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={})
    event = AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.MFA_ADDED)
    earlier = timezone.now() - timedelta(hours=1)
    Authenticator.objects.filter(pk=added.pk).update(created_at=earlier)
    QuerySet(AccountEvent).filter(pk=event.pk).update(at=earlier)
    client_of(alice).post("/me/tokens/", TOKEN)
    assert Client().post(links_to("alice@example.org", "secure")[-1]).status_code == 302
    assert not Authenticator.objects.exists()


def test_new_password__after_the_link(alice: User, client_of: Callable[[User], Client]) -> None:
    change_address(client_of(alice), "thief@evil.example")
    owner = Client()
    form = owner.post(links_to("alice@example.org", "secure")[0], follow=True)
    owner.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert owner.post("/sign-in/", {"username": "alice", "password": NEW}).status_code == 302
    assert is_signed_in(owner)


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("token_made", lambda client: client.post("/me/tokens/", TOKEN)),
        (
            "password_changed",
            lambda client: client.post(
                "/me/password/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
            ),
        ),
        ("recovery_codes", lambda client: with_app(client).post("/me/two-step/codes/new/")),
        ("mfa_removed", lambda client: with_app(client).post("/me/two-step/app/remove/")),
        ("new_device", lambda _: Client().post("/sign-in/", {"username": "alice", "password": PASSWORD})),
    ],
)
def test_change__is_told_and_recorded(
    alice: User,
    client_of: Callable[[User], Client],
    kind: str,
    act: Callable[[Client], object],
    django_capture_on_commit_callbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        act(client_of(alice))
    event = alice.account_events.latest("pk")
    assert event.kind == kind
    emails.send_queued()
    [*_, message] = mail.outbox
    assert message.to == ["alice@example.org"]
    assert str(event.get_kind_display()) in message.subject
    assert links_to("alice@example.org", "secure")
    alice.refresh_from_db()
    assert str(event) in client_of(alice).get("/me/activity/").content.decode()


def test_notices__of_one_kind_are_limited_and_the_first_undoes_all(alice: User) -> None:
    for _ in range(PER_DAY.burst + 5):
        notices.tell(AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.TOKEN_MADE))
    emails.send_queued()
    emails.send_queued()
    assert len(mail.outbox) == PER_DAY.burst
    # Another kind, and an address that was taken, are told all the same.
    for _ in range(PER_DAY.burst + 1):
        event = AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.EMAIL_CHANGED)
        notices.tell(event, "old@example.org")
    notices.tell(AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.MFA_ADDED))
    emails.send_queued()
    assert len(mail.outbox) == 2 * PER_DAY.burst + 2
    # The last token was not told, and ends with the first link.
    issued = issue(alice, name="untold", scopes=[Scope.READ], days=30)
    Client().post(links_to("alice@example.org", "secure")[0])
    assert tokens.find(issued.secret) is None


def with_app(client: Client) -> Client:
    """Give the person of this client an authenticator app."""
    user = User.objects.get(pk=client.session["_auth_user_id"])
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    return client


def test_sign_in__known_device_is_not_told(alice: User, client: Client) -> None:
    for _ in range(2):
        client.post("/sign-in/", {"username": "alice", "password": PASSWORD})
        client.post("/sign-out/")
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("keep", [True, False])
def test_password_change__tokens(alice: User, client_of: Callable[[User], Client], keep: bool) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    fields = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client_of(alice).post("/me/password/", fields | ({"keep_tokens": "on"} if keep else {}))
    assert (tokens.find(issued.secret) is not None) is keep


def test_password_reset__ends_tokens_and_sessions(alice: User, client_of: Callable[[User], Client]) -> None:
    thief, owner = client_of(alice), Client()
    issued = issue(alice, name="thief's", scopes=[Scope.READ], days=30)
    owner.post("/password/", {"email": "alice@example.org"})
    form = owner.get(links_to("alice@example.org", "password")[0])
    owner.post(form.url, {"password1": NEW, "password2": NEW})
    assert tokens.find(issued.secret) is None
    assert not is_signed_in(thief)


@pytest.mark.parametrize(
    "end",
    [
        lambda owner: owner.post("/me/sessions/end/"),
        lambda owner: owner.post("/me/sessions/end/", {"tokens": "yes"}),
        lambda owner: owner.post(
            "/me/password/",
            {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW, "keep_tokens": "on"},
        ),
    ],
    ids=["everywhere", "everywhere-and-tokens", "password"],
)
def test_pending_address__ends_with_the_session_that_asked(
    alice: User, client_of: Callable[[User], Client], end: Callable[[Client], object]
) -> None:
    client_of(alice).post("/me/email/", {"email": "thief@evil.example"})
    end(client_of(alice))
    assert Client().post(links_to("thief@evil.example", "email")[-1]).status_code == 404
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_sign_out_everywhere__ends_others(alice: User, client_of: Callable[[User], Client]) -> None:
    here, elsewhere = client_of(alice), client_of(alice)
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    assert here.get("/me/sessions/").content.decode().count("since") == 2
    here.post("/me/sessions/end/")
    assert (is_signed_in(here), is_signed_in(elsewhere)) == (True, False)
    assert tokens.find(issued.secret) is not None
    here.post("/me/sessions/end/", {"tokens": "yes"})
    assert tokens.find(issued.secret) is None
    assert here.get("/me/sessions/").content.decode().count("since") == 1


def test_session__ended_by_its_person_only(
    alice: User, bob: User, client_of: Callable[[User], Client]
) -> None:
    here, elsewhere, stranger = client_of(alice), client_of(alice), client_of(bob)
    other = here.get("/me/sessions/").context["sessions"][1]
    stranger.post(f"/me/sessions/{other.pk}/end/")
    assert is_signed_in(elsewhere)
    here.post(f"/me/sessions/{other.pk}/end/")
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize(
    ("days_since_sign_in", "days_unused", "lives"), [(13, 13, True), (89, 1, True), (91, 1, False)]
)
def test_session__ends_in_time(
    alice: User,
    client_of: Callable[[User], Client],
    days_since_sign_in: int,
    days_unused: int,
    lives: bool,
) -> None:
    client = client_of(alice)
    session = client.session
    session[SIGNED_IN_AT] = time.time() - days_since_sign_in * DAY
    session[SEEN_AT] = time.time() - days_unused * DAY
    session.save()
    assert is_signed_in(client) is lives
    if lives:
        assert time.time() - client.session[SEEN_AT] < 60


def test_tokens__at_most_twenty_and_all_listed(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    for number in range(tokens.MOST_OPEN):
        issue(alice, name=f"n{number:02}", scopes=[Scope.READ], days=30)
    answer = client.post("/me/tokens/", TOKEN)
    assert answer.status_code == 422
    assert "You have 20 tokens. Revoke one first." in answer.content.decode()
    assert all(f"n{number:02}" in answer.content.decode() for number in range(tokens.MOST_OPEN))
    client.post("/me/tokens/revoke/")
    assert not tokens.open_tokens(alice).exists()


def test_audit_trail__is_append_only(alice: User) -> None:
    event = AccountEvent.objects.create(user=alice, kind=AccountEvent.Kind.SIGNED_IN)
    for change in (
        event.save,
        event.delete,
        AccountEvent.objects.all().delete,
        lambda: AccountEvent.objects.update(kind="x"),
    ):
        with pytest.raises(AuditTrailIsFixed):
            change()
    assert AccountEvent.objects.get().kind == "signed_in"
