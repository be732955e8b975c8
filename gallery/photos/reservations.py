"""Bytes and places that purged photos keep until nothing can store their originals any more."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import State
from gallery.photos.turns import in_turns
from gallery.storage.disk import local_disk

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from django.db.models.expressions import Combinable

IMPORT_ENDS_WITHIN = timedelta(minutes=2)
"""Longer than one attempt: an import that has begun ends by then, and without a request none begins."""
MAX_RELEASES = 500


def reservation_of(photo: Photo, now: datetime) -> dict[str, object]:
    """Return what the deletion record reserves, as columns: nothing if no original can arrive any more."""
    until = photo.offered_until
    if photo.origin_url:
        running = photo.state == State.AWAITING
        until = min(until, now + IMPORT_ENDS_WITHIN) if running else now
    if until <= now:
        return {}
    return {"owner_id": photo.owner_id, "reserved_bytes": photo.size_bytes, "reserved_until": until}


def release_expired(now: datetime) -> int:
    """Return the bytes of dead signatures to their owners, each in turn. Return the number of records."""
    expired = DeletionRecord.objects.filter(owner__isnull=False, reserved_until__lte=now)
    rows = in_turns(expired, by="owner", then="reserved_until")
    return sum(_release(*row) for row in rows.values_list("pk", "owner_id", "reserved_bytes")[:MAX_RELEASES])


def _release(photo_id: UUID, owner_id: int | None, reserved_bytes: int) -> bool:
    with transaction.atomic():
        # Clearing the owner is the claim: of two parallel runs, one returns the bytes.
        if not DeletionRecord.objects.filter(pk=photo_id, owner__isnull=False).update(owner=None):
            return False
        User.objects.filter(pk__in=[owner_id]).update(
            used_bytes=Greatest(F("used_bytes") - reserved_bytes, 0)
        )
    return True


def room_bytes(now: datetime) -> int | None:
    """Return what a local run's disk has room for beside all open offers; ``None`` without such a disk."""
    disk = local_disk()
    if disk is None:
        return None
    expected = Photo.objects.filter(state=State.AWAITING, offered_until__gt=now)
    return disk.room_bytes - (expected.aggregate(total=Sum("size_bytes"))["total"] or 0)


def open_offers(now: datetime) -> Combinable:
    """Count a user's offers that can still be used, also those of purged photos, in one statement."""
    # Imports don't count: they last longer and are limited by the bytes they reserve.
    waiting = Photo.objects.filter(state=State.AWAITING, offered_until__gt=now, origin_url="")
    purged = DeletionRecord.objects.filter(reserved_until__gt=now, reserved_until=F("offered_until"))
    return _count_of(waiting) + _count_of(purged)


def _count_of(rows: object) -> Coalesce:
    mine = rows.filter(owner_id=OuterRef("pk")).order_by().values("owner_id")  # type: ignore[attr-defined]
    total = mine.annotate(total=Count("*")).values("total")
    return Coalesce(Subquery(total, output_field=IntegerField()), Value(0))
