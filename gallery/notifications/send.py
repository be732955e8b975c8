"""Sends the mails that are due: bounded, resumable, each event once, never while a page waits."""

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
from django.db.models import Max, Min, Q
from django.utils import timezone

from gallery.accounts.models import User
from gallery.notifications.email_text import HEADINGS
from gallery.notifications.emails import letter
from gallery.notifications.models import Notification, Rhythm
from gallery.notifications.preferences import can_be_reached, rhythm_by

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.mail.backends.base import BaseEmailBackend
    from django.db.models import QuerySet

    from gallery.photos.models import Photo

logger = structlog.get_logger(__name__)

MAX_LETTERS = 200
RUN_SECONDS = 15.0
"""Less than a scheduled function's time, which is 30 s."""
MAX_REFUSED = 5
"""After so many mails in a row that the server did not take, the fault is not the recipients'."""

DAY = timedelta(days=1)
CALM = timedelta(minutes=1)
"""A burst is one mail, and an undone decision none: "at once" waits until a minute was calm ..."""
CALM_AT_MOST = timedelta(minutes=10)
"""... but no longer than this."""
CLAIMED_FOR = timedelta(minutes=5)
"""Longer than a run: what a run that was cut off had taken is then free for another."""
KEPT = timedelta(days=30)
"""How long the queue remembers an event, and how long an open one is worth telling."""


LONGEST_DOUBLING = 5
"""Of the wait after a refusal, in powers of two hours: then it is a day."""


class Outcome(Enum):
    """What became of one person's mail."""

    SENT = auto()
    REFUSED = auto()
    NOTHING_TO_SAY = auto()


@dataclass(slots=True)
class SendReport:
    """What one run did, by count. ``unavailable`` says that the mail server did not answer."""

    sent: int = 0
    refused: int = 0
    forgotten: int = 0
    unavailable: bool = False


def send_due(now: datetime | None = None) -> SendReport:
    """Send what is due, whoever waits longest first; what is not taken is tried again later."""
    now = now or timezone.now()
    report = SendReport(forgotten=_forget(now))
    due = _due(now)
    if not due:
        return report
    try:
        with mail.get_connection() as connection:
            _send_to_all(due, now, connection, report)
    except OSError as problem:
        # SMTPException is one, too.
        report.unavailable = True
        logger.warning("mail_server_silent", problem=str(problem))
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


def _forget(now: datetime) -> int:
    forgotten, _ = Notification.objects.filter(at__lt=now - KEPT).delete()
    return forgotten


def _due(now: datetime) -> list[tuple[int, Rhythm]]:
    """Return who is to be told now, and how often they want to be."""
    waiting = Notification.objects.filter(done_at=None, not_before__lte=now).values("person")
    people = waiting.annotate(rhythm=rhythm_by("person__"), oldest=Min("at"), newest=Max("at")).filter(
        Q(rhythm=Rhythm.OFF)
        | Q(rhythm=Rhythm.DAILY, oldest__lte=now - DAY)
        | Q(rhythm=Rhythm.AT_ONCE) & (Q(newest__lte=now - CALM) | Q(oldest__lte=now - CALM_AT_MOST))
    )
    found = people.order_by("oldest").values_list("person", "rhythm")
    return [(person_id, Rhythm(rhythm)) for person_id, rhythm in found[:MAX_LETTERS]]


def _send_to(person_id: int, rhythm: Rhythm, now: datetime, connection: BaseEmailBackend) -> Outcome:
    """Tell a person what is still true.

    Raises:
        OSError: the server does not answer; the rows are free again when the claim has run out.
    """
    rows = Notification.objects.filter(person=person_id, claim=_claim(person_id, now))
    told = list(rows.select_related("photo").order_by("at"))
    photos = still_true(told)
    person = User.objects.filter(can_be_reached(), pk=person_id).first()
    if not photos or person is None or rhythm == Rhythm.OFF:
        rows.update(done_at=now, claim=None)
        return Outcome.NOTHING_TO_SAY
    message = letter(person, photos, [row.event_id for row in told], rhythm)
    try:
        connection.send_messages([message])
    except SMTPServerDisconnected:
        raise
    except SMTPException as problem:
        # The server is there and took everything but this mail.
        _put_off(rows, told, now, problem)
        return Outcome.REFUSED
    rows.update(done_at=now, claim=None)
    return Outcome.SENT


def _put_off(
    rows: QuerySet[Notification], told: list[Notification], now: datetime, problem: SMTPException
) -> None:
    """Try again in two hours, then four, at last once a day."""
    tries = max(row.tries for row in told) + 1
    wait = min(timedelta(hours=2 ** min(tries, LONGEST_DOUBLING)), DAY)
    rows.update(not_before=now + wait, claim=None, tries=tries)
    # Not the server's words, which name the address.
    logger.warning("mail_refused", person_id=told[0].person_id, tries=tries, problem=type(problem).__name__)


def _claim(person_id: int, now: datetime) -> UUID:
    """Take a person's open rows; another run gets none of them."""
    claim = uuid4()
    waiting = Notification.objects.filter(person=person_id, done_at=None, not_before__lte=now)
    waiting.update(claim=claim, not_before=now + CLAIMED_FOR)
    return claim


def still_true(rows: list[Notification]) -> list[Photo]:
    """Return the photos that still stand where a row says, each once, and not in the trash."""
    photos = {
        row.photo_id: row.photo
        for row in rows
        if row.photo.state == row.state and row.photo.trashed_at is None and row.state in HEADINGS
    }
    return list(photos.values())
