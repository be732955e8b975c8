"""Photos that guests send by a link, and what becomes of them.

They are photos of the album's owner from the start: offered, read and counted like all others. Until the
owner accepts them they wait, ``Photo.is_received``, and only this module shows them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q, Sum

from gallery.accounts.models import User
from gallery.accounts.rate_limits import Limit, retry_after_seconds
from gallery.albums.actions import change_photos
from gallery.albums.models import Album
from gallery.core import reasons
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.purge import purge_photo
from gallery.photos.states import NEVER_ARRIVED, State, Visibility
from gallery.photos.timeline import timeline_at
from gallery.sharing.access import Ended
from gallery.sharing.models import Contribution, Grant
from gallery.uploads import offers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from uuid import UUID

    from gallery.photos.querysets import PhotoQuerySet
    from gallery.sharing.access import Guest
    from gallery.uploads.file_checks import UploadRequest

MOST_PHOTOS = 200
MOST_BYTES = 5 * 10**9
"""What one link brings at most. What was taken back, declined and purged, or never arrived makes room."""
MOST_AT_ONCE = 100
"""How many photos one action accepts or declines."""
NOT_SENT = Q(state=State.FAILED, reason=NEVER_ARRIVED)
WAITING = timedelta(days=60)
"""How long what was sent waits for its owner's decision. Then it is in the trash for another 30 days."""
HOUR = timedelta(hours=1)
PER_VISITOR = Limit("share-sends-visitor", 400, HOUR, burst=400)
PER_LINK = Limit("share-sends", 1_000, HOUR, burst=1_000)


class TooFast(Exception):
    """Too many files were offered; ``wait_seconds`` says when to go on."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


def sent_by(grant: Grant, guest: Guest) -> Q:
    """Return the condition of what this guest sent by this link."""
    return Q(contribution__grant=grant, contribution__sender=guest.id)


def sent_photos(grant: Grant, guest: Guest) -> PhotoQuerySet:
    """Return what this guest sent by this link and has not taken back, the latest first."""
    photos = Photo.objects.filter(sent_by(grant, guest)).exclude(NOT_SENT)
    return photos.select_related("owner").newest_first()


def offer(
    grant: Grant, guest: Guest, requests: Sequence[UploadRequest | offers.Refused], *, visitor: str
) -> list[offers.Outcome]:
    """Answer a guest's files as ``offers.offer`` does, within what the link may bring.

    Raises:
        TooFast: this visitor, or all who hold the link, offered too many.
        Ended: the link ended meanwhile.
    """
    for limit, subject in ((PER_VISITOR, f"{grant.pk}:{visitor}"), (PER_LINK, str(grant.pk))):
        if wait := retry_after_seconds(limit, subject, cost=max(len(requests), 1)):
            raise TooFast(wait)
    owner_id = grant.album.owner_id
    try:
        with transaction.atomic():
            # As offers lock it. Guests of one owner are counted one after the other.
            User.objects.select_for_update(no_key=True).filter(pk=owner_id).first()
            if not Grant.objects.open().filter(pk=grant.pk).exists():
                raise Ended
            outcomes = offers.offer(
                owner_id,
                _within_limits(grant, guest, requests),
                visibility=Visibility.PRIVATE,
                sent_before=sent_by(grant, guest),
            )
            rows = [
                Contribution(
                    photo_id=outcome.photo_id,
                    album_id=grant.album_id,
                    grant=grant,
                    sender=guest.id,
                    name=guest.name,
                )
                for outcome in outcomes
                if isinstance(outcome, offers.Offered)
            ]
            # An offer that is repeated has its row.
            Contribution.objects.bulk_create(rows, ignore_conflicts=True)
    except IntegrityError as gone:
        # The album was deleted at this moment, and its grants with it.
        raise Ended from gone
    return [_for_guests(outcome) for outcome in outcomes]


def _for_guests(outcome: offers.Outcome) -> offers.Outcome:
    """Return the outcome in words for a guest: the quota is the owner's."""
    if isinstance(outcome, offers.Refused) and outcome.reason is reasons.QUOTA_EXCEEDED:
        return offers.Refused(outcome.upload_id, reasons.NO_ROOM_FOR_GUESTS)
    return outcome


def _within_limits(
    grant: Grant, guest: Guest, requests: Sequence[UploadRequest | offers.Refused]
) -> list[UploadRequest | offers.Refused]:
    """Refuse what is beyond the limits of the link."""
    by_link = Photo.objects.filter(contribution__grant=grant).exclude(NOT_SENT)
    free_photos = MOST_PHOTOS - by_link.count()
    free_bytes = MOST_BYTES - (by_link.aggregate(total=Sum("size_bytes"))["total"] or 0)
    asked = [request for request in requests if not isinstance(request, offers.Refused)]
    known = set(
        by_link.filter(
            sent_by(grant, guest), offers.WANTED, sha256__in=[request.sha256_hex for request in asked]
        ).values_list("sha256", flat=True)
    )
    answered: list[UploadRequest | offers.Refused] = []
    for request in requests:
        if isinstance(request, offers.Refused) or request.sha256_hex in known:
            answered.append(request)
        elif free_photos <= 0 or request.size_bytes > free_bytes:
            answered.append(offers.Refused(str(request.upload_id), reasons.LINK_IS_FULL))
        else:
            free_photos -= 1
            free_bytes -= request.size_bytes
            answered.append(request)
    return answered


def take_back(grant: Grant, guest: Guest, photo_ids: Iterable[UUID]) -> int:
    """Delete for good what this guest sent, as long as its owner has not decided. Return how many."""
    mine = Photo.objects.filter(sent_by(grant, guest), pk__in=list(photo_ids)).received()
    ids = list(mine.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])
    return sum(purge_photo(photo_id, only_if=Q(is_received=True)) for photo_id in ids)


def waiting_for(owner: User, album: Album | None = None) -> PhotoQuerySet:
    """Return what waits for the owner's decision, the earliest first: of one album, or all.

    Files that never arrived are left out. Those that could not be read come behind what can be decided about,
    and those that are being read at last: lists have an end, and guests can ask for many and send none.
    """
    sent = Photo.objects.owned_by(owner).received().filter(contribution__isnull=False)
    waiting = sent.exclude(NOT_SENT)
    if album:
        waiting = waiting.filter(contribution__album=album)
    # By the names of the states: pending, failed, awaiting. An index has them in this order.
    return waiting.order_by("-state", "created_at", "id")


def count_waiting(owner: User, album: Album | None = None) -> int:
    """Return how many photos wait that can be decided about."""
    return waiting_for(owner, album).with_picture().count()


@dataclass(slots=True)
class Decided:
    """What became of photos. The owner ``had`` those files already."""

    accepted: list[UUID] = field(default_factory=list)
    had: list[UUID] = field(default_factory=list)
    declined: list[UUID] = field(default_factory=list)


def accept(owner: User, photo_ids: Iterable[UUID]) -> Decided:
    """Take photos over: they come to the owner's photos and into the album that they were sent for.

    All or nothing, at most ``MOST_AT_ONCE``. Of a file that the owner has, that one comes into the album, and
    the guest's goes to the trash. What has no picture, or was decided about meanwhile, is left out.

    Raises:
        gallery.albums.actions.LimitReached: the album is full.
    """
    decided = Decided()
    with transaction.atomic():
        wanted = _of(owner, photo_ids).with_picture().values_list("pk", "sha256", "contribution__album")
        rows = list(wanted[:MOST_AT_ONCE])
        # Albums before photos, as all who change albums do.
        ids = {album_id for _, _, album_id in rows if album_id}
        locked = Album.objects.select_for_update(of=("self",)).select_related("owner").filter(pk__in=ids)
        albums = {album.pk: album for album in locked.order_by("pk")}
        added: dict[UUID, list[UUID]] = defaultdict(list)
        for photo_id, sha256, album_id in rows:
            shown = _accept_one(owner, photo_id, sha256, decided)
            if shown and album_id in albums:
                added[album_id].append(shown)
        for album_id, photos in added.items():
            change_photos(albums[album_id], add=photos, remove=())
    return decided


def _accept_one(owner: User, photo_id: UUID, sha256: str, decided: Decided) -> UUID | None:
    """Return the photo that comes into the album."""
    try:
        with transaction.atomic():
            if not transitions.accepted(photo_id, actor=owner):
                return None
    except IntegrityError:
        transitions.declined(photo_id, actor=owner)
        decided.had.append(photo_id)
        twin = Photo.objects.owned_by(owner).not_trashed().filter(sha256=sha256)
        return twin.values_list("pk", flat=True).first()
    decided.accepted.append(photo_id)
    return photo_id


def decline(owner: User, photo_ids: Iterable[UUID]) -> Decided:
    """Move photos to the owner's trash, which keeps them for 30 days, at most ``MOST_AT_ONCE``."""
    ids = _of(owner, photo_ids).values_list("pk", flat=True)[:MOST_AT_ONCE]
    with transaction.atomic():
        return Decided(declined=[pk for pk in list(ids) if transitions.declined(pk, actor=owner)])


def waits_until(photo: Photo) -> datetime:
    """Return when a photo that a guest sent moves to the trash, unless its owner decides before."""
    return photo.created_at + WAITING


def undecided(now: datetime) -> PhotoQuerySet:
    """Return photos whose owners had their time to decide."""
    return Photo.objects.received().filter(created_at__lt=now - WAITING)


def expire(photo_id: UUID) -> bool:
    """Move a photo to its owner's trash because no one decided. Return whether it still waited."""
    return transitions.declined(photo_id, actor=None)


def _of(owner: User, photo_ids: Iterable[UUID]) -> PhotoQuerySet:
    # In one order, which is that of months, too: two actions never wait for each other's photos or counts.
    mine = Photo.objects.owned_by(owner).received().filter(pk__in=list(photo_ids))
    return mine.order_by(timeline_at(), "pk")
