"""Account emails: plain text from templates, queued, and sent once the response is on its way.

A queued email makes a response take as long for an unknown address as for a known one, and a mail server
that is slow or down breaks no page. ``send_queued`` runs after the response, and in the sweep for what is
left. In a Lambda function, which is frozen after its response, both kinds of response take ``EMAIL_SECONDS``.
"""

from __future__ import annotations

import time
from datetime import timedelta
from smtplib import SMTPException
from threading import local
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.core.signals import request_finished, request_started
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils import timezone

from gallery.accounts.devices import visitor_of
from gallery.accounts.languages import in_language_of
from gallery.accounts.models import QueuedEmail
from gallery.accounts.rate_limits import EMAILS_PER_ADDRESS, EMAILS_PER_RECIPIENT, is_allowed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from gallery.accounts.models import User

logger = structlog.get_logger(__name__)

FIRST_WAIT = timedelta(minutes=1)
MOST_TRIES = 8
"""With waits that double from a minute, the last try is two hours after the first."""
MOST_AT_ONCE = 50
SENDING = timedelta(minutes=2)
"""How long one run keeps an email from the others. It is longer than the mail server's timeout."""


def is_sending_allowed(request: HttpRequest, name: str, recipient: str) -> bool:
    """Count one more email from this client to this recipient. Return whether it is within the limits.

    Each kind counts apart: with sign-ups for someone's address, no one can keep a reset link from them.
    """
    # Both are counted every time: short-circuiting would leave the second limit uncounted.
    allowed = [
        is_allowed(EMAILS_PER_ADDRESS, visitor_of(request)),
        is_allowed(EMAILS_PER_RECIPIENT, f"{name}:{recipient}"),
    ]
    return all(allowed)


def queue(
    name: str,
    person: User,
    context: dict[str, Any],
    *,
    recipient: str | None = None,
    is_secret: bool = False,
) -> None:
    """Queue ``templates/account/email/<name>.txt`` to a person, in their language.

    ``recipient`` is another address than theirs; with none, the same work is done for nothing.
    ``is_secret``: the time of the response is the same with and without a recipient.
    """
    recipient = person.email if recipient is None else recipient
    context = {"site_origin": settings.SITE_ORIGIN, "user": person, **context}
    with in_language_of(person):
        subject = " ".join(render_to_string(f"account/email/{name}_subject.txt", context).split())
        body = render_to_string(f"account/email/{name}.txt", context)
    QueuedEmail.objects.create(to=recipient, subject=subject[:200], body=body, not_before=timezone.now())
    _waiting.seconds = settings.EMAIL_SECONDS if is_secret else 0.0


_waiting = local()
"""The request's thread: ``seconds`` is set if it queued an email."""


@receiver(request_started)
def _leave_what_others_queued(**_kwargs: object) -> None:
    """Leave what a job or a command queued in this thread to the next run: no request waits for it."""
    _waiting.seconds = None


@receiver(request_finished)
def send_after_response(**_kwargs: object) -> None:
    """Send what the request queued, once the client has its response."""
    seconds = getattr(_waiting, "seconds", None)
    if seconds is None:
        return
    _waiting.seconds = None
    began = time.monotonic()
    send_queued()
    time.sleep(max(0.0, began + seconds - time.monotonic()))


def send_queued() -> int:
    """Send the emails that are due. Return how many were sent."""
    now = timezone.now()
    QueuedEmail.objects.filter(to="").delete()
    sent = 0
    for email in QueuedEmail.objects.filter(not_before__lte=now).order_by("pk")[:MOST_AT_ONCE]:
        # The run that moves the time sends it, so two runs send it once.
        mine = QueuedEmail.objects.filter(pk=email.pk, not_before=email.not_before)
        if mine.update(not_before=now + SENDING):
            sent += _send(email)
    return sent


def _send(email: QueuedEmail) -> int:
    try:
        send_mail(email.subject, email.body, None, [email.to])
    except (SMTPException, OSError) as problem:
        logger.warning("email_not_sent", problem=str(problem), tries=email.tries + 1)
        row = QueuedEmail.objects.filter(pk=email.pk)
        if email.tries + 1 >= MOST_TRIES:
            row.delete()
        else:
            wait = FIRST_WAIT * 2**email.tries
            row.update(tries=email.tries + 1, not_before=timezone.now() + wait)
        return 0
    email.delete()
    return 1
