"""Report a photo, and dismiss reports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.accounts import audit
from gallery.accounts.models import AccountEvent
from gallery.accounts.moderators import may_decide
from gallery.accounts.rate_limits import Limit, hourly, retry_after_seconds
from gallery.photos import actions as photo_actions
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.reports.models import Report

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User

PER_REPORTER = hourly("reports", 10)
PER_PHOTO = Limit("reports-of-photo", 20, timedelta(days=1), burst=20)


def wait_seconds(reporter: str) -> int:
    """Count one report of this reporter. Return 0, or how many seconds to wait before the next."""
    return retry_after_seconds(PER_REPORTER, reporter)


def reporter_of(user: User | AnonymousUser, address: str | None) -> str:
    """Return whose report it is: a user's id, or a visitor's address. Users behind one share no limit."""
    return f"{user.pk}" if user.is_authenticated else address or ""


def report(photo_id: UUID, *, reason: str, words: str, reporter: str, in_share: bool = False) -> bool:
    """Store a report. Return ``False`` if this reporter's is there, or the photo has enough of them today.

    ``reporter`` is a user's id or a visitor's address. Only a keyed digest of it is stored.
    """
    digest = salted_hmac("gallery.reports", reporter, algorithm="sha256").hexdigest()
    # Repeated reports count only once, or one person could use up the photo's limit and silence all others.
    mine = Report.objects.filter(photo_id=photo_id, reporter=digest)
    if mine.exists():
        # It was public then. Now only a share shows it.
        if in_share:
            mine.update(in_share=True)
        return False
    if retry_after_seconds(PER_PHOTO, str(photo_id)):
        return False
    try:
        with transaction.atomic():
            Report.objects.create(
                photo_id=photo_id,
                reason=reason,
                words=words,
                reporter=digest,
                in_share=in_share,
                at=timezone.now(),
            )
    except IntegrityError:
        # Reported before, or the photo was purged meanwhile.
        return False
    return True


def dismiss(photo_id: UUID, *, actor: User, seen_until: int) -> Outcome:
    """Dismiss the photo's reports up to the last that the moderator saw. The photo stays as it is."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None:
        return Outcome.CONFLICT
    if not may_decide(actor, photo.owner_id):
        return Outcome.OWN_PHOTO
    seen = Report.objects.filter(photo=photo, dismissed_at=None, pk__lte=seen_until)
    changed = seen.update(dismissed_at=timezone.now(), dismissed_by=actor)
    return Outcome.DONE if changed else Outcome.CONFLICT


def reject(photo_id: UUID, *, actor: User, reason: str) -> Outcome:
    """Reject a photo, also a private one if a report from a share is open. Its owner sees the reason."""
    in_share = Report.objects.open().filter(photo=photo_id, in_share=True).exists()
    return photo_actions.reject(photo_id, actor=actor, reason=reason, may_be_private=in_share)


def look_at(photo_id: UUID, *, actor: User) -> Photo | None:
    """Return a reported photo to the moderator who judges it; ``None`` if no report of it is open.

    It may be private, so its owner's trail says who looked.
    """
    photo = (
        Photo.objects.with_owner().filter(pk__in=Report.objects.open().values("photo")).filter(pk=photo_id)
    )
    found = photo.first()
    if found is not None:
        audit.record(
            None, found.owner, AccountEvent.Kind.REPORTED_PHOTO_SEEN, actor=actor, photo=str(photo_id)
        )
    return found
