"""What people want to hear; what nobody chose is one mail a day."""

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
    """Return what the person chose."""
    chosen = NotificationPreference.objects.filter(person=user).values_list("rhythm", flat=True).first()
    return Rhythm(chosen or Rhythm.DAILY)


def choose(user: User, rhythm: Rhythm) -> None:
    """Keep what the person chose."""
    NotificationPreference.objects.update_or_create(person=user, defaults={"rhythm": rhythm})


def rhythm_by(path: str = "") -> Coalesce:
    """Return what the person at the end of this path of relations chose, for a query."""
    return Coalesce(F(f"{path}notification_preference__rhythm"), Value(Rhythm.DAILY.value))


def can_be_reached() -> Q:
    """Return the condition that a person is here and has a confirmed address."""
    return Q(is_active=True, left_at=None, email__gt="")


def who_wants_mail(person_ids: Iterable[int]) -> set[int]:
    """Return which of these people can be reached and want to be; one query."""
    people = User.objects.filter(can_be_reached(), pk__in=set(person_ids)).annotate(rhythm=rhythm_by())
    return set(people.exclude(rhythm=Rhythm.OFF).values_list("pk", flat=True))


def stop_url(user: User) -> str:
    """Return the address by which this person, signed in or not, ends all mail about their photos."""
    token = signing.Signer(salt=SALT).sign(str(user.pk))
    return f"{settings.SITE_ORIGIN}{reverse('notifications-stop', args=[token])}"


def person_of(untrusted_token: str) -> User | None:
    """Return whom the token of such an address was made for; good for ever, as mails are kept for long."""
    try:
        person_id = signing.Signer(salt=SALT).unsign(untrusted_token)
    except signing.BadSignature:
        return None
    return User.objects.filter(pk=person_id, is_active=True).first()
