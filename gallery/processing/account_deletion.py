"""Delete accounts: close the account, purge its photos, then delete its row.

Thousands of photos take longer than one request may take. The request deletes what it can, and the sweep
continues until nothing is left.
"""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from gallery.accounts import emails
from gallery.accounts.models import NAME_FIELDS, User
from gallery.albums.models import Album
from gallery.photos.purge import purge_all_of

if TYPE_CHECKING:
    from collections.abc import Callable

logger = structlog.get_logger(__name__)

REQUEST_SECONDS = 10.0
"""How long a request may purge. API Gateway times out after 30 s, and one purge may wait for S3."""

SWEEP_SECONDS = 10.0
ACCOUNTS_PER_RUN = 50


class LastAdmin(Exception):
    """The account is the only active admin."""


def delete_account(user: User, *, seconds: float = REQUEST_SECONDS) -> bool:
    """Delete an account and its data. Return ``False`` if the sweep still has to finish it.

    Raises:
        LastAdmin: there is no other active admin.
    """
    if user.is_superuser and not _other_admins(user):
        raise LastAdmin
    _close(user)
    return _finish(user, _timer(seconds))


@transaction.atomic
def _close(user: User) -> None:
    """End what the account can do. All that it shows is hidden by ``left_at``: purging can take a day."""
    if user.email:
        # The audit trail goes with the account, so nothing else would tell a person whose password is known.
        emails.queue("account_deleted", user, {})
    # First, because an inactive account can't sign in or get offers.
    user.is_active = False
    user.left_at = timezone.now()
    user.email = user.display_name = user.public_name = user.name_note = ""
    user.name_at = None
    user.set_unusable_password()
    user.save(update_fields=["is_active", "left_at", "email", "password", *NAME_FIELDS])


def finish_deletions(*, has_time: Callable[[], bool] | None = None, photos_each: int | None = None) -> int:
    """Continue deletions that have begun. Return the number of accounts now deleted.

    ``has_time`` is asked before each photo; at most ``photos_each`` of each account are purged.
    """
    has_time = has_time or _timer(SWEEP_SECONDS)
    users = User.objects.filter(left_at__isnull=False).order_by("left_at")[:ACCOUNTS_PER_RUN]
    return sum(_finish(user, has_time, photos_each) for user in users)


def _timer(seconds: float) -> Callable[[], bool]:
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() < deadline


def _other_admins(user: User) -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exclude(pk=user.pk).exists()


def _delete_albums(user: User, has_time: Callable[[], bool]) -> bool:
    """Delete the user's albums one by one. Return ``False`` if some are left when the time is over."""
    for album in Album.objects.owned_by(user).iterator():
        if not has_time():
            return False
        album.delete()
    return True


def _finish(user: User, has_time: Callable[[], bool], most: int | None = None) -> bool:
    if not _delete_albums(user, has_time):
        return False
    turns = itertools.count()
    purged = purge_all_of(user, keep_going=lambda: (most is None or next(turns) < most) and has_time())
    try:
        User.objects.filter(pk=user.pk, left_at__isnull=False).delete()
    except ProtectedError:
        logger.info("account_deletion_unfinished", user_id=user.pk, purged=purged)
        return False
    logger.info("account_deleted", user_id=user.pk, purged=purged)
    return True
