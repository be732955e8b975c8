"""Invitations: a link that brings one person in. Only a digest of its token is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from gallery.accounts.models import Invitation

if TYPE_CHECKING:
    from gallery.accounts.models import User

VALID_FOR = timedelta(days=14)
TOKEN_BYTES = 24


def may_invite(user: User) -> bool:
    """Tell whether the user may make invitations: staff, and whoever was given the permission."""
    return user.is_staff or user.has_perm("accounts.add_invitation")


def make(created_by: User, *, note: str = "") -> str:
    """Make an invitation and return its token, which nobody can find out later."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        token_digest=_digest(token), note=note, created_by=created_by, expires_at=timezone.now() + VALID_FOR
    )
    return token


def is_open(untrusted_token: str) -> bool:
    """Tell whether somebody can sign up by this token now."""
    invitation = Invitation.objects.filter(token_digest=_digest(untrusted_token)).first()
    return invitation is not None and invitation.is_open(timezone.now())


def take(untrusted_token: str, user: User) -> bool:
    """Use the invitation up for this new person; ``False`` where somebody was first or it is too old."""
    now = timezone.now()
    still_open = Invitation.objects.filter(
        token_digest=_digest(untrusted_token), used_at=None, expires_at__gt=now
    )
    return bool(still_open.update(used_by=user, used_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
