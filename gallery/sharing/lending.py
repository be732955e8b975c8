"""Photos that people with an account lend to another's album, and what becomes of them.

They stay their owner's: their row, quota, trash and visibility. To lend adds a row of ``Lent``. Once the
album's owner accepts it, the album's pages by grant show the photo behind the album's own, as far as
``PhotoQuerySet.shown_by_grants`` lets them: not in the trash, not rejected, of an owner who is shown. No
other list, search, count or download learns of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F

from gallery.albums.models import Album
from gallery.albums.order import in_order, neighbors_in_album, page_in_album
from gallery.blocks.actions import is_blocked
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.paging import PAGE_SIZE, Page
from gallery.photos.states import State, Visibility
from gallery.sharing.access import Ended
from gallery.sharing.actions import Refused
from gallery.sharing.models import Decision, Grant, Lent, Role
from gallery.uploads import offers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from typing import Any
    from uuid import UUID

    from django.db.models import QuerySet

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.uploads.file_checks import UploadRequest

MOST_LENT = 1_000
"""How many photos one person lends to one album, with those that its owner declined."""
MOST_AT_ONCE = 100
"""How many photos one page shows."""
_LENT = "lent."
"""Begins the cursors of lent photos. Those of albums have no dot."""
_LARGEST_ID = 2**63 - 1


def lendable(person: User) -> PhotoQuerySet:
    """Return the photos that a person can lend: their own that can be shown, now or once they are read."""
    mine = Photo.objects.owned_by(person).not_trashed().filter(taken_down_at=None)
    return mine.exclude(state__in=[State.FAILED, State.REJECTED])


def lend(grant: Grant, person: User, photo_ids: Iterable[UUID]) -> int:
    """Lend photos to the grant's album, where they wait for its owner. Return how many are new there.

    Others' photos are left out, and those that are lent already or were declined.

    Raises:
        Ended: the person holds no open grant of the role *add photos*, or no longer.
        Refused: they are blocked, or would lend too many.
    """
    with transaction.atomic():
        if is_blocked(person):
            raise Refused(reasons.ACCOUNT_BLOCKED)
        # As ``delete_album`` locks them. Who ends the grant waits, and nothing is lent after that.
        Album.objects.select_for_update().filter(pk=grant.album_id).first()
        held = Grant.objects.open().held_by(person).filter(pk=grant.pk, role=Role.ADD)
        held = held.exclude(album__owner=person.pk)
        if held.select_for_update(of=("self",), no_key=True).first() is None:
            raise Ended
        new = lendable(person).filter(pk__in=list(photo_ids)).exclude(lendings__album=grant.album_id)
        # Locked, in one order, so that what is purged at this moment is left out.
        locked = list(new.select_for_update(of=("self",), no_key=True).order_by("pk").only("created_at"))
        lent = Lent.objects.filter(album=grant.album_id, photo__owner=person).count()
        if lent + len(locked) > MOST_LENT:
            raise Refused(reasons.TOO_MANY_LENT)
        in_order = sorted(locked, key=lambda photo: (photo.created_at, photo.pk))
        Lent.objects.bulk_create(
            Lent(photo=photo, album_id=grant.album_id, grant=grant) for photo in in_order
        )
    return len(locked)


def offer(
    grant: Grant, person: User, requests: Sequence[UploadRequest | offers.Refused]
) -> list[offers.Outcome]:
    """Answer files as ``offers.offer`` does, to the person's own account, private, and lend what comes.

    All or nothing.

    Raises:
        Ended, Refused: as ``lend``.
    """
    with transaction.atomic():
        outcomes = offers.offer(person.pk, requests, visibility=Visibility.PRIVATE)
        lend(grant, person, photo_ids_of(outcomes))
    return outcomes


def photo_ids_of(outcomes: Iterable[offers.Outcome]) -> list[UUID]:
    """Return which photos came, or were there."""
    return [one.photo_id for one in outcomes if not isinstance(one, offers.Refused)]


def count_waiting(album_id: UUID, photo_ids: Iterable[UUID]) -> int:
    """Return how many of the photos wait for the album's owner."""
    waiting = Lent.objects.filter(album=album_id, decision=Decision.WAITING)
    return waiting.filter(photo_id__in=list(photo_ids)).count()


def take_back(person: User, photo_ids: Iterable[UUID], album_id: UUID | None = None) -> int:
    """Take the person's photos out of others' albums, of one or all. Return how many; they stay theirs.

    What was declined is not in the album. It is kept, so that it isn't sent again and again.
    """
    mine = Lent.objects.filter(photo__in=Photo.objects.owned_by(person), photo_id__in=list(photo_ids))
    if album_id:
        mine = mine.filter(album=album_id)
    with transaction.atomic():
        lent = _locked(mine.exclude(decision=Decision.DECLINED))
        return Lent.objects.filter(pk__in=[one.pk for one in lent]).delete()[0]


def take_back_since(user: User, *, since: datetime | None = None, **_: object) -> None:
    """Take back what was lent since an intruder came, if one did."""
    if since is not None:
        with transaction.atomic():
            lent = _locked(Lent.objects.filter(photo__owner=user, created_at__gte=since))
            Lent.objects.filter(pk__in=[one.pk for one in lent]).delete()


def _locked(lent: QuerySet[Lent]) -> list[Lent]:
    """Lock them in one order, and before them their albums, as all who change what is in an album do."""
    albums = Album.objects.filter(pk__in=lent.values("album"))
    list(albums.select_for_update().order_by("pk").values_list("pk"))
    return list(lent.select_for_update(of=("self",)).order_by("pk"))


def lent_by(person: User) -> QuerySet[Lent]:
    """Return what the person lends and has not deleted, the latest first."""
    mine = Lent.objects.filter(photo__in=Photo.objects.owned_by(person).not_trashed())
    return mine.select_related("photo__owner", "album__owner").order_by("-pk")


def seen_by(person: User, albums: Iterable[UUID]) -> set[UUID]:
    """Return which of these albums are shared with the person now: of the others, they learn no new title."""
    held = Grant.objects.open().held_by(person).filter(album__in=list(albums))
    return set(held.values_list("album_id", flat=True))


def lent_to(owner: User, decision: Decision, album: Album | None = None) -> QuerySet[Lent]:
    """Return what is lent to the owner's albums, to one or all, and can be shown, the earliest first."""
    lent = Lent.objects.filter(album__owner=owner, decision=decision, photo__in=_shown())
    if album:
        lent = lent.filter(album=album)
    return lent.select_related("photo__owner", "album").order_by("pk")


def accept(owner: User, photo_ids: Iterable[UUID], album: Album | None = None) -> list[UUID]:
    """Show photos that wait in the owner's albums that they were lent to, in one or all. Return which."""
    return _decide(owner, photo_ids, Decision.ACCEPTED, of=[Decision.WAITING], album=album)


def decline(owner: User, photo_ids: Iterable[UUID], album: Album | None = None) -> list[UUID]:
    """Decline photos that wait for the owner, for one album or all. Return which."""
    return _decide(owner, photo_ids, Decision.DECLINED, of=[Decision.WAITING], album=album)


def take_out(album: Album, photo_ids: Iterable[UUID]) -> list[UUID]:
    """Take photos that others lent out of the album. Return which."""
    return _decide(album.owner, photo_ids, Decision.DECLINED, of=list(Decision), album=album)


def _decide(
    owner: User,
    photo_ids: Iterable[UUID],
    decision: Decision,
    *,
    of: list[Decision],
    album: Album | None = None,
) -> list[UUID]:
    albums = Album.objects.owned_by(owner)
    asked = Lent.objects.filter(photo_id__in=list(photo_ids), album__in=albums, decision__in=of)
    if album:
        asked = asked.filter(album=album)
    with transaction.atomic():
        # Those taken back meanwhile are left out.
        lent = _locked(asked.filter(photo__in=_shown()))
        Lent.objects.filter(pk__in=[one.pk for one in lent]).update(decision=decision)
    # One may have been lent to several albums.
    return list(dict.fromkeys(one.photo_id for one in lent))


def _shown() -> PhotoQuerySet:
    return Photo.objects.shown_by_grants()


def shown_in(album: Album) -> PhotoQuerySet:
    """Return what others lent to the album and grants show there."""
    return _accepted(_shown(), album)


def _accepted(photos: PhotoQuerySet, album: Album) -> PhotoQuerySet:
    return photos.filter(lendings__album=album, lendings__decision=Decision.ACCEPTED)


def _listed(photos: PhotoQuerySet, album: Album) -> Any:
    lent: Any = _accepted(photos, album)
    return lent.annotate(lending=F("lendings__pk")).one_per_stack().order_by("-lending")


def page_of(photos: PhotoQuerySet, album: Album, untrusted_cursor: str) -> Page:
    """Return one page of the album in its order, and behind its last photo those that others lent.

    Costs one query more than ``page_in_album`` where the album ends.
    """
    shown: list[Photo] = []
    lent = _listed(photos, album)
    if untrusted_cursor.startswith(_LENT):
        number = untrusted_cursor.removeprefix(_LENT)
        if number.isascii() and number.isdecimal():
            lent = lent.filter(lending__lt=min(int(number[:20]), _LARGEST_ID))
    else:
        page = page_in_album(photos, album, untrusted_cursor)
        if page.next_cursor:
            return page
        shown = list(page.photos)
    room = PAGE_SIZE - len(shown)
    found = list(lent[: room + 1])
    if len(found) <= room:
        return Page([*shown, *found], "")
    last = found[room - 1].lending if room else ""
    return Page([*shown, *found[:room]], f"{_LENT}{last}")


def neighbors(photos: PhotoQuerySet, album: Album, photo: Photo) -> tuple[Photo | None, Photo | None]:
    """Return the photos before and after this one, in the order of ``page_of``."""
    lent = _listed(photos, album).only("id")
    if photo.owner_id == album.owner_id:
        before, after = neighbors_in_album(photos, album, photo)
        return before, after or lent.first()
    place = Lent.objects.filter(photo=photo, album=album).values_list("pk", flat=True).first()
    if place is None:
        return None, None  # taken back at this moment
    before = lent.filter(lending__gt=place).order_by("lending").first()
    own = in_order(photos, album).one_per_stack().only("id")
    return before or own.last(), lent.filter(lending__lt=place).first()
