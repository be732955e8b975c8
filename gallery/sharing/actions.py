"""Share albums, change and end what was shared. Each action is in the owner's audit trail."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from gallery.accounts import audit, emails, invitations
from gallery.accounts.models import MAX_INVITATION_NOTE, AccountEvent, User
from gallery.albums.actions import change_photos, create_album
from gallery.albums.models import Album
from gallery.blocks.actions import is_blocked
from gallery.core import reasons
from gallery.photos.states import Visibility
from gallery.sharing.access import digest_of
from gallery.sharing.models import MAX_ADDRESS_LENGTH, Grant, Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from django.http import HttpRequest

    from gallery.core.reasons import Reason

TOKEN_BYTES = 32
MOST_OPEN_PER_ALBUM = 50
UNCHANGED: Any = object()
Kind = AccountEvent.Kind


class Refused(Exception):
    """The album is not shared. ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Shared:
    """A new grant. ``token`` is that of a link: it exists only here and is shown once."""

    grant: Grant
    token: str = ""
    is_mail_sent: bool = False


def share_by_link(
    request: HttpRequest | None,
    album: Album,
    *,
    role: str = Role.VIEW,
    label: str = "",
    expires_at: datetime | None,
    password: str = "",
    max_views: int | None = None,
) -> Shared:
    """Make a link that shows the album.

    Raises:
        Refused: the owner is blocked, or the album is shared too often.
    """
    token = secrets.token_urlsafe(TOKEN_BYTES)
    grant = Grant(
        album=album,
        token_digest=digest_of(token),
        role=role,
        label=label,
        expires_at=expires_at,
        password=make_password(password) if password else "",
        max_views=max_views,
    )
    _store(request, grant)
    return Shared(grant, token)


def share_with(
    request: HttpRequest,
    album: Album,
    *,
    name: str,
    role: str = Role.VIEW,
    label: str = "",
    expires_at: datetime | None,
) -> Shared:
    """Share the album with a person, by username or email address, and tell them by email.

    An address is not looked up: the person who confirmed it, now or later, holds the grant. So no one
    learns by sharing which addresses have an account.

    Raises:
        Refused: no account has the name, it is the owner's, they have a grant already, or as for links.
    """
    owner, name = album.owner, name.strip()
    grant = Grant(album=album, role=role, label=label, expires_at=expires_at)
    if "@" in name:
        grant.address = name.lower()
        # In lower case it may be longer, and PostgreSQL takes no more than the column has.
        if len(grant.address) > MAX_ADDRESS_LENGTH:
            raise Refused(reasons.NO_SUCH_PERSON)
    else:
        grant.person = User.objects.with_username_or_email(name)
        if grant.person is None or not grant.person.is_active:
            raise Refused(reasons.NO_SUCH_PERSON)
    if grant.is_held_by(owner):
        raise Refused(reasons.SHARE_WITH_SELF)
    _store(request, grant)
    recipient = grant.address or (grant.person.email if grant.person else "")
    if not recipient or not emails.is_sending_allowed(request, "album-shared", recipient):
        return Shared(grant)
    # Without the album's words: no moderator has read them, and the recipient may know no one here.
    context = {
        "name": owner.shown_name,
        "path": grant.get_absolute_url(),
        "sign_up_path": _sign_up_path(grant),
    }
    emails.queue("album_shared", grant.person or owner, context, recipient=recipient)
    return Shared(grant, is_mail_sent=True)


def _sign_up_path(grant: Grant) -> str:
    """Return where the holder of the grant's address can create an account; empty if there is no such page.

    By invitation, if only this lets people in and the album's owner may give one: whether the address has an
    account or not, so that no one learns it.
    """
    if settings.SIGN_UP == "open":
        return reverse("sign-up")
    if settings.SIGN_UP == "invitation" and grant.address and invitations.may_invite(grant.album.owner):
        token = invitations.create(grant.album.owner, note=grant.address[:MAX_INVITATION_NOTE])
        return reverse("sign-up-invited", args=[token])
    return ""


def gather(owner: User, photo_ids: Sequence[UUID], *, title: str) -> Album:
    """Put the owner's photos into a new album that only they see, to be shared. Others' are left out.

    Raises:
        LimitReached: the account has too many albums.
        Refused: none of the photos is the owner's.
    """
    with transaction.atomic():
        album = create_album(owner, title=title, description="", visibility=Visibility.PRIVATE)
        change_photos(album, add=photo_ids, remove=())
        if not album.entries.exists():
            raise Refused(reasons.NOTHING_CHOSEN)
    return album


def _store(request: HttpRequest | None, grant: Grant) -> None:
    if is_blocked(grant.album.owner):
        raise Refused(reasons.ACCOUNT_BLOCKED)
    with transaction.atomic():
        # The album's row is locked, so parallel requests count one after the other.
        if Album.objects.select_for_update().filter(pk=grant.album_id).first() is None:
            raise Refused(reasons.ALBUM_GONE)
        of_album = Grant.objects.filter(album=grant.album_id)
        # Expired ones make room.
        of_album.filter(ended_at=None, expires_at__lte=timezone.now()).update(ended_at=F("expires_at"))
        not_ended = of_album.filter(ended_at=None)
        if not_ended.count() >= MOST_OPEN_PER_ALBUM:
            raise Refused(reasons.TOO_MANY_SHARES)
        same = Q(person=grant.person_id) if grant.person_id else Q(address=grant.address, token_digest=None)
        if not grant.is_link and not_ended.filter(same).exists():
            raise Refused(reasons.SHARED_ALREADY)
        grant.save(force_insert=True)
        _record(request, grant, Kind.SHARED)


def _record(request: HttpRequest | None, grant: Grant, kind: AccountEvent.Kind) -> None:
    audit.record(request, grant.album.owner, kind, album=str(grant.album_id), grant=str(grant.pk))


def change(
    request: HttpRequest | None,
    grant: Grant,
    *,
    password: str = UNCHANGED,
    expires_at: datetime | None = UNCHANGED,
) -> bool:
    """Change a grant's password (empty for none) or end. Return ``False`` if it ended meanwhile.

    With a new password, sessions that came in by the old one have to type it.
    """
    values: dict[str, Any] = {}
    if expires_at is not UNCHANGED:
        values["expires_at"] = expires_at
    if password is not UNCHANGED:
        values["password"] = make_password(password) if password else ""
        if password:
            values["epoch"] = F("epoch") + 1
            # All come in once more, so counted views begin again.
            values["uses"] = 0
    if not values:
        return True
    with transaction.atomic():
        if not Grant.objects.filter(pk=grant.pk, ended_at=None).update(**values):
            return False
        _record(request, grant, Kind.SHARE_CHANGED)
    return True


def end_since(user: User, *, since: datetime | None = None, **_: object) -> None:
    """End what was shared since an intruder came, if one did: their links outlive no session of theirs."""
    if since is not None:
        shared = Grant.objects.given_by(user).filter(ended_at=None, created_at__gte=since)
        shared.update(ended_at=timezone.now())


def end(request: HttpRequest | None, grant: Grant) -> bool:
    """End a grant at once. Return ``False`` if it ended before."""
    with transaction.atomic():
        if not Grant.objects.filter(pk=grant.pk, ended_at=None).update(ended_at=timezone.now()):
            return False
        _record(request, grant, Kind.SHARE_ENDED)
    return True


def end_all(request: HttpRequest | None, owner: User) -> int:
    """End all that the owner shares. Return how many grants were open."""
    with transaction.atomic():
        ended = Grant.objects.given_by(owner).filter(ended_at=None).update(ended_at=timezone.now())
        if ended:
            audit.record(request, owner, Kind.SHARE_ENDED, count=ended)
    return ended
