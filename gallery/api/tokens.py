"""Create, find and revoke API tokens."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.api.models import ApiToken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_stubs_ext import StrPromise

    from gallery.accounts.models import User

PREFIX = "cs_"
MAX_DAYS = 366
# Without this limit, every read would also write.
LAST_USE_PRECISION = timedelta(minutes=1)


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    UPLOAD = "upload"
    MODERATE = "moderate"


SCOPE_WORDS: dict[Scope, StrPromise] = {
    Scope.READ: _("Read: list and fetch what you can see"),
    Scope.UPLOAD: _("Upload: add, change and delete your own photos, albums and tags"),
    Scope.MODERATE: _("Moderate: approve and reject photos, if you are a moderator"),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token. ``secret`` exists only here and is shown once."""

    token: ApiToken
    secret: str


def digest_of(secret: str) -> str:
    """Return the digest to store. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(user: User, *, name: str, scopes: Iterable[Scope], days: int) -> Issued:
    """Create a token that expires after ``days`` (at most 366)."""
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
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def revoke(user: User, token_id: int) -> bool:
    """Revoke a user's token; return whether it was active."""
    open_tokens = ApiToken.objects.filter(pk=token_id, user=user, revoked_at=None)
    return bool(open_tokens.update(revoked_at=timezone.now()))
