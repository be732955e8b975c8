"""The API's configured rate limits, one for each kind of request."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from django.conf import settings

from gallery.accounts.rate_limits import Limit


class Kind(StrEnum):
    """Kinds of requests, each with its own limit."""

    READS = "reads"
    WRITES = "writes"
    IMPORTS = "imports"


def limit_of(kind: Kind) -> Limit:
    """Return the configured limit. The burst is half of a minute's requests."""
    per_minute = int(settings.API_PER_MINUTE[kind])
    return Limit(f"api-{kind}", per_minute, timedelta(minutes=1), burst=max(per_minute // 2, 1))
