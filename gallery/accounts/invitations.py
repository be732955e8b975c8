"""Invitations: a link lets one person sign up. Only a digest of its token is stored."""

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
    """Return whether the user may create invitations: staff, and users with the permission."""
    return user.is_staff or user.has_perm("accounts.add_invitation")


def create(created_by: User, *, note: str = "") -> str:
    """Create an invitation and return its token, which is not stored and cannot be shown again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    Invitation.objects.create(
        token_digest=_digest(token), note=note, created_by=created_by, expires_at=timezone.now() + VALID_FOR
    )
    return token


def is_open(untrusted_token: str) -> bool:
    """Return whether this token is valid for a sign-up now."""
    invitation = Invitation.objects.filter(token_digest=_digest(untrusted_token)).first()
    return invitation is not None and invitation.is_open(timezone.now())


def redeem(untrusted_token: str, user: User) -> bool:
    """Mark the invitation as used by this user. Return ``False`` if it is used or expired."""
    now = timezone.now()
    still_open = Invitation.objects.filter(
        token_digest=_digest(untrusted_token), used_at=None, expires_at__gt=now
    )
    return bool(still_open.update(used_by=user, used_at=now))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
