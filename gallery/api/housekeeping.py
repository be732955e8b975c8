"""Forgets what the API need not remember any more."""

from __future__ import annotations

import time

from gallery.api import idempotency, rate_limits


def forget() -> int:
    """Remove answers older than a day and paces that lie in the past; return how many rows went."""
    return idempotency.forget_old() + rate_limits.forget_idle(time.time())
