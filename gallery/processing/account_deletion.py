"""Deleting an account: first it is closed, then its photos are purged, then its row goes.

An account of thousands of photos takes longer than one request may: the request does what it can, and
the sweep goes on with it until nothing is left.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import structlog
from django.db.models import ProtectedError
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos.purge import purge_all_of

if TYPE_CHECKING:
    from collections.abc import Callable

logger = structlog.get_logger(__name__)

REQUEST_SECONDS = 10.0
"""How long a page may purge: API Gateway gives up after 30 s, and one purge may wait for a dead S3."""

SWEEP_SECONDS = 10.0
DEPARTURES_PER_RUN = 50


class LastAdmin(Exception):
    """The account is the only one that can run the gallery."""


def leave(user: User, *, seconds: float = REQUEST_SECONDS) -> bool:
    """Delete an account and all that is its own; ``False`` where the sweep still has to finish it.

    Raises:
        LastAdmin: nobody else could run the gallery afterwards.
    """
    if user.is_superuser and not _other_admins(user):
        raise LastAdmin
    # Closed first: an inactive account can neither sign in nor be offered an upload any more.
    user.is_active = False
    user.left_at = timezone.now()
    user.email = ""
    user.set_unusable_password()
    user.save(update_fields=["is_active", "left_at", "email", "password"])
    return _finish(user, _clock(seconds))


def finish_departures(*, seconds: float = SWEEP_SECONDS) -> int:
    """Go on with accounts whose deletion has begun; return how many are gone now."""
    keep_going = _clock(seconds)
    leaving = User.objects.filter(left_at__isnull=False).order_by("left_at")[:DEPARTURES_PER_RUN]
    return sum(_finish(user, keep_going) for user in leaving)


def _clock(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() < deadline


def _other_admins(user: User) -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists()


def _finish(user: User, keep_going: Callable[[], bool]) -> bool:
    purged = purge_all_of(user, keep_going=keep_going)
    try:
        User.objects.filter(pk=user.pk, left_at__isnull=False).delete()
    except ProtectedError:
        logger.info("departure_goes_on", user_id=user.pk, purged=purged)
        return False
    logger.info("account_deleted", user_id=user.pk, purged=purged)
    return True
