"""Two-step sign-in of staff, and the audit trail in the admin."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from gallery.accounts import audit
from gallery.accounts.models import AccountEvent, User
from gallery.accounts.sessions import SIGNED_IN_AT
from gallery.api.tokens import Scope, find, issue
from gallery.photos.states import State
from tests.gallery.conftest import PASSWORD

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from tests.gallery.conftest import PhotoFactory

DESK = "/admin/photos/photo/"
EVENTS = "/admin/accounts/accountevent/"
PEOPLE = "/admin/accounts/user/"
NEW_PASSWORD = {
    "usable_password": "true",
    "password1": "harbor-violet-engine",
    "password2": "harbor-violet-engine",
}
Kind = AccountEvent.Kind


@pytest.mark.usefixtures("empty_aws")
def test_staff__need_two_steps_after_the_grace(
    charlie: User, client_of: Callable[[User], Client], settings: SettingsWrapper
) -> None:
    settings.STAFF_MFA = True
    desk = client_of(charlie)
    assert desk.get(DESK).status_code == 200
    charlie.refresh_from_db()
    assert charlie.mfa_due_at > timezone.now() + timedelta(days=6, hours=23)
    User.objects.update(mfa_due_at=timezone.now())
    assert desk.get(DESK).url == "/me/two-step/"
    assert desk.post(DESK, {"decision": "approve"}).url == "/me/two-step/"
    Authenticator.objects.create(user=charlie, type=Authenticator.Type.TOTP, data={"secret": ""})
    assert desk.get(DESK).status_code == 200


@pytest.mark.usefixtures("empty_aws")
@pytest.mark.parametrize("name", ["charlie", "admin"])
def test_staff__who_owe_two_steps_see_what_everyone_sees(
    alice: User,
    charlie: User,
    admin: User,
    make_photo: PhotoFactory,
    client_of: Callable[[User], Client],
    settings: SettingsWrapper,
    name: str,
) -> None:
    settings.STAFF_MFA = True
    person = {"charlie": charlie, "admin": admin}[name]
    waiting, public = make_photo(alice, State.PENDING), make_photo(alice)
    client = client_of(person)

    def seen() -> list[int]:
        return [client.get(photo.get_absolute_url()).status_code for photo in (waiting, public)]

    assert seen() == [200, 200], "in the grace"
    User.objects.update(mfa_due_at=timezone.now())
    assert seen() == [404, 200]
    assert client.get("/photos/status/", {"ids": str(waiting.pk)}).json() == {"photos": []}
    assert client.get(public.get_absolute_url()).context["history"] == []
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    assert seen() == [200, 200]


@pytest.mark.usefixtures("empty_aws")
def test_staff__may_do_without_if_so_set(
    charlie: User, client_of: Callable[[User], Client], settings: SettingsWrapper
) -> None:
    settings.STAFF_MFA = False
    User.objects.update(mfa_due_at=timezone.now())
    assert client_of(charlie).get(DESK).status_code == 200


def test_rights__are_recorded_with_who_changed_them(
    alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    fields = {"username": "alice", "email": "alice@example.org", "quota_bytes": 7, "is_active": "on"}
    client_of(admin).post(f"/admin/accounts/user/{alice.pk}/change/", fields | {"is_staff": "on"})
    event = alice.account_events.get()
    assert (event.kind, event.actor) == (Kind.RIGHTS_CHANGED, admin)
    assert event.details == {"given": ["staff"], "taken": []}


def change(admin: User, person: User, client_of: Callable[[User], Client], **fields: Any) -> None:
    """Change a person in the admin. Checkboxes that are not given are off."""
    data = {"username": person.username, "email": person.email, "quota_bytes": 7, "is_active": "on"}
    client_of(admin).post(f"/admin/accounts/user/{person.pk}/change/", data | fields)


def select(admin: User, person: User, client_of: Callable[[User], Client], action: str) -> None:
    """Do an action of the list of people twice: the second time changes nothing."""
    for _ in range(2):
        data = {"action": action, "_selected_action": [person.pk]}
        client_of(admin).post("/admin/accounts/user/", data)


def block(admin: User, person: User, client_of: Callable[[User], Client], **fields: Any) -> None:
    """Block a person, or end the block."""
    for _ in range(2):
        client_of(admin).post(f"/admin/accounts/user/{person.pk}/block/", fields)


ACTS: dict[str, tuple[Callable[..., None], dict[str, Any]]] = {
    "trusted": (partial(select, action="trust"), {"given": ["Trusted"], "taken": []}),
    "staff": (partial(change, is_staff="on"), {"given": ["staff"], "taken": []}),
    "admin": (partial(change, is_superuser="on"), {"given": ["admin"], "taken": []}),
    "closed": (partial(change, is_active=""), {"given": [], "taken": ["active"]}),
    "blocked": (partial(block, reason="Spam"), {"reason": "Spam"}),
}


@pytest.mark.parametrize("act", ACTS)
def test_trail__has_what_was_done_to_the_account(
    act: str, alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    do, details = ACTS[act]
    do(admin, alice, client_of)
    event = alice.account_events.get()
    assert (event.actor, event.details) == (admin, details)
    if act != "closed":
        page = client_of(alice).get("/me/activity/").content.decode()
        assert event.explanation in page
        assert "by admin" in page
    answer = client_of(admin).post(EVENTS, {"action": "export", "_selected_action": [event.pk]})
    text = b"".join(answer.streaming_content).decode()
    assert event.kind in text
    assert all(str(word) in text for words in details.values() for word in words)


def test_trail__has_what_was_taken_away_and_ended(
    alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    select(admin, alice, client_of, "trust")
    select(admin, alice, client_of, "stop_trusting")
    block(admin, alice, client_of, reason="Spam")
    block(admin, alice, client_of, unblock="yes")
    found = [(event.kind, event.details) for event in alice.account_events.order_by("pk")]
    assert found == [
        ("rights_changed", {"given": ["Trusted"], "taken": []}),
        ("rights_changed", {"given": [], "taken": ["Trusted"]}),
        ("blocked", {"reason": "Spam"}),
        ("unblocked", {}),
    ]


def test_trail__has_groups(
    alice: User, charlie: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    change(admin, alice, client_of, groups=[charlie.groups.get().pk])
    change(admin, alice, client_of)
    details = [event.details for event in alice.account_events.order_by("pk")]
    assert details == [{"given": ["Moderators"], "taken": []}, {"given": [], "taken": ["Moderators"]}]


def test_password__set_by_an_admin_ends_tokens(
    alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    client_of(admin).post(f"{PEOPLE}{alice.pk}/password/", NEW_PASSWORD)
    assert find(issued.secret) is None
    assert alice.account_events.get().actor == admin


def test_audit_trail__is_exported_by_admins_only(
    alice: User, charlie: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    event = AccountEvent.objects.create(user=alice, kind=Kind.SIGNED_IN, agent="=cmd|calc")
    choice = {"action": "export", "_selected_action": [event.pk]}
    answer = client_of(admin).post(EVENTS, choice)
    text = b"".join(answer.streaming_content).decode()
    assert "signed_in" in text
    assert "'=cmd|calc" in text
    assert client_of(charlie).post(EVENTS, choice).status_code == 403
    assert client_of(admin).post(f"{EVENTS}{event.pk}/delete/", {"post": "yes"}).status_code == 403


def test_audit_trail__is_kept_for_a_year(alice: User) -> None:
    first, second = (AccountEvent.objects.create(user=alice, kind=Kind.SIGNED_IN) for _ in range(2))
    assert timedelta(days=365) == audit.KEPT
    assert audit.delete_old() == 0
    assert AccountEvent.objects.expire(second.at) == 1
    assert list(AccountEvent.objects.all()) == [second]
    assert first.at < second.at


def grow_old(client: Client) -> None:
    """Let the session have begun an hour ago, as a borrowed one."""
    session = client.session
    session[SIGNED_IN_AT] = time.time() - 3600
    session.save()


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("{own}/change/", {"username": "admin", "email": "thief@evil.example", "quota_bytes": 7}),
        ("{own}/password/", NEW_PASSWORD),
        ("{other}/change/", {"username": "alice", "quota_bytes": 7, "is_superuser": "on"}),
        ("{other}/password/", NEW_PASSWORD),
        ("{other}/delete/", {"post": "yes"}),
        ("add/", {"username": "thief", **NEW_PASSWORD}),
    ],
)
def test_borrowed_session__of_an_admin_changes_no_account(
    alice: User, admin: User, client_of: Callable[[User], Client], page: str, data: dict[str, Any]
) -> None:
    thief = client_of(admin)
    grow_old(thief)
    before = list(User.objects.order_by("pk").values())
    path = PEOPLE + page.format(own=admin.pk, other=alice.pk)
    answer = thief.post(path, data)
    assert (answer.status_code, answer.url) == (302, path)
    answer = thief.get(path)
    assert answer.status_code == 302
    assert answer.url.startswith("/me/confirm/")
    assert list(User.objects.order_by("pk").values()) == before
    assert data.get("password1", "none") not in str(dict(thief.session))
    # The password opens the page.
    assert thief.post(answer.url, {"password": PASSWORD}).url == path
    assert thief.get(path).status_code == 200


@pytest.mark.parametrize("path", [PEOPLE, EVENTS])
def test_borrowed_session__of_an_admin_gives_no_rights_and_exports_nothing(
    alice: User, admin: User, client_of: Callable[[User], Client], path: str
) -> None:
    event = AccountEvent.objects.create(user=alice, kind=Kind.SIGNED_IN)
    thief = client_of(admin)
    grow_old(thief)
    assert thief.get(path).status_code == 200
    action, chosen = ("trust", alice.pk) if path == PEOPLE else ("export", event.pk)
    answer = thief.post(path, {"action": action, "_selected_action": [chosen]})
    assert answer.status_code == 302
    assert answer.url.startswith("/me/confirm/")
    assert not alice.groups.exists()
    # The action goes on after the password.
    answer = thief.post(answer.url, {"password": PASSWORD})
    if path == PEOPLE:
        assert alice.groups.get().name == "Trusted"
    else:
        assert b"signed_in" in b"".join(answer.streaming_content)


def test_tokens__revoked_by_an_admin_are_in_the_trail(
    alice: User, admin: User, client_of: Callable[[User], Client]
) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    data = {"action": "revoke", "_selected_action": [issued.token.pk]}
    for _ in range(2):
        client_of(admin).post("/admin/api/apitoken/", data)
    assert find(issued.secret) is None
    event = alice.account_events.get()
    assert (event.kind, event.actor) == (Kind.TOKENS_ENDED, admin)
    page = f"/admin/api/apitoken/{issued.token.pk}/delete/"
    assert client_of(admin).post(page, {"post": "yes"}).status_code == 403
