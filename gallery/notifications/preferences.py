"""How often users want email about their photos. The default is one email a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse

from gallery.accounts.models import User
from gallery.notifications.models import NotificationPreference, Rhythm

if TYPE_CHECKING:
    from collections.abc import Iterable

SALT = "gallery.notifications.stop"


def rhythm_of(user: User) -> Rhythm:
    """Return the user's choice, or the default."""
    chosen = NotificationPreference.objects.filter(person=user).values_list("rhythm", flat=True).first()
    return Rhythm(chosen or Rhythm.DAILY)


def choose(user: User, rhythm: Rhythm) -> None:
    """Store the user's choice."""
    NotificationPreference.objects.update_or_create(person=user, defaults={"rhythm": rhythm})


def rhythm_expression(path: str = "") -> Coalesce:
    """Return a query expression for the choice of the user at this relation path (``person__``)."""
    return Coalesce(F(f"{path}notification_preference__rhythm"), Value(Rhythm.DAILY.value))


def can_be_reached() -> Q:
    """Return the condition that a user is active and has a confirmed email address."""
    return Q(is_active=True, left_at=None, email__gt="")


def wanting_email(person_ids: Iterable[int]) -> set[int]:
    """Return which of these users can be reached and want email, by one query."""
    users = User.objects.filter(can_be_reached(), pk__in=set(person_ids)).annotate(rhythm=rhythm_expression())
    return set(users.exclude(rhythm=Rhythm.OFF).values_list("pk", flat=True))


def stop_url(user: User) -> str:
    """Return the unsubscribe URL of this user. It works without signing in."""
    token = signing.Signer(salt=SALT).sign(str(user.pk))
    return f"{settings.SITE_ORIGIN}{reverse('notifications-stop', args=[token])}"


def person_of(untrusted_token: str) -> User | None:
    """Return the user of an unsubscribe token, or ``None``. Tokens don't expire, because emails are kept."""
    try:
        person_id = signing.Signer(salt=SALT).unsign(untrusted_token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=person_id, is_active=True).first()
