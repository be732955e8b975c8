"""Everything in a person's trash: how much it is, and one action on all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Sum

from gallery.batches import actions
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.stacks import is_under

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.accounts.models import User
    from gallery.batches.models import Batch, Kind
    from gallery.photos.querysets import PhotoQuerySet


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a trash: photos, and the bytes of all their files. At most 10,000 are taken at once."""

    photos: int
    size_bytes: int

    @property
    def is_too_much(self) -> bool:
        """Return whether one action can't take everything."""
        return self.photos > actions.MAX_PHOTOS


def contents_of(owner: User) -> Contents:
    """Return how much is in the trash, by one query."""
    trashed = _trashed(owner)
    found = trashed.aggregate(photos=Count("pk", filter=~is_under(trashed)), size=Sum("size_bytes"))
    return Contents(found["photos"], found["size"] or 0)


def start_on_all(owner: User, kind: Kind, *, until: datetime) -> Batch:
    """Start one action on what was in the trash at that moment, the oldest first: what a person agreed to.

    Raises:
        Refused: nothing was in the trash; or as for ``actions.start``.
    """
    then = _trashed(owner).filter(trashed_at__lte=until)
    # A raw goes with the photo that it is stacked under.
    rows = then.one_per_stack().order_by("trashed_at", "id").values_list("pk", flat=True)
    if not (ids := list(rows[: actions.MAX_PHOTOS])):
        raise actions.Refused(reasons.TRASH_EMPTY)
    return actions.start(owner, kind, ids)


def _trashed(owner: User) -> PhotoQuerySet:
    return Photo.objects.owned_by(owner).trashed()
