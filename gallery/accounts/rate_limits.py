"""Limits on how often something may be done: kept in the database, since functions share no memory."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from gallery.accounts.models import Tally

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Limit:
    """``most`` times ``within`` some time."""

    name: str
    most: int
    within: timedelta


KEPT_FOR = timedelta(days=1)
"""Longer than any limit looks back."""

SIGN_UPS_PER_ADDRESS = Limit("sign-ups", 20, timedelta(hours=1))
MAILS_PER_ADDRESS = Limit("mails-asked", 20, timedelta(hours=1))
MAILS_PER_RECIPIENT = Limit("mails-sent", 5, timedelta(hours=1))


def within(limit: Limit, subject: str | None, *, now: datetime | None = None) -> bool:
    """Count one more and tell whether it is still allowed. An unknown subject shares one count."""
    now = now or timezone.now()
    digest = hashlib.sha256(f"{limit.name}:{(subject or '').lower()}".encode()).hexdigest()
    running = Tally.objects.filter(subject=digest, started_at__gt=now - limit.within)
    if not running.update(count=F("count") + 1):
        Tally.objects.filter(started_at__lt=now - KEPT_FOR).delete()
        Tally.objects.update_or_create(subject=digest, defaults={"count": 1, "started_at": now})
        return True
    return running.filter(count__lte=limit.most).exists()
