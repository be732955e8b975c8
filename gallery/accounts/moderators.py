"""Moderators, and who of them may decide about a photo."""

from __future__ import annotations

from django.conf import settings

from gallery.accounts.models import User

MODERATE = "photos.moderate_photo"
BACKEND = "django.contrib.auth.backends.ModelBackend"
"""Where permissions are stored, whichever way people sign in."""


def may_decide(actor: User, owner_id: int) -> bool:
    """Return whether the moderator may decide about photos of this owner.

    Their own they may decide about only if no other active person could, or if the operator allows it
    (``MODERATORS_MAY_DECIDE_OWN``).
    """
    if actor.pk != owner_id or settings.MODERATORS_MAY_DECIDE_OWN:
        return True
    others = User.objects.with_perm(MODERATE, backend=BACKEND).exclude(pk=actor.pk)
    return not others.exists()
