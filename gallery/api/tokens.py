"""Create, find and revoke API tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.accounts.models import User
from gallery.accounts.staff_mfa import may_act_by_token
from gallery.api.models import ApiToken
from gallery.core.database_waits import best_effort

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django_stubs_ext import StrPromise

PREFIX = "cs_"
MAX_DAYS = 366
MOST_OPEN = 20
# Without this limit, every read would also write.
LAST_USE_PRECISION = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    UPLOAD = "upload"
    DELETE = "delete"
    PURGE = "purge"
    MODERATE = "moderate"


SCOPE_WORDS: dict[Scope, StrPromise] = {
    Scope.READ: _("Read: list and fetch what you can see"),
    Scope.UPLOAD: _("Upload: add and change your own photos, albums and tags"),
    Scope.DELETE: _("Delete: move your photos to the trash, and delete albums"),
    Scope.PURGE: _("Purge: delete your photos permanently"),
    Scope.MODERATE: _("Moderate: approve and reject photos, if you are a moderator"),
}


class TooManyTokens(Exception):
    """The person has 20 tokens that are neither revoked nor expired."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token. ``secret`` exists only here and is shown once."""

    token: ApiToken
    secret: str


def digest_of(secret: str) -> str:
    """Return the digest to store. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(user: User, *, name: str, scopes: Iterable[Scope], days: int) -> Issued:
    """Create a token that expires after ``days`` (at most 366).

    Raises:
        TooManyTokens: the person has 20 open ones.
    """
    with transaction.atomic():
        # The person's row is locked, so parallel requests count one after the other.
        User.objects.select_for_update().filter(pk=user.pk).first()
        if open_tokens(user).count() >= MOST_OPEN:
            raise TooManyTokens
        return _create(user, name=name, scopes=scopes, days=days)


def moderates(token: ApiToken) -> bool:
    """Return whether the token has the scope ``moderate`` and its person may use it by a program now."""
    return Scope.MODERATE in token.scope_names and may_act_by_token(token.user)


def open_tokens(user: User) -> QuerySet[ApiToken]:
    """Return the user's tokens that are neither revoked nor expired."""
    return ApiToken.objects.filter(user=user, revoked_at=None, expires_at__gt=timezone.now())


def end_all(user: User, **_kwargs: object) -> int:
    """Revoke all tokens of a user. Return how many were open."""
    return open_tokens(user).update(revoked_at=timezone.now())


def _create(user: User, *, name: str, scopes: Iterable[Scope], days: int) -> Issued:
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        beginning=secret[: len(PREFIX) + 4],
        scopes=" ".join(sorted(set(scopes))),
        expires_at=timezone.now() + timedelta(days=min(days, MAX_DAYS)),
    )
    return Issued(token, secret)


def find(secret: str) -> ApiToken | None:
    """Return the valid token of this secret with its user, in one query."""
    now = timezone.now()
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if token and (token.last_used_at is None or token.last_used_at < now - LAST_USE_PRECISION):
        used = ApiToken.objects.filter(pk=token.pk)
        best_effort("token_last_use", lambda: used.update(last_used_at=now), 0)
    return token


def revoke(user: User, token_id: int) -> bool:
    """Revoke a user's token; return whether it was active."""
    mine = ApiToken.objects.filter(pk=token_id, user=user, revoked_at=None)
    return bool(mine.update(revoked_at=timezone.now()))
