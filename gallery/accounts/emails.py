"""Mails to people: plain text, from templates, never the reason that a page fails."""

from __future__ import annotations

from smtplib import SMTPException
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from gallery.accounts.client_address import client_address
from gallery.accounts.rate_limits import EMAILS_PER_ADDRESS, EMAILS_PER_RECIPIENT, is_allowed

if TYPE_CHECKING:
    from django.http import HttpRequest

logger = structlog.get_logger(__name__)


def may_ask(request: HttpRequest, recipient: str) -> bool:
    """Tell whether this client may have one more mail sent to this recipient, and count it."""
    # Both are counted each time: a short cut would let the other grow without limit.
    allowed = [
        is_allowed(EMAILS_PER_ADDRESS, client_address(request)),
        is_allowed(EMAILS_PER_RECIPIENT, recipient),
    ]
    return all(allowed)


def send(name: str, recipient: str, context: dict[str, Any]) -> bool:
    """Send the mail ``templates/accounts/<name>_email.txt``; tell whether it was taken."""
    context = {"site_origin": settings.SITE_ORIGIN, **context}
    subject = render_to_string(f"accounts/{name}_subject.txt", context).strip()
    body = render_to_string(f"accounts/{name}_email.txt", context)
    try:
        send_mail(subject, body, None, [recipient])
    except (SMTPException, OSError) as problem:
        logger.warning("mail_not_sent", mail=name, problem=str(problem))
        return False
    return True
