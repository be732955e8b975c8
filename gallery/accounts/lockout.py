"""How many wrong passwords are too many, kept by django-axes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from axes.handlers.database import AxesDatabaseHandler

if TYPE_CHECKING:
    from django.http import HttpRequest

NAME_ALLOWANCE = 5
"""A name may fail this many times as often as an address: no single ill-wisher can lock a person out."""


class LockoutHandler(AxesDatabaseHandler):  # type: ignore[misc]  # axes is untyped
    """Counts wrong passwords by client address, and by name against tries spread over many addresses."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Return how many failures stand against this try, in units of an address's failures."""
        by_address, by_name = self.get_user_attempts(request, credentials)
        return max(_sum(by_address), _sum(by_name) // NAME_ALLOWANCE)


def _sum(attempts: Any) -> int:
    return sum(attempts.values_list("failures_since_start", flat=True))


def typed_name(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str:
    """Return the name or e-mail address somebody typed, in one spelling."""
    typed = credentials.get("username") if credentials else request.POST.get("username")
    # 255 characters are what the table of attempts holds.
    return str(typed or "").strip().lower().replace("\0", "")[:255]
