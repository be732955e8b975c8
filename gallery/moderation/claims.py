"""Soft claims: they tell moderators who reads a photo, so that no two read the same one by accident.

The review page claims the photos that it shows and renews the claims while it is open. A claim expires by
itself, and it blocks no decision: photos that others read come last, with the reader's name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from gallery.moderation.models import ReviewClaim

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser
    from django.db.models import QuerySet

    from gallery.accounts.models import User

LIFETIME = timedelta(minutes=2)
MAX_AT_ONCE = 100


def of_others(user: User | AnonymousUser) -> QuerySet[ReviewClaim]:
    """Return the claims of other moderators that have not expired."""
    return ReviewClaim.objects.filter(until__gt=timezone.now()).exclude(moderator_id=user.pk)


def readers_of(photo_ids: Collection[UUID], user: User | AnonymousUser) -> dict[UUID, str]:
    """Return the usernames of the other moderators who read these photos."""
    claims = of_others(user).filter(photo_id__in=photo_ids)
    return dict(claims.values_list("photo_id", "moderator__username"))


def claim(photo_ids: Collection[UUID], user: User) -> dict[UUID, str]:
    """Claim or renew the photos that no one else reads. Return the readers of the others."""
    now = timezone.now()
    until = now + LIFETIME
    ReviewClaim.objects.filter(until__lte=now).delete()
    ReviewClaim.objects.filter(photo_id__in=photo_ids, moderator=user).update(until=until)
    # The first of two moderators keeps the photo.
    claims = [ReviewClaim(photo_id=photo_id, moderator=user, until=until) for photo_id in photo_ids]
    ReviewClaim.objects.bulk_create(claims, ignore_conflicts=True)
    return readers_of(photo_ids, user)


def release(photo_ids: Collection[UUID], user: User) -> None:
    """End the user's claims on these photos."""
    ReviewClaim.objects.filter(photo_id__in=photo_ids, moderator=user).delete()
