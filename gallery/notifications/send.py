"""Send due notification emails, in a bounded and resumable job: one email per user, each event once."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from smtplib import SMTPException, SMTPServerDisconnected
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from django.core import mail
from django.db.models import Exists, Max, Min, OuterRef, Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.notifications.email_text import HEADINGS
from gallery.notifications.emails import compose
from gallery.notifications.models import Notification, Rhythm
from gallery.notifications.preferences import can_be_reached, rhythm_expression

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

    from gallery.photos.models import Photo

logger = structlog.get_logger(__name__)

MAX_EMAILS = 200
RUN_SECONDS = 15.0
"""Below the 30-second timeout of the scheduled function."""
MAX_REFUSED = 5
"""After this many refusals in a row, the recipients are unlikely to be the cause."""

DAY = timedelta(days=1)
QUIET_PERIOD = timedelta(minutes=1)
"""How long "at once" waits for further events after an email, so that a burst is two emails."""
MAX_DELAY = timedelta(minutes=10)
"""The longest such wait, and how long after an email the next one waits."""
CLAIM_LIFETIME = timedelta(minutes=5)
"""Longer than a run. Rows claimed by an interrupted run are then free again."""
RETENTION = timedelta(days=30)
"""How long rows are kept, sent or not."""
MAX_BACKOFF_EXPONENT = 5
"""After a refusal the wait doubles from two hours; above this exponent it is a day."""


class Outcome(Enum):
    """The outcome of one user's email."""

    SENT = auto()
    REFUSED = auto()
    SKIPPED = auto()


@dataclass(slots=True)
class SendReport:
    """What one run did, as counts. ``unavailable``: the mail server did not respond."""

    sent: int = 0
    refused: int = 0
    deleted: int = 0
    unavailable: bool = False


def send_due(now: datetime | None = None) -> SendReport:
    """Send the due emails, longest waiting first. What the server refuses is retried by a later run."""
    now = now or timezone.now()
    report = SendReport(deleted=_delete_old(now))
    due = _due(now)
    if not due:
        return report
    try:
        with mail.get_connection() as connection:
            _send_to_all(due, now, connection, report)
    except OSError as problem:
        # Includes SMTPException.
        report.unavailable = True
        logger.warning("mail_server_unavailable", problem=str(problem))
    return report


def _send_to_all(
    due: list[tuple[int, Rhythm]], now: datetime, connection: BaseEmailBackend, report: SendReport
) -> None:
    deadline = time.monotonic() + RUN_SECONDS
    refused_in_a_row = 0
    for person_id, rhythm in due:
        if time.monotonic() > deadline or refused_in_a_row == MAX_REFUSED:
            return
        outcome = _send_to(person_id, rhythm, now, connection)
        report.sent += outcome is Outcome.SENT
        report.refused += outcome is Outcome.REFUSED
        refused_in_a_row = refused_in_a_row + 1 if outcome is Outcome.REFUSED else 0


def _delete_old(now: datetime) -> int:
    deleted, _ = Notification.objects.filter(at__lt=now - RETENTION).delete()
    return deleted


def _due(now: datetime) -> list[tuple[int, Rhythm]]:
    """Return the ids of users with due notifications, and their choices."""
    waiting = Notification.objects.filter(done_at=None, not_before__lte=now).values("person")
    # The first of a burst leaves with the nearest run; only what follows it soon waits to be one email.
    recent = Notification.objects.filter(person=OuterRef("person"), done_at__gt=now - MAX_DELAY)
    users = waiting.annotate(rhythm=rhythm_expression("person__"), oldest=Min("at"), newest=Max("at")).filter(
        Q(rhythm=Rhythm.OFF)
        | Q(rhythm=Rhythm.DAILY, oldest__lte=now - DAY)
        | Q(rhythm=Rhythm.AT_ONCE)
        & (Q(newest__lte=now - QUIET_PERIOD) | Q(oldest__lte=now - MAX_DELAY) | ~Exists(recent))
    )
    due = users.order_by("oldest").values_list("person", "rhythm")
    return [(person_id, Rhythm(rhythm)) for person_id, rhythm in due[:MAX_EMAILS]]


def _send_to(person_id: int, rhythm: Rhythm, now: datetime, connection: BaseEmailBackend) -> Outcome:
    """Send a user the email about what is still current.

    Raises:
        OSError: the server does not respond. The rows are free again when the claim expires.
    """
    rows = Notification.objects.filter(person=person_id, claim=_claim(person_id, now))
    notifications = list(rows.select_related("photo").order_by("at"))
    photos = photos_still_true(notifications)
    person = User.objects.filter(can_be_reached(), pk=person_id).first()
    if not photos or person is None or rhythm == Rhythm.OFF:
        rows.update(done_at=now, claim=None)
        return Outcome.SKIPPED
    message = compose(person, photos, [row.event_id for row in notifications], rhythm)
    try:
        connection.send_messages([message])
    except SMTPServerDisconnected:
        raise
    except SMTPException as problem:
        # The server responds and refused only this email.
        _postpone(rows, notifications, now, problem)
        return Outcome.REFUSED
    rows.update(done_at=now, claim=None)
    return Outcome.SENT


def _postpone(
    rows: QuerySet[Notification], notifications: list[Notification], now: datetime, problem: SMTPException
) -> None:
    """Retry in two hours, then four, and finally once a day."""
    tries = max(row.tries for row in notifications) + 1
    wait = min(timedelta(hours=2 ** min(tries, MAX_BACKOFF_EXPONENT)), DAY)
    rows.update(not_before=now + wait, claim=None, tries=tries)
    # The server's text is not logged, because it contains the address.
    logger.warning(
        "email_refused", person_id=notifications[0].person_id, tries=tries, problem=type(problem).__name__
    )


def _claim(person_id: int, now: datetime) -> UUID:
    """Claim a user's due rows, so no other run gets them, and return the claim."""
    claim = uuid4()
    waiting = Notification.objects.filter(person=person_id, done_at=None, not_before__lte=now)
    waiting.update(claim=claim, not_before=now + CLAIM_LIFETIME)
    return claim


def photos_still_true(rows: list[Notification]) -> list[Photo]:
    """Return the photos, each once, that still have the state of a row and are not in the trash."""
    photos = {
        row.photo_id: row.photo
        for row in rows
        if row.photo.state == row.state and row.photo.trashed_at is None and row.state in HEADINGS
    }
    return list(photos.values())
