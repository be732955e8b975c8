"""Delete expired API rows."""

from __future__ import annotations

import time

from gallery.accounts import rate_limits
from gallery.api import idempotency


def forget() -> int:
    """Delete responses older than a day and idle rate limits; return the number of rows."""
    return idempotency.forget_old() + rate_limits.delete_idle(time.time())
