"""Mail servers that are not well."""

from __future__ import annotations

from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from typing import TYPE_CHECKING

from django.core.mail.backends.locmem import EmailBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.core.mail import EmailMessage


class RefusesBob(EmailBackend):
    """Takes everything but what is for Bob."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:  # type: ignore[override]
        for message in messages:
            if message.to == ["bob@example.org"]:
                raise SMTPRecipientsRefused({"bob@example.org": (550, b"No such mailbox")})
        return super().send_messages(messages)


class HangsUp(EmailBackend):
    """Ends the connection when it should take a mail."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:  # type: ignore[override]
        raise SMTPServerDisconnected("Connection unexpectedly closed")
