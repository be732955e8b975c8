"""Queue a notification for each history entry whose owner is to be notified, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from gallery.notifications.models import Notification
from gallery.notifications.preferences import wanting_email
from gallery.photos.models import HistoryEntry
from gallery.photos.outbox import event_id

if TYPE_CHECKING:
    from datetime import datetime

MAX_ENTRIES = 500


def queue_pending(now: datetime | None = None) -> int:
    """Queue notifications for the oldest 500 pending history entries. Return the number of entries.

    Entries of users who want no email or have no confirmed address are skipped for good. Costs four SQL
    statements.
    """
    now = now or timezone.now()
    with transaction.atomic():
        pending = HistoryEntry.objects.with_pending_owner_notice().select_related("photo")
        entries = list(pending.order_by("id")[:MAX_ENTRIES])
        if not entries:
            return 0
        wants_email = wanting_email(entry.photo.owner_id for entry in entries)
        Notification.objects.bulk_create(
            (
                Notification(
                    person_id=entry.photo.owner_id,
                    photo_id=entry.photo_id,
                    event_id=event_id(entry),
                    state=entry.to_state,
                    at=entry.at,
                    not_before=now,
                )
                for entry in entries
                if entry.photo.owner_id in wants_email
            ),
            # Another run may have queued the same event, or this one before a crash.
            ignore_conflicts=True,
        )
        HistoryEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(owner_untold=False)
    return len(entries)
