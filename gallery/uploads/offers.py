"""Offers: presigned, write-once uploads that the gallery grants to a browser.

Offers for up to 50 files cost four SQL queries, including session and user, and no AWS call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Q, Subquery
from django.utils import timezone

from gallery.accounts.models import User
from gallery.blocks.models import Block
from gallery.core import correlation, reasons
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.reservations import open_offers, room_bytes
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.storage.disk import RENDITIONS_BYTES
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.storage.upload_terms import OFFER_SECONDS, Offer, OriginalTerms
from gallery.uploads.file_checks import FileRefused, UploadRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gallery.core.reasons import Reason
    from gallery.photos.querysets import PhotoQuerySet

logger = structlog.get_logger(__name__)

MAX_OUTSTANDING_OFFERS = 200
LEFT_BY_GUESTS = 50
"""Open offers that guests leave to the owner, who else could not upload while they send or only ask."""
# The row's deadline is after the signature's, so S3 accepts no PUT after the row's deadline.
CLOCK_ALLOWANCE = timedelta(minutes=1)
WANTED = Q(trashed_at=None) | Q(is_received=True)
"""What its owner has not deleted."""


def may_upload() -> Q:
    """Return the condition that an account may upload."""
    return Q(is_active=True) & ~Q(pk__in=Block.objects.people())


@dataclass(frozen=True, slots=True)
class Offered:
    """The client can PUT the file now."""

    upload_id: str
    photo_id: UUID
    offer: Offer
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The owner already has this file."""

    upload_id: str
    photo_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """One file is refused. Others may be offered."""

    upload_id: str
    reason: Reason


Outcome = Offered | AlreadyThere | Refused


def read_request(untrusted: dict[str, Any]) -> UploadRequest | Refused:
    """Return the checked request to upload one file, or its refusal."""
    try:
        return UploadRequest.from_untrusted(untrusted)
    except FileRefused as refused:
        return Refused(str(untrusted.get("upload_id", ""))[:64], refused.reason)


@dataclass(slots=True)
class _Batch:
    """The state of one call: its parameters, and the outcomes by upload id."""

    owner_id: int
    visibility: str
    now: datetime
    correlation_id: str
    sent_before: Q | None = None
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def deadline(self) -> datetime:
        return self.now + timedelta(seconds=OFFER_SECONDS)

    @property
    def most_open(self) -> int:
        return MAX_OUTSTANDING_OFFERS - (0 if self.sent_before is None else LEFT_BY_GUESTS)

    @property
    def own(self) -> PhotoQuerySet:
        """Photos that may be there already. A guest learns of no others."""
        known = Q(is_received=False) if self.sent_before is None else self.sent_before
        return Photo.objects.filter(known, owner_id=self.owner_id)

    def row(self, wanted: UploadRequest) -> Photo:
        # Its tile has this shape until the worker says the true one.
        width, height = wanted.sides or (None, None)
        return Photo(
            width=width,
            height=height,
            id=uuid4(),
            owner_id=self.owner_id,
            visibility=self.visibility,
            file_name=wanted.name,
            upload_id=wanted.upload_id,
            content_type=wanted.content_type,
            size_bytes=wanted.size_bytes,
            sha256=wanted.sha256_hex,
            created_at=self.now,
            offered_until=self.deadline + CLOCK_ALLOWANCE,
            is_received=self.sent_before is not None,
            trashed_at=None if self.sent_before is None else self.now,
        )

    def offer(self, photo: Photo, wanted: UploadRequest) -> None:
        terms = OriginalTerms(
            photo_id=photo.pk,
            owner_id=self.owner_id,
            size_bytes=photo.size_bytes,
            content_type=photo.content_type,
            sha256=wanted.sha256,
            correlation_id=self.correlation_id,
        )
        self.outcomes[str(wanted.upload_id)] = Offered(
            str(wanted.upload_id), photo.pk, originals().offer(terms), self.deadline
        )


def offer(
    owner_id: int,
    requests: Sequence[UploadRequest | Refused],
    *,
    visibility: str,
    sent_before: Q | None = None,
) -> list[Outcome]:
    """Answer each request with an offer, the existing photo, or a refusal.

    With ``sent_before`` a guest sends them, to wait for the owner: it tells which photos the same guest sent
    before. No others are "already there", as guests must not learn what the owner has.

    Idempotent by the client's upload id and the file's hash. One conditional UPDATE reserves the bytes, so
    parallel calls never exceed the quota or 200 open offers.
    """
    batch = _Batch(owner_id, visibility, timezone.now(), correlation.current(), sent_before)
    batch.outcomes = {r.upload_id: r for r in requests if isinstance(r, Refused)}
    wanted: dict[str, UploadRequest] = {}
    duplicates: list[tuple[UploadRequest, UploadRequest]] = []
    for request in requests:
        if isinstance(request, Refused):
            continue
        if first := wanted.get(request.sha256):
            duplicates.append((request, first))
        else:
            wanted[request.sha256] = request
    fresh = _with_room(batch, list(wanted.values()))
    # In the trash, where photos of guests are, nothing keeps a file from being there twice.
    if fresh and (sent_before is not None or not _offer_fresh(batch, fresh)):
        _offer_with_existing(batch, fresh)
    for duplicate, first in duplicates:
        _answer_duplicate(batch, duplicate, first)
    _log_offers(batch)
    ids = [r.upload_id if isinstance(r, Refused) else str(r.upload_id) for r in requests]
    return [batch.outcomes[upload_id] for upload_id in dict.fromkeys(ids)]


def _with_room(batch: _Batch, requests: list[UploadRequest]) -> list[UploadRequest]:
    """Return the files that a local run's disk has room for, and those that are there. Refuse the others."""
    room = room_bytes(batch.now)
    if room is None or sum(map(_space_of, requests)) <= room:
        return requests
    hashes = [request.sha256_hex for request in requests]
    known = set(batch.own.filter(sha256__in=hashes).values_list("sha256", flat=True))
    fitting: list[UploadRequest] = []
    for request in requests:
        space = 0 if request.sha256_hex in known else _space_of(request)
        if space > max(room, 0):
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), reasons.DISK_FULL)
        else:
            fitting.append(request)
            room -= space
    return fitting


def _space_of(request: UploadRequest) -> int:
    return request.size_bytes + RENDITIONS_BYTES


def _log_offers(batch: _Batch) -> None:
    offered = [str(found.photo_id) for found in batch.outcomes.values() if isinstance(found, Offered)]
    if offered and correlation.is_request():
        logger.info(
            "uploads_offered", correlation_id=batch.correlation_id, owner=batch.owner_id, photo_ids=offered
        )


def _answer_duplicate(batch: _Batch, duplicate: UploadRequest, first: UploadRequest) -> None:
    """Answer a file that occurs twice in one list: one photo, one upload."""
    outcome = batch.outcomes[str(first.upload_id)]
    upload_id = str(duplicate.upload_id)
    if isinstance(outcome, Refused):
        batch.outcomes[upload_id] = Refused(upload_id, outcome.reason)
    else:
        batch.outcomes[upload_id] = AlreadyThere(upload_id, outcome.photo_id)


def _offer_fresh(batch: _Batch, fresh: Sequence[UploadRequest]) -> bool:
    """Insert all rows at once if none exists and all fit. Return whether they were inserted."""
    rows = [batch.row(request) for request in fresh]
    try:
        with transaction.atomic():
            if not _reserve(batch, sum(row.size_bytes for row in rows), len(rows)):
                return False
            Photo.objects.bulk_create(rows)
    except IntegrityError:
        return False
    for row, request in zip(rows, fresh, strict=True):
        batch.offer(row, request)
    return True


def _reserve(batch: _Batch, size_bytes: int, count: int) -> bool:
    # After waiting for a lock, PostgreSQL re-reads the locked row but not the rows of the count, which may be
    # outdated. So a call that had to wait fails here, and ``_offer_what_fits`` counts again under a lock.
    unchanged = User.objects.filter(pk=batch.owner_id).values("used_bytes")
    fits = (
        User.objects.filter(may_upload(), pk=batch.owner_id, used_bytes__lte=F("quota_bytes") - size_bytes)
        .filter(used_bytes=Subquery(unchanged))
        .alias(outstanding=open_offers(batch.now))
        .filter(outstanding__lte=batch.most_open - count)
    )
    return bool(fits.update(used_bytes=F("used_bytes") + size_bytes))


def _offer_with_existing(batch: _Batch, requests: Sequence[UploadRequest]) -> None:
    """Offer if some files exist already or not all of them fit."""
    upload_ids = [request.upload_id for request in requests]
    hashes = [request.sha256_hex for request in requests]
    existing = list(batch.own.filter(Q(upload_id__in=upload_ids) | Q(WANTED, sha256__in=hashes)))
    by_upload_id = {photo.upload_id: photo for photo in existing}
    by_hash = {photo.sha256: photo for photo in existing if _is_wanted(photo)}
    fresh: list[UploadRequest] = []
    repeated: list[tuple[Photo, UploadRequest]] = []
    for request in requests:
        photo = by_upload_id.get(request.upload_id) or by_hash.get(request.sha256_hex)
        if photo is None:
            fresh.append(request)
        elif photo.sha256 != request.sha256_hex:
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), reasons.FILE_CHANGED)
        elif _lacks_original(photo, request):
            repeated.append((photo, request))
        else:
            batch.outcomes[str(request.upload_id)] = AlreadyThere(str(request.upload_id), photo.pk)
    _offer_again(batch, repeated)
    _offer_what_fits(batch, fresh)


def _is_wanted(photo: Photo) -> bool:
    return photo.trashed_at is None or photo.is_received


def _lacks_original(photo: Photo, request: UploadRequest) -> bool:
    """Return whether the row is there, but the file must be uploaded."""
    if not _is_wanted(photo):
        # Only the same upload id finds a trashed row: its owner has deleted it and does not want it back.
        return False
    if photo.state == State.FAILED:
        return photo.reason == NEVER_ARRIVED
    return photo.state == State.AWAITING and not _is_stored(photo, request)


def _offer_again(batch: _Batch, repeated: Sequence[tuple[Photo, UploadRequest]]) -> None:
    """Offer files whose rows exist. Expired offers need places again, and rows purged meanwhile get none."""
    if not repeated:
        return
    expired = [photo.pk for photo, _ in repeated if _needs_place(photo, batch.now)]
    with transaction.atomic():
        extended = _extend(batch, {photo.pk for photo, _ in repeated}.difference(expired))
    extended |= _reopen(batch, expired)
    missed = _closed(batch.owner_id) or reasons.TOO_MANY_OUTSTANDING
    for photo, request in repeated:
        if photo.pk in extended:
            batch.offer(photo, request)
        else:
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), missed)


def _needs_place(photo: Photo, now: datetime) -> bool:
    return photo.state == State.FAILED or photo.offered_until <= now


def _reopen(batch: _Batch, expired: Sequence[UUID]) -> set[UUID]:
    """Reopen as many expired offers as there are places, and return their ids."""
    if not expired:
        return set()
    with transaction.atomic():
        # The lock makes parallel calls count in turn. ``purge_photo``, too, locks the user before the photo.
        user = _lock_user(batch)
        if user is None or _closed(user.pk):
            return set()
        fitting = expired[: max(batch.most_open - _outstanding(batch), 0)]
        for photo_id in Photo.objects.filter(pk__in=fitting, state=State.FAILED).values_list("pk", flat=True):
            transitions.offered_again(photo_id, offered_until=batch.deadline + CLOCK_ALLOWANCE)
        return _extend(batch, fitting)


def _extend(batch: _Batch, photo_ids: Collection[UUID]) -> set[UUID]:
    """Move the deadlines of these rows before anything is signed. Return the ids of those still waiting."""
    until = batch.deadline + CLOCK_ALLOWANCE
    active = User.objects.filter(may_upload(), pk=batch.owner_id)
    waiting = Photo.objects.filter(WANTED, pk__in=photo_ids, state=State.AWAITING, owner__in=active)
    waiting.update(offered_until=until, **transitions.look_soon())
    return set(waiting.filter(offered_until=until).values_list("pk", flat=True))


def _closed(owner_id: int) -> Reason | None:
    """Return why this account gets no offers at all."""
    if Block.objects.filter(person=owner_id).exists():
        return reasons.ACCOUNT_BLOCKED
    return None if User.objects.filter(may_upload(), pk=owner_id).exists() else reasons.ACCOUNT_CLOSED


def _lock_user(batch: _Batch) -> User | None:
    return User.objects.select_for_update(no_key=True).filter(pk=batch.owner_id).first()


def _is_stored(photo: Photo, request: UploadRequest) -> bool:
    """Return whether S3 has the original. Asks S3 only if the client met a conflict (412)."""
    if not request.met_conflict:
        return False
    try:
        stored = originals().head(photo.pk)
    except OriginalsUnavailable:
        return False
    return stored is not None and stored.size_bytes == photo.size_bytes


def _offer_what_fits(batch: _Batch, fresh: Sequence[UploadRequest]) -> None:
    """Offer as many files as fit, in the given order, and refuse the rest."""
    if not fresh:
        return
    with transaction.atomic():
        # The lock keeps other calls of this account from inserting rows after the count.
        fitting = _fitting(batch, fresh, _lock_user(batch))
        if fitting and not _offer_fresh(batch, fitting):
            # Another call inserted one of these files before we got the lock.
            for request in fitting:
                batch.outcomes[str(request.upload_id)] = Refused(
                    str(request.upload_id), reasons.TOO_MANY_OUTSTANDING
                )


def _outstanding(batch: _Batch) -> int:
    counted = User.objects.filter(pk=batch.owner_id).annotate(total=open_offers(batch.now))
    return counted.values_list("total", flat=True).first() or 0


def _fitting(batch: _Batch, fresh: Sequence[UploadRequest], user: User | None) -> list[UploadRequest]:
    """Return the requests that fit the quota and the limit of open offers. Refuse the others."""
    outstanding = _outstanding(batch)
    free_bytes = user.quota_bytes - user.used_bytes if user else 0
    free_offers = batch.most_open - outstanding
    fitting: list[UploadRequest] = []
    closed = reasons.ACCOUNT_CLOSED if user is None else _closed(user.pk)
    for request in fresh:
        reason = closed
        if not reason and request.size_bytes > free_bytes:
            reason = reasons.QUOTA_EXCEEDED
        elif not reason and free_offers <= 0:
            reason = reasons.TOO_MANY_OUTSTANDING
        if reason:
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), reason)
        else:
            fitting.append(request)
            free_bytes -= request.size_bytes
            free_offers -= 1
    return fitting
