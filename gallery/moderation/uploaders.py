"""What a moderator sees of the person who uploaded a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import IntegerField, OuterRef, Subquery

from gallery.accounts.models import User
from gallery.accounts.trust import trusted_among
from gallery.photos.models import Photo
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from gallery.albums.models import Album

LATEST = 200
"""The record is about a person's latest photos, so it costs the same however many they have."""


@dataclass(frozen=True, slots=True)
class Uploader:
    """A person's record: how many of their latest photos are approved and rejected.

    ``since`` is when they signed up, and ``has_more`` whether more than the ``LATEST`` exist.
    """

    name: str
    since: datetime
    approved: int
    rejected: int
    has_more: bool
    is_trusted: bool


class _CountOfState(Subquery):
    """Counts the rows of a limited subquery that meet the condition, a constant of this module."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) latest WHERE %(condition)s)"
    output_field = IntegerField()


def uploaders_of(owned: Iterable[Photo | Album]) -> dict[int, Uploader]:
    """Return the record of the owner of each photo or album, by two queries."""
    owner_ids = {each.owner_id for each in owned}
    trusted = trusted_among(owner_ids)
    latest = Photo.objects.filter(owner_id=OuterRef("pk")).newest_first().values("state")[:LATEST]
    owners = User.objects.filter(pk__in=owner_ids).annotate(
        approved=_CountOfState(latest, condition=f"state = '{State.APPROVED}'"),
        rejected=_CountOfState(latest, condition=f"state = '{State.REJECTED}'"),
        counted=_CountOfState(latest, condition="TRUE"),
    )
    return {
        owner.pk: Uploader(
            name=owner.username,
            since=owner.date_joined,
            approved=owner.approved,
            rejected=owner.rejected,
            has_more=owner.counted >= LATEST,
            is_trusted=owner.pk in trusted,
        )
        for owner in owners
    }
