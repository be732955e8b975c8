"""Which users' photos are approved without review."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gallery.accounts.models import User


def is_trusted(user: User) -> bool:
    """Return whether the user's photos are approved without review."""
    return user.is_active and user.has_perm("photos.skip_review")
