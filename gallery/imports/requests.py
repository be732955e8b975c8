"""Request imports: first the row, then the S3 object that reaches the import worker through its queue."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery.accounts.models import User
from gallery.blocks.models import Block
from gallery.core import correlation, reasons
from gallery.imports.urls import checked_url, file_name_of
from gallery.photos.models import Photo
from gallery.photos.reservations import room_bytes
from gallery.storage import time_limits
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.uploads.file_checks import FileRefused
from gallery.uploads.offers import may_upload
from thumbworker.contract.imports import MAX_IMPORT_BYTES, ImportRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gallery.core.reasons import Reason

logger = structlog.get_logger(__name__)

MAX_IMPORTS_AT_ONCE = 100
START_WITHIN = timedelta(hours=24)
RUN_ALLOWANCE = timedelta(minutes=2)
"""An attempt that starts in time may take a minute. The row's deadline is after its end."""
PARALLEL_REQUESTS = 8


@dataclass(frozen=True, slots=True)
class Requested:
    """The picture will be fetched."""

    url: str
    photo_id: UUID


@dataclass(frozen=True, slots=True)
class NotRequested:
    """One URL is refused. Others may be accepted."""

    url: str
    reason: Reason


def request_imports(
    owner_id: int, untrusted_urls: Sequence[str], *, visibility: str
) -> list[Requested | NotRequested]:
    """Answer each URL (at most 100) with the photo it will become, or a refusal.

    The maximum size is reserved for each until the actual size is known. If S3 does not respond, the sweep
    repeats the request.
    """
    now = timezone.now()
    checked = [_row_or_refusal(owner_id, url, visibility, now) for url in untrusted_urls]
    rows = [entry for entry in checked if isinstance(entry, Photo)]
    fitting, reason = _insert(owner_id, rows, now)
    _request_all(rows[:fitting])
    made = {row.pk for row in rows[:fitting]}
    return [
        entry
        if isinstance(entry, NotRequested)
        else Requested(entry.origin_url, entry.pk)
        if entry.pk in made
        else NotRequested(entry.origin_url, reason)
        for entry in checked
    ]


def _row_or_refusal(
    owner_id: int, untrusted_url: str, visibility: str, now: datetime
) -> Photo | NotRequested:
    try:
        return _row(owner_id, checked_url(untrusted_url), visibility, now)
    except FileRefused as refused:
        return NotRequested(untrusted_url, refused.reason)


def _row(owner_id: int, url: str, visibility: str, now: datetime) -> Photo:
    photo_id = uuid4()
    return Photo(
        id=photo_id,
        owner_id=owner_id,
        visibility=visibility,
        file_name=file_name_of(url),
        origin_url=url,
        content_type="",
        size_bytes=MAX_IMPORT_BYTES,
        # The hash is unknown before the fetch. The id is unique and matches no file.
        sha256=photo_id.hex,
        created_at=now,
        offered_until=now + START_WITHIN + RUN_ALLOWANCE,
    )


def _insert(owner_id: int, rows: Sequence[Photo], now: datetime) -> tuple[int, Reason]:
    """Insert as many rows as fit the quota. Return their number, and the refusal for the others."""
    fitting = len(rows)
    reason = reasons.QUOTA_EXCEEDED
    room = room_bytes(now)
    if room is not None and room < fitting * MAX_IMPORT_BYTES:
        fitting, reason = max(room // MAX_IMPORT_BYTES, 0), reasons.DISK_FULL
        rows = rows[:fitting]
    if not _insert_all(owner_id, rows):
        user = User.objects.filter(may_upload(), pk=owner_id).first()
        if user is None:
            blocked = Block.objects.filter(person=owner_id).exists()
            reason = reasons.ACCOUNT_BLOCKED if blocked else reasons.ACCOUNT_CLOSED
        free_bytes = user.quota_bytes - user.used_bytes if user else 0
        fitting = min(max(free_bytes // MAX_IMPORT_BYTES, 0), len(rows))
        if not _insert_all(owner_id, rows[:fitting]):
            # Another call of this account reserved bytes after we read the row.
            fitting = 0
    return fitting, reason


def _insert_all(owner_id: int, rows: Sequence[Photo]) -> bool:
    reserved = MAX_IMPORT_BYTES * len(rows)
    fits = User.objects.filter(may_upload(), pk=owner_id, used_bytes__lte=F("quota_bytes") - reserved)
    with transaction.atomic():
        if rows and not fits.update(used_bytes=F("used_bytes") + reserved):
            return False
        Photo.objects.bulk_create(rows)
    return True


def _request_all(rows: Sequence[Photo]) -> None:
    correlation_id = correlation.current()  # threads don't inherit it
    if rows and correlation.is_request():
        logger.info(
            "imports_requested",
            correlation_id=correlation_id,
            owner=rows[0].owner_id,
            photo_ids=[str(row.pk) for row in rows],
        )
    if len(rows) < 2:
        for row in rows:
            request_again(row, correlation_id=correlation_id)
        return
    storage = originals()
    _ = storage.client  # created before the threads share it
    with ThreadPoolExecutor(min(PARALLEL_REQUESTS, len(rows)), thread_name_prefix="request") as pool:
        ask = time_limits.carried(lambda row: request_again(row, correlation_id=correlation_id))
        list(pool.map(ask, rows))


def request_again(photo: Photo, *, correlation_id: str = "") -> bool:
    """Put the import request into S3. Return whether S3 accepted it.

    Without the ``correlation_id`` of the original request, it gets a new one, which is logged.
    """
    request = ImportRequest(
        url=photo.origin_url,
        owner=str(photo.owner_id),
        begin_before=(photo.offered_until - RUN_ALLOWANCE).isoformat(),
        correlation_id=correlation_id or correlation.current(),
    )
    try:
        originals().request_import(photo.pk, request)
    except OriginalsUnavailable as problem:
        logger.warning("import_request_failed", photo_id=str(photo.pk), problem=str(problem))
        return False
    if not correlation_id:
        logger.info("import_requested_again", photo_id=str(photo.pk), correlation_id=request.correlation_id)
    return True
