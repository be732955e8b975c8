"""Creating an account: the person and the invitation, both or neither."""

from __future__ import annotations

import pytest

from gallery.accounts import invitations
from gallery.accounts.models import User
from gallery.accounts.sign_up import InvitationUsed, NameTaken, create_account


def test_create_account__redeems_the_invitation(charlie: User) -> None:
    invitation = invitations.create(charlie)
    create_account(User(username="dora"), invitation=invitation)
    assert User.objects.get(username="dora").pk
    assert not invitations.is_open(invitation)


def test_create_account__invitation_used(alice: User, charlie: User) -> None:
    invitation = invitations.create(charlie)
    invitations.redeem(invitation, alice)
    with pytest.raises(InvitationUsed):
        create_account(User(username="dora"), invitation=invitation)
    assert not User.objects.filter(username="dora").exists()


def test_create_account__name_taken(alice: User, charlie: User) -> None:
    invitation = invitations.create(charlie)
    with pytest.raises(NameTaken):
        create_account(User(username="Alice"), invitation=invitation)
    assert invitations.is_open(invitation)
