"""API tokens: created, found, shown once and revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from gallery.api import tokens
from gallery.api.models import ApiToken
from gallery.api.tokens import Scope, issue

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from gallery.accounts.models import User
    from tests.gallery.api.conftest import ProgramFactory


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
