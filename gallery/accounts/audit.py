"""The audit trail of accounts: append-only, shown to the person, exported by admins, kept for a year."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django.utils import timezone

from gallery.accounts.client_address import client_address
from gallery.accounts.models import AccountEvent

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.accounts.models import User

logger = structlog.get_logger(__name__)

KEPT = timedelta(days=365)


def record(
    request: HttpRequest | None,
    user: User,
    kind: AccountEvent.Kind,
    *,
    actor: User | None = None,
    **details: Any,
) -> AccountEvent:
    """Add an entry about ``user``. ``actor`` is another person who did it."""
    event = AccountEvent.objects.create(
        user=user,
        kind=kind,
        address=client_address(request) if request else None,
        agent=request.headers.get("user-agent", "")[:200].replace("\0", "") if request else "",
        actor=actor if actor and actor.pk != user.pk else None,
        details=details,
    )
    logger.info("account_event", kind=str(kind), user_id=user.pk, actor_id=event.actor_id, event_id=event.pk)
    return event


def delete_old() -> int:
    """Delete entries older than a year. Return how many there were."""
    return AccountEvent.objects.expire(timezone.now() - KEPT)
