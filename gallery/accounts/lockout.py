"""Lockout after too many wrong passwords, by django-axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.handlers.database import AxesDatabaseHandler

from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from django.http import HttpRequest

USERNAME_ALLOWANCE = 5
"""How many times more failures a username may have than an address, so one attacker can't lock a user out."""


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes is untyped
    """Counts wrong passwords by client address, and by username against attempts from many addresses."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return the failures that count against this attempt, in units of failures of one address."""
        by_address, by_username = self.get_user_attempts(request, credentials)
        return max(_sum(by_address), _sum(by_username) // USERNAME_ALLOWANCE)


def _sum(attempts: Any) -> int:
    return sum(attempts.values_list("failures_since_start", flat=True))


def submitted_username(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the submitted username or email address, normalized."""
    submitted = credentials.get("username") if credentials else request.POST.get("username")
    # The column of django-axes' attempts holds 255 characters.
    return folded(str(submitted or "").strip()).replace("\0", "")[:255]
