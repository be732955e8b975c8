"""The one rate limiter. It uses the database because web functions share no memory.

Generic cell rate algorithm (GCRA): each request advances ``busy_until`` by its share of the period and is
refused if ``busy_until`` would be further ahead of the clock than the burst allows. Usually one UPDATE.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest

from gallery.accounts.models import RateLimit
from thumbworker.contract.text import folded

if TYPE_CHECKING:
    from collections.abc import Iterable

MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """``count`` requests per ``period`` on average, and at most ``burst`` at once."""

    name: str
    count: int
    period: timedelta
    burst: int

    @property
    def interval(self) -> int:
        """Return the share of one request, in microseconds."""
        return self.period // timedelta(microseconds=1) // self.count


def hourly(name: str, count: int) -> Limit:
    """Return a limit of ``count`` per hour, all of which may come at once."""
    return Limit(name, count, timedelta(hours=1), burst=count)


SIGN_UPS_PER_ADDRESS = hourly("sign-ups", 20)
EMAILS_PER_ADDRESS = hourly("mails-asked", 20)
EMAILS_PER_RECIPIENT = hourly("mails-sent", 5)


def retry_after_seconds(limit: Limit, subject: str, *, cost: int = 1) -> int:
    """Count ``cost`` requests of the subject. Return 0 if within the limit, else the wait in seconds.

    The subject is stored as a digest. Costs one query; two more if the subject is new or over the limit.
    """
    # A request that costs more than the burst would never pass, so it takes the whole burst.
    cost = min(cost, limit.burst)
    key = _key(limit, subject)
    now = time.time_ns() // 1000
    room = (limit.burst - cost) * limit.interval
    latest = now + room
    share = cost * limit.interval
    moved = Greatest(F("busy_until"), Value(now)) + Value(share)
    if RateLimit.objects.filter(key=key, busy_until__lte=latest).update(busy_until=moved):
        return 0
    busy_until = RateLimit.objects.filter(key=key).values_list("busy_until", flat=True).first()
    if busy_until is None:
        try:
            with transaction.atomic():
                RateLimit.objects.create(key=key, busy_until=now + share)
        except IntegrityError:
            return retry_after_seconds(limit, subject, cost=cost)
        return 0
    wait = busy_until - (time.time_ns() // 1000 + room)
    if wait <= 0:
        # Another request of a new subject created the row in between. This one is within the limit, too.
        return retry_after_seconds(limit, subject, cost=cost)
    return math.ceil(wait / MICROSECONDS)


def not_lately(limit: Limit, subjects: Iterable[str]) -> list[str]:
    """Return those that asked nothing within one share of the period, and count it for them. Two queries.

    Two requests at once may both get the same subject: this bounds work that may be done twice.
    """
    by_key = {_key(limit, subject): subject for subject in subjects}
    now = time.time_ns() // 1000
    busy = RateLimit.objects.filter(key__in=list(by_key), busy_until__gt=now).values_list("key", flat=True)
    # In one order, so that two requests never wait for each other.
    free = sorted(by_key.keys() - set(busy))
    rows = [RateLimit(key=key, busy_until=now + limit.interval) for key in free]
    RateLimit.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=["busy_until"]
    )
    return [by_key[key] for key in free]


def refund(limit: Limit, subject: str) -> None:
    """Take back one request that was counted, such as an attempt that turned out to be right."""
    key = _key(limit, subject)
    RateLimit.objects.filter(key=key).update(busy_until=F("busy_until") - Value(limit.interval))


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.name}:{folded(subject)}".encode()).hexdigest()


def is_allowed(limit: Limit, subject: str | None) -> bool:
    """Count one more and return whether it is within the limit. Unknown subjects share one count."""
    return retry_after_seconds(limit, subject or "") == 0


def delete_idle(now_seconds: float) -> int:
    """Delete rows that no longer limit anything. Return the number of deleted rows."""
    return RateLimit.objects.filter(busy_until__lt=int(now_seconds * MICROSECONDS)).delete()[0]
