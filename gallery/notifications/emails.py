"""Writes the mails: plain text and the same in HTML, without pictures or anything that reports back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from gallery.notifications.email_text import parts_of, subject_of
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import stop_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.models import Photo


def letter(
    person: User, photos: Iterable[Photo], event_ids: Sequence[UUID], rhythm: Rhythm
) -> EmailMultiAlternatives:
    """Return the mail that tells a person how these photos of theirs stand now."""
    parts, stop = parts_of(photos), stop_url(person)
    context = {
        "person": person,
        "parts": parts,
        "is_daily": rhythm == Rhythm.DAILY,
        "mine_url": settings.SITE_ORIGIN + reverse("mine"),
        "choose_url": settings.SITE_ORIGIN + reverse("notifications"),
        "stop_url": stop,
    }
    message = EmailMultiAlternatives(
        subject_of(parts),
        render_to_string("notifications/letter.txt", context),
        to=[person.email],
        headers={
            "Message-ID": _message_id(event_ids),
            "Auto-Submitted": "auto-generated",
            # RFC 8058: mail programs show a button of their own that posts there.
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(render_to_string("notifications/letter.html", context), "text/html")
    return message


def _message_id(event_ids: Sequence[UUID]) -> str:
    """Return an id that is equal if the same mail is sent again, so that a reader may drop the second."""
    events = ",".join(sorted(str(event_id) for event_id in event_ids))
    return f"<{uuid5(NAMESPACE_URL, events)}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
