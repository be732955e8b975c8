"""Compares rows, originals and items over everything there is, for a person to read.

Unlike the sweep it walks the whole bucket, so it runs by hand or after an unclean stop. It removes and
adopts nothing unless told to.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Sum
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
    """What does not fit together, as photo ids; and what was done about it, as counts."""

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
    """Walk all originals and rows once.

    ``nudge`` asks the worker to look at originals that have no current item; ``adopt_for`` gives
    originals without row and record to a person; ``remove`` ends them instead.

    Raises:
        OriginalsUnavailable: S3 did not answer.
    """
    report = FsckReport()
    seen: set[UUID] = set()
    for batch in _all_originals():
        seen.update(batch)
        report.originals += len(batch)
        rows = set(Photo.objects.filter(pk__in=batch).values_list("pk", flat=True))
        records = dict(DeletionRecord.objects.filter(pk__in=batch).values_list("pk", "closed_at"))
        # The sweep looks at open records only, so nobody else would find these.
        report.after_deletion += [
            photo_id for photo_id in batch if photo_id not in rows and records.get(photo_id) is not None
        ]
        strangers = [photo_id for photo_id in batch if photo_id not in rows and photo_id not in records]
        report.without_row += strangers
        for photo_id in strangers:
            if adopt_for is not None:
                report.adopted += _adopt(photo_id, adopt_for)
                rows.add(photo_id)
            elif remove:
                originals().remove(photo_id)
                report.removed += 1
        _look_at_items([photo_id for photo_id in batch if photo_id in rows], report, nudge=nudge)
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


def _look_at_items(photo_ids: list[UUID], report: FsckReport, *, nudge: bool) -> None:
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
            # Without the offer the hash is unknown here; the id keeps it unique and finds no twin.
            sha256=photo_id.hex,
            created_at=now,
            offered_until=now + timedelta(seconds=OFFER_SECONDS),
        )
        User.objects.filter(pk=owner.pk).update(used_bytes=F("used_bytes") + stored.size_bytes)
    return True


def used_bytes_by_rows(user: User) -> int:
    """Return what the user's rows add up to, which ``used_bytes`` must equal."""
    return int(Photo.objects.owned_by(user).aggregate(total=Sum("size_bytes"))["total"] or 0)
