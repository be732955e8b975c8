"""Mail servers that fail."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import TYPE_CHECKING

from django.core.mail.backends.locmem import EmailBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage


class RefusesBob(EmailBackend):
    """Refuses Bob as a recipient."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:  # type: ignore[override]
        for message in messages:
            if message.to == ["bob@example.org"]:
                raise SMTPRecipientsRefused({"bob@example.org": (550, b"No such mailbox")})
        return super().send_messages(messages)


class HangsUp(EmailBackend):
    """Closes the connection when it should accept an email."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:  # type: ignore[override]
        raise SMTPServerDisconnected("Connection unexpectedly closed")
