"""Takes from the history what photos' owners should hear, and puts it into the queue, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from gallery.notifications.models import Notification
from gallery.notifications.preferences import who_wants_mail
from gallery.photos.models import HistoryEntry
from gallery.photos.outbox import event_id

if TYPE_CHECKING:
    from datetime import datetime

MAX_ENTRIES = 500


def queue_untold(now: datetime | None = None) -> int:
    """Queue the oldest 500 moves that their owners have not been told; return how many were looked at.

    Whoever wants no mail or has no confirmed address is passed over for good. Costs four statements.
    """
    now = now or timezone.now()
    with transaction.atomic():
        untold = HistoryEntry.objects.with_untold_owner().select_related("photo")
        entries = list(untold.order_by("id")[:MAX_ENTRIES])
        if not entries:
            return 0
        wanting = who_wants_mail(entry.photo.owner_id for entry in entries)
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
                if entry.photo.owner_id in wanting
            ),
            # The same event again, by another run or after a crash, is not told again.
            ignore_conflicts=True,
        )
        HistoryEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(owner_untold=False)
    return len(entries)
