"""Delete photos: a deletion record replaces the row in one transaction."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos import month_counts
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.reservations import reservation_of
from gallery.photos.states import State
from gallery.photos.turns import share_of
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

logger = structlog.get_logger(__name__)


FIRST_LOOK_AFTER = timedelta(minutes=5)
"""When the sweep first looks whether the worker removed what it had made."""


def purge_photo(photo_id: UUID, *, only_if: Q = Q()) -> bool:  # noqa: B008 - never changed
    """Replace the row with a deletion record, then delete the original. S3 notifies the worker.

    Return ``False`` if there is no such row or it does not match ``only_if``: a photo restored meanwhile is
    kept. If S3 does not respond, the record stays open and ``sweep`` deletes the original later. While a
    signed PUT can still store the original, its bytes stay reserved.
    """
    with transaction.atomic():
        # The user before the photo, as offers lock them: the other order could be a deadlock.
        owner = Photo.objects.filter(pk=photo_id).values("owner_id")
        User.objects.select_for_update(no_key=True).filter(pk__in=owner).first()
        rows = Photo.objects.filter(only_if, pk=photo_id)
        photo = (
            rows.select_for_update()
            .only(
                *(
                    "id",
                    "owner_id",
                    "size_bytes",
                    "offered_until",
                    "origin_url",
                    *month_counts.COUNTED_COLUMNS,
                ),
            )
            .first()
        )
        if photo is None:
            return False
        now = timezone.now()
        reserved = reservation_of(photo, now)
        DeletionRecord.objects.get_or_create(
            photo_id=photo.pk,
            defaults={
                "purged_at": now,
                "offered_until": photo.offered_until,
                "due_at": now + FIRST_LOOK_AFTER,
                "share": share_of(photo.owner_id),
                **reserved,
            },
        )
        _delete_related(photo.pk)
        # _raw_delete, because QuerySet.delete() refuses on purpose.
        if not rows._raw_delete(rows.db):  # noqa: SLF001
            return False
        counted = month_counts.month_counted(
            {name: getattr(photo, name) for name in month_counts.COUNTED_COLUMNS}
        )
        month_counts.count(photo.owner_id, before=counted, after="")
        if not reserved:
            User.objects.filter(pk=photo.owner_id).update(
                used_bytes=Greatest(F("used_bytes") - photo.size_bytes, 0)
            )
        is_import, may_be_missing = bool(photo.origin_url), photo.state == State.AWAITING
        transaction.on_commit(
            lambda: _remove_original(photo_id, is_import=is_import, may_be_missing=may_be_missing)
        )
    return True


def _delete_related(photo_id: UUID) -> None:
    """Delete history, tags and album entries: all rows with a foreign key to the photo."""
    for relation in Photo._meta.related_objects:  # noqa: SLF001 - the documented model API
        # The album itself stays. Its entry, which has the foreign key, is deleted.
        if not relation.many_to_many:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: photo_id})  # noqa: SLF001
            rows.delete()


def purge_all_of(user: User, *, keep_going: Callable[[], bool] = lambda: True) -> int:
    """Purge the user's photos and return how many. Stop when ``keep_going`` returns false."""
    ids = list(Photo.objects.owned_by(user).values_list("pk", flat=True))
    return sum(purge_photo(photo_id) for photo_id in itertools.takewhile(lambda _: keep_going(), ids))


def _remove_original(photo_id: UUID, *, is_import: bool, may_be_missing: bool) -> None:
    storage = originals()
    try:
        if is_import:
            storage.delete_import_request(photo_id)
        elif may_be_missing and storage.head(photo_id) is None:
            # Not deleted: if one arrives after all, the worker sees it, so the sweep must, too.
            DeletionRecord.objects.filter(pk=photo_id).update(arrived=False)
            return
        storage.remove(photo_id)
    except OriginalsUnavailable as problem:
        logger.warning("original_not_removed_yet", photo_id=str(photo_id), problem=str(problem))
