"""E-mail addresses count only once confirmed: so nobody takes another's, and nobody learns who is here.

Whoever names an address gets a mail there, whether it is free (a link to confirm it) or belongs to an
account (a note to its owner). The page says the same in both cases.
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
    """Send a mail to the address, by which its owner confirms it; tell whether one may be on its way."""
    if not emails.may_ask(request, email):
        return False
    holder = User.objects.with_email(email)
    if holder is not None:
        return emails.send("email_known", email, {"user": holder})
    link = reverse("email-confirm", args=[_token(user, email)])
    return emails.send("email_confirm", email, {"user": user, "link": link})


def _token(user: User, email: str) -> str:
    # The address until now is part of it: a link works once, and only the latest one does.
    return signing.dumps({"user": user.pk, "email": email, "was": user.email}, salt=SALT, compress=True)


def read(untrusted_token: str) -> tuple[User, str] | None:
    """Return who may confirm which address by this token; ``None`` if it is used, too old or no token."""
    try:
        stated = signing.loads(untrusted_token, salt=SALT, max_age=LINK_SECONDS)
    except signing.BadSignature:
        return None
    user = User.objects.filter(pk=stated["user"], email=stated["was"], is_active=True).first()
    if user is None or stated["email"] == stated["was"]:
        return None
    return user, stated["email"]


def confirm(untrusted_token: str) -> User | None:
    """Give the person the address; ``None`` if the token is no longer good."""
    found = read(untrusted_token)
    if found is None:
        return None
    user, email = found
    try:
        with transaction.atomic():
            confirmed = User.objects.filter(pk=user.pk, email=user.email).update(email=email)
    except IntegrityError:
        # Somebody else has confirmed the same address since the link was sent.
        return None
    return user if confirmed else None
