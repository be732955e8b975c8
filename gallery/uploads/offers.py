"""Offers: the gallery's word that a browser may put one file into S3, once.

An offer of up to 50 files costs four SQL queries with session and user, and no AWS call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.aggregates import Count
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery.accounts.models import User
from gallery.core import correlation
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.states import NEVER_ARRIVED, State
from gallery.storage.originals import OriginalsUnavailable, originals
from gallery.storage.upload_terms import OFFER_SECONDS, Offer, OriginalTerms
from gallery.uploads.file_checks import Refusal, UploadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

logger = structlog.get_logger(__name__)

MAX_OUTSTANDING_OFFERS = 200
# The row's deadline lies after the signature's, so no accepted PUT is ever later than the row says.
CLOCK_ALLOWANCE = timedelta(minutes=1)

QUOTA_EXCEEDED = Refusal(
    "quota_exceeded", "There is not enough room left in your account. Delete some photos first."
)
TOO_MANY_OUTSTANDING = Refusal(
    "too_many_outstanding", "Too many uploads are open at once. Let some of them finish, then go on."
)
FILE_CHANGED = Refusal("file_changed", "This file changed while it was being uploaded. Choose it again.")
ACCOUNT_CLOSED = Refusal("account_closed", "This account cannot upload at the moment.")


@dataclass(frozen=True, slots=True)
class Offered:
    """The browser may PUT the file now."""

    upload_id: str
    photo_id: UUID
    offer: Offer
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The owner has this very file already."""

    upload_id: str
    photo_id: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """One file is not taken; the others may be."""

    upload_id: str
    refusal: Refusal


Outcome = Offered | AlreadyThere | Refused


@dataclass(slots=True)
class _Batch:
    """One call's work: what is wanted, and what came of it by upload id."""

    owner_id: int
    visibility: str
    now: datetime
    correlation_id: str
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @property
    def deadline(self) -> datetime:
        return self.now + timedelta(seconds=OFFER_SECONDS)

    def row(self, wanted: UploadRequest) -> Photo:
        return Photo(
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


def offer(owner_id: int, requests: Sequence[UploadRequest | Refused], *, visibility: str) -> list[Outcome]:
    """Answer each request with an offer, the photo that is there already, or a refusal.

    Idempotent by the client's upload id and by the file's hash. Bytes and places are reserved by one
    conditional UPDATE, so parallel offers never exceed the quota, or 200 open ones, together.
    """
    batch = _Batch(owner_id, visibility, timezone.now(), correlation.current())
    batch.outcomes = {r.upload_id: r for r in requests if isinstance(r, Refused)}
    wanted: dict[str, UploadRequest] = {}
    twins: list[tuple[UploadRequest, UploadRequest]] = []
    for request in requests:
        if isinstance(request, Refused):
            continue
        if first := wanted.get(request.sha256):
            twins.append((request, first))
        else:
            wanted[request.sha256] = request
    fresh = list(wanted.values())
    if fresh and not _offer_fresh(batch, fresh):
        _offer_around_what_is_there(batch, fresh)
    for twin, first in twins:
        _answer_twin(batch, twin, first)
    _note(batch)
    ids = [r.upload_id if isinstance(r, Refused) else str(r.upload_id) for r in requests]
    return [batch.outcomes[upload_id] for upload_id in dict.fromkeys(ids)]


def _note(batch: _Batch) -> None:
    offered = [str(found.photo_id) for found in batch.outcomes.values() if isinstance(found, Offered)]
    if offered and correlation.is_request():
        logger.info(
            "uploads_offered", correlation_id=batch.correlation_id, owner=batch.owner_id, photo_ids=offered
        )


def _answer_twin(batch: _Batch, twin: UploadRequest, first: UploadRequest) -> None:
    """Answer a file that the same list holds twice as its first: one photo, one upload."""
    outcome = batch.outcomes[str(first.upload_id)]
    twin_id = str(twin.upload_id)
    if isinstance(outcome, Refused):
        batch.outcomes[twin_id] = Refused(twin_id, outcome.refusal)
    else:
        batch.outcomes[twin_id] = AlreadyThere(twin_id, outcome.photo_id)


def _offer_fresh(batch: _Batch, fresh: Sequence[UploadRequest]) -> bool:
    """Insert all rows at once if none is there yet and all fit; tell whether they did."""
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


def _outstanding(now: datetime) -> Q:
    # An import is bounded by the room it reserves, and lasts longer.
    return Q(state=State.AWAITING, offered_until__gt=now, origin_url="")


def _reserve(batch: _Batch, size_bytes: int, count: int) -> bool:
    outstanding = (
        Photo.objects.filter(_outstanding(batch.now), owner_id=OuterRef("pk"))
        .order_by()
        .values("owner_id")
        .annotate(total=Count("*"))
        .values("total")
    )
    # PostgreSQL looks again at a row that somebody else changed while we waited for it, but at no other row:
    # the count would then be the one from before. So whoever had to wait fails here and counts again, alone.
    undisturbed = User.objects.filter(pk=batch.owner_id).values("used_bytes")
    fits = (
        User.objects.filter(pk=batch.owner_id, is_active=True, used_bytes__lte=F("quota_bytes") - size_bytes)
        .filter(used_bytes=Subquery(undisturbed))
        .alias(outstanding=Coalesce(Subquery(outstanding, output_field=IntegerField()), Value(0)))
        .filter(outstanding__lte=MAX_OUTSTANDING_OFFERS - count)
    )
    return bool(fits.update(used_bytes=F("used_bytes") + size_bytes))


def _offer_around_what_is_there(batch: _Batch, requests: Sequence[UploadRequest]) -> None:
    """Take the careful way: some files are there already, or not all of them fit."""
    upload_ids = [request.upload_id for request in requests]
    hashes = [request.sha256_hex for request in requests]
    there = list(
        Photo.objects.filter(
            Q(upload_id__in=upload_ids) | Q(sha256__in=hashes, trashed_at=None), owner_id=batch.owner_id
        )
    )
    by_upload_id = {photo.upload_id: photo for photo in there}
    by_hash = {photo.sha256: photo for photo in there if photo.trashed_at is None}
    fresh: list[UploadRequest] = []
    repeated: list[Photo] = []
    for request in requests:
        photo = by_upload_id.get(request.upload_id) or by_hash.get(request.sha256_hex)
        if photo is None:
            fresh.append(request)
        elif photo.sha256 != request.sha256_hex:
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), FILE_CHANGED)
        elif _offer_again(batch, photo, request):
            repeated.append(photo)
    if repeated:
        Photo.objects.filter(pk__in=[photo.pk for photo in repeated], state=State.AWAITING).update(
            offered_until=batch.deadline + CLOCK_ALLOWANCE
        )
    _offer_what_fits(batch, fresh)


def _offer_again(batch: _Batch, photo: Photo, request: UploadRequest) -> bool:
    """Answer a file whose row is there; tell whether its offer was made anew."""
    if photo.trashed_at is not None:
        # Only the same upload id finds it: whoever threw it away does not upload it on.
        batch.outcomes[str(request.upload_id)] = AlreadyThere(str(request.upload_id), photo.pk)
        return False
    if photo.state == State.FAILED and photo.reason == NEVER_ARRIVED:
        transitions.offered_again(photo.pk, offered_until=batch.deadline + CLOCK_ALLOWANCE)
        batch.offer(photo, request)
        return True
    if photo.state == State.AWAITING and not _arrived(photo, request):
        batch.offer(photo, request)
        return True
    batch.outcomes[str(request.upload_id)] = AlreadyThere(str(request.upload_id), photo.pk)
    return False


def _arrived(photo: Photo, request: UploadRequest) -> bool:
    """Look into S3, but only where the browser met a conflict: its own PUT may have succeeded."""
    if not request.met_conflict:
        return False
    try:
        stored = originals().head(photo.pk)
    except OriginalsUnavailable:
        return False
    return stored is not None and stored.size_bytes == photo.size_bytes


def _offer_what_fits(batch: _Batch, fresh: Sequence[UploadRequest]) -> None:
    """Offer as many as fit, in the order given, and say of the rest why not."""
    if not fresh:
        return
    with transaction.atomic():
        # One after another: what is counted now stands until the rows are in.
        user = User.objects.select_for_update(no_key=True).filter(pk=batch.owner_id).first()
        fitting = _fitting(batch, fresh, user)
        if fitting and not _offer_fresh(batch, fitting):
            # Another call of the same account has brought one of these files between our look and our lock.
            for request in fitting:
                batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), TOO_MANY_OUTSTANDING)


def _fitting(batch: _Batch, fresh: Sequence[UploadRequest], user: User | None) -> list[UploadRequest]:
    """Return those for which there are room and places; refuse the others."""
    outstanding = Photo.objects.filter(_outstanding(batch.now), owner_id=batch.owner_id).count()
    room = user.quota_bytes - user.used_bytes if user else 0
    places = MAX_OUTSTANDING_OFFERS - outstanding
    fitting: list[UploadRequest] = []
    for request in fresh:
        refusal = None
        if user is None or not user.is_active:
            refusal = ACCOUNT_CLOSED
        elif request.size_bytes > room:
            refusal = QUOTA_EXCEEDED
        elif places <= 0:
            refusal = TOO_MANY_OUTSTANDING
        if refusal:
            batch.outcomes[str(request.upload_id)] = Refused(str(request.upload_id), refusal)
        else:
            fitting.append(request)
            room -= request.size_bytes
            places -= 1
    return fitting
