"""Compare all rows, originals and items, and report what is inconsistent.

Unlike the sweep it lists both buckets, so an operator runs it, for example after restoring a backup. By
default it only settles photos. Options nudge, adopt or remove. Rows, originals and renditions are read in
the order of their ids, a batch at a time, so memory holds one batch and what was found.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord, Photo
from gallery.photos.states import Visibility
from gallery.processing.settle import settle
from gallery.storage import catalogue
from gallery.storage.originals import originals
from gallery.storage.upload_terms import OFFER_SECONDS
from thumbworker.contract import keys
from thumbworker.contract.items import Status
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from gallery.storage.upload_terms import StoredOriginal
MAX_ID_DIGITS = 19
"""Longer numbers don't fit a ``bigint``."""


@dataclass(slots=True)
class FsckReport:
    """Inconsistencies as photo ids, and actions as counts."""

    originals: int = 0
    without_row: list[UUID] = field(default_factory=list)
    without_item: list[UUID] = field(default_factory=list)
    without_original: list[UUID] = field(default_factory=list)
    after_deletion: list[UUID] = field(default_factory=list)
    rendition_missing: list[UUID] = field(default_factory=list)
    rendition_resized: list[UUID] = field(default_factory=list)
    without_owner: list[UUID] = field(default_factory=list)
    nudged: int = 0
    settled: int = 0
    adopted: int = 0
    removed: int = 0


def fsck(*, nudge: bool = False, adopt: bool = False, remove: bool = False) -> FsckReport:
    """Check all originals, renditions and rows once.

    ``nudge`` asks the worker to reconcile originals without a current item or without its renditions.
    ``adopt`` creates a private row for each original without a row or deletion record, of the owner that its
    metadata names, and leaves it if there is no such person; ``remove`` deletes them instead.

    Raises:
        OriginalsUnavailable: S3 did not respond.
    """
    report = FsckReport()
    after: UUID | None = None
    for batch in _all_originals():
        report.originals += len(batch)
        rows = set(Photo.objects.filter(pk__in=batch).values_list("pk", flat=True))
        records = dict(DeletionRecord.objects.filter(pk__in=batch).values_list("pk", "closed_at"))
        # The sweep checks open records only.
        report.after_deletion += [
            photo_id for photo_id in batch if photo_id not in rows and records.get(photo_id) is not None
        ]
        unknown = [photo_id for photo_id in batch if photo_id not in rows and photo_id not in records]
        report.without_row += unknown
        for photo_id in unknown:
            if adopt:
                rows |= _adopt(photo_id, report)
            elif remove:
                originals().remove(photo_id)
                report.removed += 1
        _check_items([photo_id for photo_id in batch if photo_id in rows], report, nudge=nudge)
        if batch:
            report.without_original += _rows_without_original(after, batch[-1], set(batch))
            after = batch[-1]
    report.without_original += _rows_without_original(after, None, set())
    return report


def _rows_without_original(after: UUID | None, last: UUID | None, listed: set[UUID]) -> Iterator[UUID]:
    """Yield processed rows between two ids that have no original, in order of id."""
    rows = Photo.objects.exclude(processed_at=None).order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    if last is not None:
        rows = rows.filter(pk__lte=last)
    for photo_id in rows.values_list("pk", flat=True).iterator():
        # It may have been uploaded after the listing.
        if photo_id not in listed and originals().head(photo_id) is None:
            yield photo_id


def _all_originals() -> Iterator[list[UUID]]:
    marker = keys.ORIGINALS_PREFIX
    while True:
        ids, marker = originals().ids_after(marker, limit=catalogue.BATCH_SIZE)
        yield ids
        if not marker:
            return


def _check_items(photo_ids: list[UUID], report: FsckReport, *, nudge: bool) -> None:
    reading = catalogue.read(photo_ids)
    report.settled += len(settle(photo_ids, reading=reading))
    sizes = originals().rendition_sizes(
        made.key for item in reading.items.values() for made in item.renditions
    )
    for photo_id in photo_ids:
        item = reading.items.get(photo_id)
        if item and (item.status is Status.FAILED or item.policy_version == CURRENT.version):
            if all(sizes.get(made.key) == made.size_bytes for made in item.renditions):
                continue
            is_missing = any(made.key not in sizes for made in item.renditions)
            (report.rendition_missing if is_missing else report.rendition_resized).append(photo_id)
        else:
            report.without_item.append(photo_id)
        if nudge:
            originals().nudge(photo_id)
            report.nudged += 1


def _adopt(photo_id: UUID, report: FsckReport) -> set[UUID]:
    """Create the row of a stranger, and return its id, if its metadata names someone who was here then."""
    stored = originals().head(photo_id)
    if stored is None or stored.is_seal:
        return set()
    owner = _owner_of(stored)
    if owner is None:
        report.without_owner.append(photo_id)
        return set()
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
    report.adopted += 1
    return {photo_id}


def _owner_of(stored: StoredOriginal) -> User | None:
    """Return the active account that the metadata names, unless it is younger than the original.

    After a restore, a new account can have the id of one that is lost.
    """
    if not (stored.owner.isascii() and stored.owner.isdecimal() and len(stored.owner) < MAX_ID_DIGITS):
        return None
    owner = User.objects.filter(pk=int(stored.owner), is_active=True).first()
    # S3 stores whole seconds.
    return owner if owner and owner.date_joined.replace(microsecond=0) <= stored.stored_at else None
