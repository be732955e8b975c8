"""Invitations: a link lets one person sign up. Only a digest of its token is stored."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from gallery.accounts.models import Invitation

if TYPE_CHECKING:
    from django.db.models import QuerySet

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
    return _open(untrusted_token).exists()


def redeem(untrusted_token: str, user: User) -> bool:
    """Mark the invitation as used by this user. Return ``False`` if it is used or expired."""
    return bool(_open(untrusted_token).update(used_by=user, used_at=timezone.now()))


def _open(untrusted_token: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        token_digest=_digest(untrusted_token), used_at=None, expires_at__gt=timezone.now()
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
