"""Which grant a request may use. Each request reads it again, so what ended shows nothing.

A link's token is redeemed once: ``/s/<token>/`` leaves a *door* cookie, which says that the browser knew the
token, and leads to the grant's own address, which asks for the password and counts the view. From then on a
*session* cookie says that this browser came in. Both are signed, and are sent to that address only: neither
other pages nor their caches see them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.accounts.client_address import client_address
from gallery.accounts.devices import visitor_of
from gallery.accounts.rate_limits import Limit, refund, retry_after_seconds
from gallery.core.database_waits import best_effort
from gallery.sharing.models import MOST_PLACES, Grant, Place

if TYPE_CHECKING:
    from django.http import HttpResponse

    from gallery.accounts.typing import Request

# With this prefix, browsers take a cookie over HTTPS only. "__Host-" would send it to every page.
PREFIX = "__Secure-" if settings.IS_HTTPS else ""
SESSION, DOOR, GUEST = f"{PREFIX}share", f"{PREFIX}share-door", f"{PREFIX}share-guest"
SECONDS = {SESSION: 30 * 24 * 60 * 60, DOOR: 60 * 60, GUEST: 30 * 24 * 60 * 60}
VISIT = timedelta(minutes=30)
"""Requests of a person that are closer than this are one visit."""
PERIOD = timedelta(minutes=15)
WRONG_PER_GRANT = Limit("share-wrong", 50, PERIOD, burst=50)
WRONG_PER_VISITOR = Limit("share-wrong-visitor", 10, PERIOD, burst=10)


@dataclass(frozen=True, slots=True)
class Guest:
    """A browser that came by a link, and the name that its person typed."""

    id: UUID
    name: str


class Refused(Exception):
    """The request may not use the grant, or not yet."""


class Unknown(Refused):
    """There is no such grant, it is over, or this request has nothing to do with it: all look the same."""


class Ended(Refused):
    """The request came in before, and the grant is over."""


class Locked(Refused):
    """The request has to come in first: by a password, or by opening a link whose views are counted."""

    def __init__(self, grant: Grant) -> None:
        super().__init__()
        self.grant = grant


class WrongPassword(Refused):
    """The password is not right."""


class TooManyGuesses(Refused):
    """Too many passwords were typed."""

    def __init__(self, wait_seconds: int) -> None:
        super().__init__()
        self.wait_seconds = wait_seconds


def digest_of(token: str) -> str:
    """Return the digest to store. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def of_token(untrusted_token: str) -> Grant | None:
    """Return the grant of this link. One that is used up shows the album to those who came in before."""
    return Grant.objects.open().filter(token_digest=digest_of(untrusted_token)).first()


def open_door(response: HttpResponse, grant: Grant) -> None:
    """Remember in the browser that it knew the token."""
    _set(response, DOOR, grant, grant.epoch)


def grant_of(request: Request, grant_id: UUID) -> tuple[Grant, bool]:
    """Return the grant that the request may use, and whether its browser still has to ``come_in``.

    Raises:
        Unknown, Ended, Locked: it may use none, no longer, or not yet.
    """
    grant = Grant.objects.select_related("album__owner").filter(pk=grant_id).first()
    epoch = _read(request, SESSION, grant_id)
    is_owner = grant is not None and grant.album.owner_id == request.user.pk
    is_holder = grant is not None and grant.is_held_by(request.user)
    if not (is_owner or is_holder or epoch is not None or _read(request, DOOR, grant_id) is not None):
        raise Unknown
    if grant is None or not Grant.objects.open().filter(pk=grant_id).exists():
        raise Ended
    if is_owner:
        return grant, False
    if not grant.is_link:
        # Who got here is the holder: only those who come by a link have a cookie.
        _note_visit(request, grant, counts=True)
        return grant, False
    if epoch == grant.epoch:
        _note_visit(request, grant, counts=False)
        return grant, False
    if grant.is_used_up:
        raise Ended
    if grant.password or grant.max_views is not None:
        raise Locked(grant)
    return grant, True


def check_password(request: Request, grant: Grant, typed: str) -> None:
    """Check what was typed. Each try is counted before, so parallel guesses can't outrun the count.

    Raises:
        TooManyGuesses, WrongPassword
    """
    if not grant.password:
        return
    tries = ((WRONG_PER_VISITOR, f"{grant.pk}:{visitor_of(request)}"), (WRONG_PER_GRANT, str(grant.pk)))
    for limit, subject in tries:
        if wait := retry_after_seconds(limit, subject):
            raise TooManyGuesses(wait)
    if not grant.is_password(typed):
        raise WrongPassword
    for limit, subject in tries:
        refund(limit, subject)


def come_in(request: Request, response: HttpResponse, grant: Grant) -> None:
    """Count the view and begin a session.

    Raises:
        Ended: others used it up, or it ended meanwhile.
    """
    room = Q(max_views=None) | Q(uses__lt=F("max_views"))
    counted = Grant.objects.open().filter(room, pk=grant.pk, epoch=grant.epoch)
    if not counted.update(uses=F("uses") + 1, last_used_at=timezone.now()):
        raise Ended
    best_effort("share_place", lambda: _note_place(request, grant), None)
    _set(response, SESSION, grant, grant.epoch)
    response.delete_cookie(DOOR, path=_path(grant.pk))


def _note_visit(request: Request, grant: Grant, *, counts: bool) -> None:
    """Note that it was used, once for each visit; ``counts`` it as a use, too."""
    now = timezone.now()
    if grant.last_used_at and grant.last_used_at > now - VISIT:
        return
    same = Grant.objects.filter(pk=grant.pk, last_used_at=grant.last_used_at)
    values = {"last_used_at": now} | ({"uses": F("uses") + 1} if counts else {})
    if best_effort("share_last_use", lambda: same.update(**values), 0):
        best_effort("share_place", lambda: _note_place(request, grant), None)


def _note_place(request: Request, grant: Grant) -> None:
    address = client_address(request)
    if address is None or grant.places >= MOST_PLACES:
        return
    digest = salted_hmac("gallery.sharing.place", f"{grant.pk}:{address}", algorithm="sha256").hexdigest()
    if Place.objects.filter(grant=grant, digest=digest).exists():
        return
    try:
        with transaction.atomic():
            Place.objects.create(grant=grant, digest=digest)
            Grant.objects.filter(pk=grant.pk).update(places=F("places") + 1)
    except IntegrityError:
        return  # the same network at the same moment, or the grant is gone


def _path(grant_id: UUID) -> str:
    return reverse("shared-album", args=[grant_id])


def guest_of(request: Request, grant: Grant) -> Guest | None:
    """Return who sends photos by this browser; ``None`` if no one said so."""
    claim = _read(request, GUEST, grant.pk)
    return Guest(UUID(claim[0]), claim[1]) if isinstance(claim, list) else None


def greet(request: Request, response: HttpResponse, grant: Grant, name: str) -> None:
    """Remember in the browser what its person is called. What they sent under another name stays theirs."""
    known = guest_of(request, grant)
    _set(response, GUEST, grant, [str(known.id if known else uuid4()), name])


def _set(response: HttpResponse, name: str, grant: Grant, claim: int | list[str]) -> None:
    response.set_cookie(
        name,
        signing.dumps(claim, salt=f"{name}:{grant.pk}"),
        max_age=SECONDS[name],
        path=_path(grant.pk),
        httponly=True,
        secure=settings.IS_HTTPS,
        samesite="Lax",
    )


def _read(request: Request, name: str, grant_id: UUID) -> Any:
    """Return what the cookie says, as ``_set`` wrote it, or ``None`` without a valid cookie."""
    try:
        return signing.loads(request.COOKIES.get(name, ""), salt=f"{name}:{grant_id}", max_age=SECONDS[name])
    except signing.BadSignature:
        return None
