"""Confirm email addresses by a link; an address counts only after its owner followed the link.

Every submitted address gets an email: a confirmation link if it is free, a note to its owner if an account
has it already. The page shows the same text in both cases, so it does not reveal who has an account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse

from gallery.accounts import emails
from gallery.accounts.models import User

if TYPE_CHECKING:
    from django.http import HttpRequest

SALT = "gallery.accounts.email"
LINK_SECONDS = 3 * 24 * 60 * 60


def ask_to_confirm(request: HttpRequest, user: User, email: str) -> bool:
    """Send a confirmation link, or a note if an account has the address. Return whether it was sent."""
    if not emails.is_sending_allowed(request, email):
        return False
    holder = User.objects.with_email(email)
    if holder is not None:
        return emails.send("email_known", email, {"user": holder})
    link = reverse("email-confirm", args=[_token(user, email)])
    return emails.send("email_confirm", email, {"user": user, "link": link})


def _token(user: User, email: str) -> str:
    # It contains the current address, so a link works once and only the latest link works.
    return signing.dumps({"user": user.pk, "email": email, "was": user.email}, salt=SALT, compress=True)


def read(untrusted_token: str) -> tuple[User, str] | None:
    """Return the user and address that this token confirms, or ``None`` if used, expired or invalid."""
    try:
        claims = signing.loads(untrusted_token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=claims["user"], email=claims["was"], is_active=True).first()
    if user is None or claims["email"] == claims["was"]:
        return None
    return user, claims["email"]


def confirm(untrusted_token: str) -> User | None:
    """Set the user's email address. Return ``None`` if the token is no longer valid."""
    pending = read(untrusted_token)
    if pending is None:
        return None
    user, email = pending
    try:
        with transaction.atomic():
            confirmed = User.objects.filter(pk=user.pk, email=user.email).update(email=email)
    except IntegrityError:
        # Another account has confirmed the same address since the link was sent.
        return None
    return user if confirmed else None
