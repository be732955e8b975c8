"""Rate limits that hold across web functions: one conditional UPDATE on one row for each request.

The generic cell rate algorithm: each request moves ``busy_until`` on by its share of a minute, and is
refused where that would run further ahead of the clock than the burst allows.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from enum import StrEnum

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from gallery.api.models import Pace

MICROSECONDS = 1_000_000


class Kind(StrEnum):
    """Kinds of requests, each with its own limit."""

    READS = "reads"
    WRITES = "writes"
    IMPORTS = "imports"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many a minute in the long run, and how many at once."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> int:
        """Return the share of one request, in microseconds."""
        return 60 * MICROSECONDS // self.per_minute


def limit_of(kind: Kind) -> Limit:
    """Return the configured limit."""
    per_minute = int(settings.API_PER_MINUTE[kind])
    return Limit(per_minute, max(per_minute // 2, 1))


def retry_after_seconds(user_id: int, kind: Kind, *, cost: int = 1) -> int:
    """Count ``cost`` requests of the user; return 0 if they are within the limit, else how long to wait.

    Costs one query; two more where the user is new or too fast.
    """
    limit = limit_of(kind)
    # More at once than the burst would never pass; so it takes the whole burst.
    cost = min(cost, limit.burst)
    key = f"{kind}:{user_id}"
    now = time.time_ns() // 1000
    latest = now + (limit.burst - cost) * limit.interval
    share = cost * limit.interval
    moved = Greatest(F("busy_until"), Value(now)) + Value(share)
    if Pace.objects.filter(key=key, busy_until__lte=latest).update(busy_until=moved):
        return 0
    busy_until = Pace.objects.filter(key=key).values_list("busy_until", flat=True).first()
    if busy_until is None:
        try:
            with transaction.atomic():
                Pace.objects.create(key=key, busy_until=now + share)
        except IntegrityError:
            return retry_after_seconds(user_id, kind, cost=cost)
        return 0
    return max(1, math.ceil((busy_until - latest) / MICROSECONDS))


def forget_idle(now_seconds: float) -> int:
    """Remove paces that lie wholly in the past, as if they had never been; return how many."""
    idle = Pace.objects.filter(busy_until__lt=int(now_seconds * MICROSECONDS))
    return idle.delete()[0]
