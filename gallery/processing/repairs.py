"""What ``fsck --repair`` does beyond nudging and settling. Each action is safe to repeat."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import Visibility
from gallery.storage.originals import originals
from gallery.storage.upload_terms import OFFER_SECONDS

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models.expressions import CombinedExpression

    from gallery.storage.upload_terms import StoredOriginal

MAX_ID_DIGITS = 19
"""Longer numbers don't fit a ``bigint``."""


def adopt(photo_id: UUID) -> bool:
    """Create the row of an unknown original, privately. Return ``False`` if its owner is unknown.

    Raises:
        OriginalsUnavailable: S3 did not respond.
    """
    stored = originals().head(photo_id)
    owner = None if stored is None or stored.is_seal else _owner_of(stored)
    if stored is None or owner is None:
        return False
    now = timezone.now()
    with transaction.atomic():
        Photo.objects.create(
            id=photo_id,
            owner=owner,
            file_name=str(photo_id),
            upload_id=uuid.uuid4(),
            content_type=stored.content_type[:50],
            size_bytes=stored.size_bytes,
            # The hash is unknown without an offer. The id is unique and matches no file.
            sha256=photo_id.hex,
            created_at=now,
            offered_until=now + timedelta(seconds=OFFER_SECONDS),
            # What the owner chose is unknown, so no one else sees it until they choose again.
            visibility=Visibility.PRIVATE,
        )
        User.objects.filter(pk=owner.pk).update(used_bytes=F("used_bytes") + stored.size_bytes)
    return True


def _owner_of(stored: StoredOriginal) -> User | None:
    """Return the active account that the metadata names, unless it is younger than the original.

    After a restore, a new account can have the id of one that is lost.
    """
    if not (stored.owner.isascii() and stored.owner.isdecimal() and len(stored.owner) < MAX_ID_DIGITS):
        return None
    owner = User.objects.filter(pk=int(stored.owner), is_active=True).first()
    # S3 stores whole seconds.
    return owner if owner and owner.date_joined.replace(microsecond=0) <= stored.stored_at else None


def reopen_deletion(photo_id: UUID) -> None:
    """Let the sweep delete a photo's original, renditions and item again."""
    DeletionRecord.objects.filter(pk=photo_id).update(closed_at=None, due_at=timezone.now(), looks=0)


def recount_used_bytes(user_id: int, *, repair: bool) -> bool:
    """Compare an account's used bytes with its photos and reservations. Return whether they differed.

    Only a repair locks the account, and only where they differ.
    """
    if not _counts_wrongly(user_id):
        return False
    if not repair:
        return True
    with transaction.atomic():
        # What stores or removes a photo meanwhile waits here, or has committed and is counted.
        User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        wrong = _counts_wrongly(user_id)
        if wrong:
            User.objects.filter(pk=user_id).update(used_bytes=_used(user_id))
    return wrong


def _counts_wrongly(user_id: int) -> bool:
    """Compare in one statement, which sees one state of all three tables."""
    return User.objects.filter(pk=user_id).exclude(used_bytes=_used(user_id)).exists()


def _used(user_id: int) -> CombinedExpression:
    photos = Photo.objects.filter(owner_id=user_id).order_by().values("owner_id")
    records = DeletionRecord.objects.filter(owner_id=user_id).order_by().values("owner_id")
    return Coalesce(Subquery(photos.values(total=Sum("size_bytes"))), 0) + Coalesce(
        Subquery(records.values(total=Sum("reserved_bytes"))), 0
    )
