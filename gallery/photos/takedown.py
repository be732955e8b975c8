"""Take photos down for good: the row stays rejected, and every byte of the picture goes at once.

The request deletes original and renditions itself and does not wait for the worker, which does the same
again when S3 notifies it. What could not be removed is continued by the sweep.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery.accounts import audit
from gallery.accounts.models import AccountEvent, User
from gallery.photos import transitions
from gallery.photos.models import DeletionRecord, Photo, TakenDown
from gallery.photos.purge import FIRST_LOOK_AFTER
from gallery.photos.reservations import reservation_of
from gallery.photos.turns import share_of
from gallery.storage import catalogue, edge_cache
from gallery.storage.edge_cache import EdgeCacheUnavailable
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.storage.signed_urls import LIFETIME_SECONDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime
    from uuid import UUID

    from django.db.models import QuerySet

logger = structlog.get_logger(__name__)

SIMILAR_BITS = 8
"""Two hashes that differ in at most this many of 64 bits are of similar pictures."""
CACHED_AT_MOST = timedelta(seconds=LIFETIME_SECONDS)
"""After it, no URL of the picture is valid, and no cache keeps it any longer."""


def take_down_photo(photo_id: UUID, *, actor: User, reason: str, dhash: str) -> bool:
    """Reject the photo for good and record how to recognize it. Return whether the row was changed.

    Its original must then be removed by ``remove_everything``. The bytes stay reserved while a signed PUT can
    store the original again.
    """
    with transaction.atomic():
        # The user before the photo, as offers lock them.
        owner = Photo.objects.filter(pk=photo_id).values("owner_id")
        User.objects.select_for_update(no_key=True).filter(pk__in=owner).first()
        photo = Photo.objects.select_for_update().filter(pk=photo_id, taken_down_at=None).first()
        if photo is None:
            return False
        now = timezone.now()
        reserved = reservation_of(photo, now)
        if not transitions.taken_down(photo_id, actor=actor, reason=reason):
            return False
        if reserved:
            # The move returned the bytes. They belong to the deletion record now.
            User.objects.filter(pk=photo.owner_id).update(used_bytes=F("used_bytes") + photo.size_bytes)
        DeletionRecord.objects.get_or_create(
            photo_id=photo_id,
            defaults={
                "purged_at": now,
                "offered_until": photo.offered_until,
                "due_at": now + FIRST_LOOK_AFTER,
                "share": share_of(photo.owner_id),
                **reserved,
            },
        )
        audit.record(
            None, photo.owner, AccountEvent.Kind.TAKEN_DOWN, actor=actor, photo=str(photo_id), reason=reason
        )
        TakenDown.objects.create(
            photo_id=photo_id, at=now, by=actor, reason=reason, sha256=photo.sha256, dhash=dhash
        )
    return True


def dhashes_of(photo_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return the worker's hash of each photo, empty if there is none, by one BatchGetItem."""
    items = catalogue.read(photo_ids).items
    return {photo_id: items[photo_id].dhash if photo_id in items else "" for photo_id in photo_ids}


def remove_everything(photo_id: UUID) -> bool:
    """Delete original and renditions, and cached copies. Return ``False`` if the sweep has to continue.

    While a signed PUT could store the original again, and so bring its old addresses back to life, a seal is
    in its place. The sweep removes it before it closes the deletion record.
    """
    storage = originals()
    can_come_again = DeletionRecord.objects.filter(pk=photo_id, offered_until__gt=timezone.now()).exists()
    try:
        storage.delete_import_request(photo_id)
        if can_come_again:
            storage.seal(photo_id)
        else:
            storage.remove(photo_id)
        storage.remove_renditions(photo_id)
        stored = storage.head(photo_id)
        gone = (stored is None or stored.is_seal) and not storage.any_rendition_exists(photo_id)
    except OriginalsUnavailable as problem:
        logger.warning("takedown_continues", photo_id=str(photo_id), problem=str(problem))
        return False
    # Only when S3 has nothing left: CloudFront could fetch it again.
    return gone and _caches_forgot(photo_id) and _finished(photo_id)


def _caches_forgot(photo_id: UUID) -> bool:
    try:
        edge_cache.forget(photo_id)
    except EdgeCacheUnavailable as problem:
        logger.warning("takedown_continues", photo_id=str(photo_id), problem=str(problem))
        return False
    return True


def _finished(photo_id: UUID) -> bool:
    TakenDown.objects.filter(pk=photo_id, finished_at=None).update(finished_at=timezone.now())
    return True


def open_takedowns() -> QuerySet[TakenDown]:
    """Return the takedowns that are not finished, oldest first."""
    return TakenDown.objects.filter(finished_at=None).order_by("at")


def continue_one(photo_id: UUID, now: datetime) -> bool:
    """Continue a takedown. Return whether it is finished now."""
    if remove_everything(photo_id):
        return True
    # A web function in a network without internet access can't reach CloudFront.
    expired = open_takedowns().filter(pk=photo_id, at__lt=now - CACHED_AT_MOST).exists()
    return expired and not originals().any_rendition_exists(photo_id) and _finished(photo_id)


def lookalikes(pictures: Iterable[tuple[UUID, str, str]]) -> set[UUID]:
    """Return which of these (photo id, dHash, SHA-256) look like a picture that was taken down.

    Costs one query. The hash recognizes a picture that was encoded again or resized, and not one that was
    cropped, mirrored or rotated.
    """
    wanted = list(pictures)
    if not wanted:
        return set()
    known = list(TakenDown.objects.values_list("dhash", "sha256"))
    files = {sha256 for _, sha256 in known}
    hashes = [int(dhash, 16) for dhash, _ in known if dhash]
    return {
        photo_id
        for photo_id, dhash, sha256 in wanted
        if sha256 in files or (dhash and _is_near(int(dhash, 16), hashes))
    }


def _is_near(value: int, others: Iterable[int]) -> bool:
    """Return whether one of the others differs in few bits.

    >>> _is_near(0b1111, [0]), _is_near(0b111111111, [0])
    (True, False)
    """
    return any((value ^ other).bit_count() <= SIMILAR_BITS for other in others)
