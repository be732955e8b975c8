"""API tokens: created, found, shown once and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.utils import timezone

from gallery.api import tokens
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope, issue
from gallery.core import reasons
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory
    from tests.gallery.conftest import PhotoFactory
    from tests.gallery.stores import Stores


def test_issue__stores_only_the_digest(alice: User) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    row = ApiToken.objects.values().get()
    assert issued.secret not in str(row)
    assert row["digest"] == tokens.digest_of(issued.secret)
    assert issued.secret.startswith(row["beginning"])


def test_find__returns_the_user(alice: User) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    found = tokens.find(issued.secret)
    assert found is not None
    assert found.user == alice


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
    ids=["revoked", "expired"],
)
def test_find__revoked_or_expired_token(alice: User, change: dict[str, object]) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    ApiToken.objects.update(**change)
    assert tokens.find(issued.secret) is None


def test_find__suspended_user(alice: User) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    alice.is_active = False
    alice.save()
    assert tokens.find(issued.secret) is None


def test_issue__expires_within_a_year(alice: User) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=10_000)
    assert issued.token.expires_at < timezone.now() + timedelta(days=367)


def test_find__records_last_use_once_a_minute(alice: User) -> None:
    issued = issue(alice, name="laptop", scopes=[Scope.READ], days=30)
    tokens.find(issued.secret)
    first = ApiToken.objects.get().last_used_at
    tokens.find(issued.secret)
    assert first is not None
    assert ApiToken.objects.get().last_used_at == first


def test_page__shows_the_secret_once(alice: User, client_of: Callable[[User], Client]) -> None:
    browser = client_of(alice)
    answer = browser.post("/me/tokens/", {"name": "laptop", "scopes": ["read"], "days": "30"})
    secret = answer.context["issued"].secret
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    assert secret not in browser.get("/me/tokens/").content.decode()


def test_page__token_without_scope(alice: User, client_of: Callable[[User], Client]) -> None:
    answer = client_of(alice).post("/me/tokens/", {"name": "laptop", "days": "30"})
    assert answer.status_code == 422
    assert not ApiToken.objects.exists()


def test_revoke__takes_effect_immediately(
    alice: User, client_of: Callable[[User], Client], program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    assert program.get("/me").status_code == 200
    client_of(alice).post(f"/me/tokens/{program.issued.token.pk}/revoke/")
    answer = program.get("/me")
    assert (answer.status_code, answer.json()["reason"]) == (401, "token_invalid")


def test_revoke__token_of_another_user(
    alice: User, bob: User, client_of: Callable[[User], Client], program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    client_of(bob).post(f"/me/tokens/{program.issued.token.pk}/revoke/")
    assert program.get("/me").status_code == 200


@pytest.mark.django_db
def test_page__anonymous(client: Client) -> None:
    assert client.get("/me/tokens/").status_code == 302


def test_admin__revokes_tokens(
    alice: User, admin: User, client_of: Callable[[User], Client], program_of: ProgramFactory
) -> None:
    program = program_of(alice)
    desk = client_of(admin)
    listing = desk.get("/admin/api/apitoken/").content.decode()
    assert program.issued.token.beginning in listing
    assert program.issued.token.digest not in listing
    answer = desk.post(
        "/admin/api/apitoken/", {"action": "revoke", "_selected_action": [program.issued.token.pk]}
    )
    assert answer.status_code == 302
    assert program.get("/me").status_code == 401
    assert desk.get("/admin/api/apitoken/add/").status_code == 403


# Who, whether two-step sign-in is demanded of staff, whether they have it; and whether they may moderate.
MODERATING = [
    ("charlie", False, False, True),
    ("charlie", True, True, True),
    ("charlie", True, False, False),
    ("admin", True, False, False),
    ("alice", False, False, False),
    ("alice", True, True, False),
]


@pytest.fixture
def person(
    request: pytest.FixtureRequest, settings: SettingsWrapper, alice: User, charlie: User, admin: User
) -> User:
    """Return the person of the case; the grace of staff has just begun."""
    name, settings.STAFF_MFA, has_second_step = request.param
    found = {"alice": alice, "charlie": charlie, "admin": admin}[name]
    if has_second_step:
        Authenticator.objects.create(user=found, type=Authenticator.Type.TOTP, data={"secret": ""})
    return found


@pytest.mark.parametrize(("person", "may"), [(case[:3], case[3]) for case in MODERATING], indirect=["person"])
def test_page__scope_moderate_is_for_staff_with_a_second_step(
    person: User, may: bool, client_of: Callable[[User], Client]
) -> None:
    browser = client_of(person)
    assert ('value="moderate"' in browser.get("/me/tokens/").content.decode()) is person.is_staff
    answer = browser.post("/me/tokens/", {"name": "desk", "scopes": ["read", "moderate"], "days": "30"})
    assert answer.status_code == (200 if may else 422)
    assert (reasons.SECOND_STEP_MISSING.sentence in answer.content.decode()) is not may
    assert ApiToken.objects.exists() is may


@pytest.mark.parametrize(("person", "may"), [(case[:3], case[3]) for case in MODERATING], indirect=["person"])
@pytest.mark.parametrize("path", ["/albums/review", "/photos?view=review"])
def test_token__scope_moderate_works_for_staff_with_a_second_step(
    path: str, person: User, may: bool, program_of: ProgramFactory
) -> None:
    answer = program_of(person, *Scope).get(path)
    assert answer.status_code == (200 if may else 403)
    if not may:
        reason = "second_step_missing" if person.is_staff else "not_allowed"
        assert answer.json()["reason"] == reason


@pytest.mark.parametrize("person", [("charlie", True, False)], indirect=True)
def test_token__without_a_second_step_sees_no_photo_that_waits(
    person: User, alice: User, make_photo: PhotoFactory, program_of: ProgramFactory, stores: Stores
) -> None:
    photo = make_photo(alice, State.PENDING)
    assert program_of(person, *Scope).get(f"/photos/{photo.pk}").status_code == 404
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
    assert program_of(person, *Scope).get(f"/photos/{photo.pk}").status_code == 200
