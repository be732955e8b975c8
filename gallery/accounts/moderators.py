"""Moderators, and who of them may decide about a photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from gallery.accounts import staff_mfa
from gallery.accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

MODERATE = "photos.moderate_photo"
BACKEND = "django.contrib.auth.backends.ModelBackend"
"""Where permissions are stored, whichever way people sign in."""


def sees_waiting(user: User | AnonymousUser) -> bool:
    """Return whether the user sees what waits for review: moderators, unless they owe two-step sign-in."""
    if user.is_anonymous or not user.has_perm(MODERATE):
        return False
    # Once for each request: a page asks for each of its photos.
    known: bool | None = user.__dict__.get("_sees_waiting")
    if known is None:
        known = user.__dict__["_sees_waiting"] = not staff_mfa.is_overdue(user)
    return known


def may_decide(actor: User, owner_id: int) -> bool:
    """Return whether the moderator may decide about photos of this owner.

    Their own they may decide about only if no other active person could, or if the operator allows it
    (``MODERATORS_MAY_DECIDE_OWN``).
    """
    if actor.pk != owner_id or settings.MODERATORS_MAY_DECIDE_OWN:
        return True
    others = User.objects.with_perm(MODERATE, backend=BACKEND).exclude(pk=actor.pk)
    return not others.exists()
