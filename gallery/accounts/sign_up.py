"""Creating an account, and confirming its address."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import translation

from gallery.accounts import invitations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gallery.accounts.models import User


class NameTaken(Exception):
    """Another account has this username."""


class InvitationUsed(Exception):
    """The invitation has already been used or has expired."""


class AddressTaken(Exception):
    """Another account confirmed this email address."""


@contextmanager
def confirming() -> Iterator[None]:
    """Confirm an address in one transaction.

    Raises:
        AddressTaken: another account confirmed the address a moment ago. Nothing changed.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise AddressTaken from error


def create_account(user: User, *, invitation: str = "") -> None:
    """Save a new person and redeem their invitation, if any; both or neither.

    Raises:
        NameTaken: another account took the username since the form was checked.
        InvitationUsed: the invitation was redeemed or expired since the page was shown.
    """
    user.browser_language = translation.get_language() or ""
    try:
        with transaction.atomic():
            user.save()
            if invitation and not invitations.redeem(invitation, user):
                raise InvitationUsed
    except IntegrityError as error:
        raise NameTaken from error
