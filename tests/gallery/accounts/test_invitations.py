"""Invitations: created by permission, shown once, used once, expired after two weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from gallery.accounts import invitations
from gallery.accounts.models import Invitation, User
from tests.gallery.web.accounts.test_sign_up import filled_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.django_db

URL = "/me/invitations/"


@pytest.fixture(autouse=True)
def by_invitation(settings: SettingsWrapper) -> None:
    settings.SIGN_UP = "invitation"


def path_of(token: str) -> str:
    return f"/sign-up/{token}/"


def test_create__shows_the_link_once_and_stores_its_digest(
    charlie: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(charlie)
    response = client.post(URL, {"note": "for Dora"})
    link = response.context["invitation_url"]
    assert link in response.content.decode()
    again = client.get(URL).content.decode()
    assert link not in again
    assert "for Dora" in again
    [invitation] = Invitation.objects.all()
    assert link.rstrip("/").rpartition("/")[2] not in str(vars(invitation))
    assert invitation.expires_at - invitation.created_at == pytest.approx(
        timedelta(days=14), abs=timedelta(minutes=1)
    )


def test_sign_up__works_once_per_link(charlie: User, client: Client) -> None:
    token = invitations.create(charlie)
    assert client.get(path_of(token)).status_code == 200
    assert client.post(path_of(token), filled_in()).status_code == 302
    assert Invitation.objects.get().used_by == User.objects.get(username="dora")
    client.logout()
    assert client.get(path_of(token)).status_code == 403
    assert client.post(path_of(token), filled_in(username="emil")).status_code == 403
    assert not User.objects.filter(username="emil").exists()


def test_redeem__works_once(charlie: User, bob: User, alice: User) -> None:
    token = invitations.create(charlie)
    assert invitations.redeem(token, alice)
    assert not invitations.redeem(token, bob)
    assert Invitation.objects.get().used_by == alice


def test_sign_up__refuses_an_expired_link(charlie: User, client: Client) -> None:
    token = invitations.create(charlie)
    Invitation.objects.update(expires_at=timezone.now())
    assert client.post(path_of(token), filled_in()).status_code == 403
    assert not User.objects.filter(username="dora").exists()


def test_sign_up__refuses_an_unknown_link(client: Client) -> None:
    assert client.get(path_of("made-up")).status_code == 403


def test_sign_up__keeps_the_link_after_an_invalid_form(charlie: User, client: Client) -> None:
    token = invitations.create(charlie)
    assert client.post(path_of(token), filled_in(username="charlie")).status_code == 422
    assert client.post(path_of(token), filled_in()).status_code == 302


def test_sign_up__refuses_invitations_while_closed(
    charlie: User, client: Client, settings: SettingsWrapper
) -> None:
    settings.SIGN_UP = "closed"
    assert client.get(path_of(invitations.create(charlie))).status_code == 403


def test_invite__needs_staff_or_permission(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"note": ""}).status_code == 403
    assert not Invitation.objects.exists()
    alice.user_permissions.add(Permission.objects.get(codename="add_invitation"))
    assert client.post(URL, {"note": ""}).status_code == 200
    assert Invitation.objects.get().created_by == alice


def test_invite__hides_invitations_of_others(
    admin: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    invitations.create(admin, note="a secret guest")
    assert "a secret guest" not in client_of(charlie).get(URL).content.decode()
