"""How much of their quota a user has used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gallery.accounts.models import User


@dataclass(frozen=True, slots=True)
class Quota:
    """A user's used and allowed bytes, and the used share as a whole percentage, at most 100."""

    used_bytes: int
    limit_bytes: int
    percent: int


def quota_of(user: User) -> Quota:
    """Return the user's quota as loaded from the database. The percentage is rounded up."""
    limit = max(user.quota_bytes, 1)  # A quota may be 0.
    return Quota(user.used_bytes, user.quota_bytes, min(100, -(-100 * user.used_bytes // limit)))
