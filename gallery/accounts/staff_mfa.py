"""Two-step sign-in is demanded of staff (``STAFF_MFA``), with a grace of seven days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils import timezone

from gallery.accounts.models import User

if TYPE_CHECKING:
    from datetime import datetime


def due_at(user: User) -> datetime | None:
    """Return when the user needs two-step sign-in at the latest; ``None`` if they have it or need none.

    The grace begins when a staff member without it is first seen.
    """
    if not settings.STAFF_MFA or not user.is_staff or is_mfa_enabled(user):
        return None
    if user.mfa_due_at is None:
        user.mfa_due_at = timezone.now() + settings.STAFF_MFA_GRACE
        User.objects.filter(pk=user.pk, mfa_due_at=None).update(mfa_due_at=user.mfa_due_at)
    return user.mfa_due_at


def may_act_by_token(user: User) -> bool:
    """Return whether a program may act as staff for the user.

    There is no grace: it exists to set up two-step sign-in, and a token outlives it.
    """
    return user.is_staff and (not settings.STAFF_MFA or is_mfa_enabled(user))


def is_overdue(user: User) -> bool:
    """Return whether the user may not act as staff until they set up two-step sign-in."""
    due = due_at(user)
    return due is not None and due <= timezone.now()
