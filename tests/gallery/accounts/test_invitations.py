"""Invitations: made by a few, seen once, used once, over after two weeks."""

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


def test_the_link_is_shown_once_and_only_its_digest_is_kept(
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


def test_a_link_brings_in_one_person(charlie: User, client: Client) -> None:
    token = invitations.make(charlie)
    assert client.get(path_of(token)).status_code == 200
    assert client.post(path_of(token), filled_in()).status_code == 302
    assert Invitation.objects.get().used_by == User.objects.get(username="dora")
    client.logout()
    assert client.get(path_of(token)).status_code == 403
    assert client.post(path_of(token), filled_in(username="emil")).status_code == 403
    assert not User.objects.filter(username="emil").exists()


def test_of_two_who_hold_the_same_link_only_one_gets_in(charlie: User, bob: User, alice: User) -> None:
    token = invitations.make(charlie)
    assert invitations.take(token, alice)
    assert not invitations.take(token, bob)
    assert Invitation.objects.get().used_by == alice


def test_a_link_is_over_after_two_weeks(charlie: User, client: Client) -> None:
    token = invitations.make(charlie)
    Invitation.objects.update(expires_at=timezone.now())
    assert client.post(path_of(token), filled_in()).status_code == 403
    assert not User.objects.filter(username="dora").exists()


def test_a_made_up_link_is_no_invitation(client: Client) -> None:
    assert client.get(path_of("made-up")).status_code == 403


def test_a_failed_try_leaves_the_link_usable(charlie: User, client: Client) -> None:
    token = invitations.make(charlie)
    assert client.post(path_of(token), filled_in(username="charlie")).status_code == 422
    assert client.post(path_of(token), filled_in()).status_code == 302


def test_a_closed_gallery_takes_no_invited_either(
    charlie: User, client: Client, settings: SettingsWrapper
) -> None:
    settings.SIGN_UP = "closed"
    assert client.get(path_of(invitations.make(charlie))).status_code == 403


def test_only_staff_and_whoever_may_invite(alice: User, client_of: Callable[[User], Client]) -> None:
    client = client_of(alice)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {"note": ""}).status_code == 403
    assert not Invitation.objects.exists()
    alice.user_permissions.add(Permission.objects.get(codename="add_invitation"))
    assert client.post(URL, {"note": ""}).status_code == 200
    assert Invitation.objects.get().created_by == alice


def test_others_invitations_are_not_shown(
    admin: User, charlie: User, client_of: Callable[[User], Client]
) -> None:
    invitations.make(admin, note="a secret guest")
    assert "a secret guest" not in client_of(charlie).get(URL).content.decode()
