"""Send account emails: plain text from templates. A failure is logged and never breaks the page."""

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


def is_sending_allowed(request: HttpRequest, recipient: str) -> bool:
    """Count one more email from this client to this recipient. Return whether it is within the limits."""
    # Both are counted every time: short-circuiting would leave the second limit uncounted.
    allowed = [
        is_allowed(EMAILS_PER_ADDRESS, client_address(request)),
        is_allowed(EMAILS_PER_RECIPIENT, recipient),
    ]
    return all(allowed)


def send(name: str, recipient: str, context: dict[str, Any]) -> bool:
    """Send ``templates/accounts/<name>_email.txt``. Return whether the mail server accepted it."""
    context = {"site_origin": settings.SITE_ORIGIN, **context}
    subject = render_to_string(f"accounts/{name}_subject.txt", context).strip()
    body = render_to_string(f"accounts/{name}_email.txt", context)
    try:
        send_mail(subject, body, None, [recipient])
    except (SMTPException, OSError) as problem:
        logger.warning("email_not_sent", email=name, problem=str(problem))
        return False
    return True
