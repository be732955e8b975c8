"""Compare all rows, originals and items, and report what is inconsistent.

Unlike the sweep it lists the whole bucket, so an operator runs it, for example after restoring a backup. By
default it only settles photos. Options nudge, adopt or remove.
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


@dataclass(slots=True)
class FsckReport:
    """Inconsistencies as photo ids, and actions as counts."""

    originals: int = 0
    without_row: list[UUID] = field(default_factory=list)
    without_item: list[UUID] = field(default_factory=list)
    without_original: list[UUID] = field(default_factory=list)
    after_deletion: list[UUID] = field(default_factory=list)
    nudged: int = 0
    settled: int = 0
    adopted: int = 0
    removed: int = 0


def fsck(*, nudge: bool = False, adopt_for: User | None = None, remove: bool = False) -> FsckReport:
    """Check all originals and rows once.

    ``nudge`` asks the worker to reconcile originals without a current item. ``adopt_for`` creates rows of
    this user for originals without a row or deletion record; ``remove`` deletes them instead.

    Raises:
        OriginalsUnavailable: S3 did not respond.
    """
    report = FsckReport()
    seen: set[UUID] = set()
    for batch in _all_originals():
        seen.update(batch)
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
            if adopt_for is not None:
                report.adopted += _adopt(photo_id, adopt_for)
                rows.add(photo_id)
            elif remove:
                originals().remove(photo_id)
                report.removed += 1
        _check_items([photo_id for photo_id in batch if photo_id in rows], report, nudge=nudge)
    processed = Photo.objects.exclude(processed_at=None).values_list("pk", flat=True)
    report.without_original = [photo_id for photo_id in processed.iterator() if photo_id not in seen]
    return report


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
    for photo_id in photo_ids:
        item = reading.items.get(photo_id)
        if item and (item.status is Status.FAILED or item.policy_version == CURRENT.version):
            continue
        report.without_item.append(photo_id)
        if nudge:
            originals().nudge(photo_id)
            report.nudged += 1


def _adopt(photo_id: UUID, owner: User) -> bool:
    stored = originals().head(photo_id)
    if stored is None:
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
        )
        User.objects.filter(pk=owner.pk).update(used_bytes=F("used_bytes") + stored.size_bytes)
    return True
