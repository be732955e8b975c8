"""Groups of photos that look the same: what is still to decide, and deciding it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Max, Q

from gallery.duplicates.models import Fingerprint
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet

GROUPS_ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class Group:
    """Photos that look the same, the best first."""

    id: UUID
    photos: Sequence[Photo]

    @property
    def best(self) -> Photo:
        """Return the photo with the most pixels; of those, the largest file, then the one uploaded first."""
        return self.photos[0]


def _comparable(owner: User) -> PhotoQuerySet:
    """Return the photos that a person may compare. A raw under its JPEG is no second photo."""
    return Photo.objects.owned_by(owner).not_trashed().with_picture().one_per_stack()


def undecided(owner: User, *, page: int = 0) -> tuple[list[Group], int]:
    """Return one page of the groups that wait for a decision, newest first, and the number of all.

    Costs two queries, which read the fingerprints that have a group.
    """
    found = (
        Fingerprint.objects.filter(owner=owner, group__isnull=False, photo__in=_comparable(owner))
        .values("group")
        .annotate(
            photos=Count("pk"), open=Count("pk", filter=Q(is_kept=False)), newest=Max("photo__created_at")
        )
        .filter(photos__gte=2, open__gte=1)
        .order_by("-newest", "group")
        .values_list("group", flat=True)
    )
    ids = [group for group in found if group]
    begin = page * GROUPS_ON_A_PAGE
    return groups_of(owner, ids[begin : begin + GROUPS_ON_A_PAGE]), len(ids)


def groups_of(owner: User, ids: Iterable[UUID]) -> list[Group]:
    """Return these groups of the person, in this order, without those of fewer than two photos."""
    ids = list(ids)
    photos = _comparable(owner).filter(fingerprint__group__in=ids).with_owner().select_related("fingerprint")
    by_group: dict[UUID | None, list[Photo]] = {group: [] for group in ids}
    for photo in photos:
        by_group[photo.fingerprint.group].append(photo)
    return [
        Group(group, sorted(found, key=_rank))
        for group, found in by_group.items()
        if group and len(found) > 1
    ]


def _rank(photo: Photo) -> tuple[object, ...]:
    pixels = (photo.width or 0) * (photo.height or 0)
    return (-pixels, -photo.size_bytes, photo.created_at, photo.pk)


def keep_all(owner: User, group: UUID) -> int:
    """Decide that all photos of a group stay. Return how many; 0 if the person has no such group.

    The group is shown again when another photo joins it.
    """
    return Fingerprint.objects.filter(owner=owner, group=group).update(is_kept=True)


def reopen(owner: User, group: UUID) -> int:
    """Take that decision back."""
    return Fingerprint.objects.filter(owner=owner, group=group).update(is_kept=False)
