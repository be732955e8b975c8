"""Remove what the API no longer needs."""

from __future__ import annotations

import time

from gallery.accounts import rate_limits
from gallery.api import idempotency


def forget() -> int:
    """Remove answers older than a day and idle rate limits; return how many rows."""
    return idempotency.forget_old() + rate_limits.delete_idle(time.time())
