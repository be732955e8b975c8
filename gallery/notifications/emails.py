"""Compose notification emails in plain text and HTML, without images or tracking."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from gallery.accounts.languages import in_language_of
from gallery.notifications.email_text import parts_of, subject_of
from gallery.notifications.models import Rhythm
from gallery.notifications.preferences import stop_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.models import Photo


def compose(
    person: User, photos: Iterable[Photo], event_ids: Sequence[UUID], rhythm: Rhythm
) -> EmailMultiAlternatives:
    """Return the email about the current state of these photos of a user, in their language."""
    with in_language_of(person):
        return _compose(person, photos, event_ids, rhythm)


def _compose(
    person: User, photos: Iterable[Photo], event_ids: Sequence[UUID], rhythm: Rhythm
) -> EmailMultiAlternatives:
    parts, stop = parts_of(photos), stop_url(person)
    context = {
        "person": person,
        "parts": parts,
        "is_daily": rhythm == Rhythm.DAILY,
        "mine_url": settings.SITE_ORIGIN + reverse("my-photos"),
        "choose_url": settings.SITE_ORIGIN + reverse("notifications"),
        "stop_url": stop,
    }
    message = EmailMultiAlternatives(
        subject_of(parts),
        render_to_string("notifications/email.txt", context),
        to=[person.email],
        headers={
            "Message-ID": _message_id(event_ids),
            "Auto-Submitted": "auto-generated",
            # RFC 8058: email programs show an unsubscribe button that posts there.
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(render_to_string("notifications/email.html", context), "text/html")
    return message


def _message_id(event_ids: Sequence[UUID]) -> str:
    """Return an id that is the same if the email is sent again, so email programs can drop the duplicate."""
    events = ",".join(sorted(str(event_id) for event_id in event_ids))
    return f"<{uuid5(NAMESPACE_URL, events)}@{urlsplit(settings.SITE_ORIGIN).hostname}>"
