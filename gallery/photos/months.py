"""The months of a library: read from their counts, and compared with its photos."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from gallery.photos import month_counts
from gallery.photos.models import MonthCount, Photo
from gallery.photos.states import WITHOUT_PICTURE
from gallery.photos.timeline import Month, month_named, timeline_at

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from gallery.accounts.models import User


@dataclass(frozen=True, slots=True)
class Difference:
    """A month whose count was not the number of its photos."""

    month: str
    counted: int
    photos: int


def months_of(owner: User) -> list[Month]:
    """Return the months that have photos, newest first, by one query that reads a row for each month."""
    rows = MonthCount.objects.filter(owner=owner, photos__gt=0).order_by("-month")
    named = ((month_named(month), photos) for month, photos in rows.values_list("month", "photos"))
    return [Month(month.first_day, photos) for month, photos in named if month]


def recount_months(owner: User, *, repair: bool = True) -> list[Difference]:
    """Compare the counts of one library with its photos, and repair them. Return what differed.

    Only a repair locks the counts, and only where they differ: counting reads all photos of the library, and
    who uploads or deletes one meanwhile would wait.
    """
    seen = _differences(owner, MonthCount.objects.all())
    if not seen:
        return []
    if not repair:
        # A photo that came between the two reads of a look differs by itself. It doesn't in the next look.
        return [one for one in _differences(owner, MonthCount.objects.all()) if _is_in(seen, one)]
    with transaction.atomic():
        differing = _differences(owner, MonthCount.objects.select_for_update())
        if differing:
            month_counts.add(owner.pk, {one.month: one.photos - one.counted for one in differing})
            MonthCount.objects.filter(owner=owner, photos=0).delete()
    return differing


def _differences(owner: User, counts: QuerySet[MonthCount]) -> list[Difference]:
    """Look once at the counts and at the photos."""
    stored = counts.filter(owner=owner).order_by("month")
    counted = dict(stored.values_list("month", "photos"))
    rows = Photo.objects.owned_by(owner).not_trashed().filter(is_archived=False)
    rows = rows.exclude(state__in=WITHOUT_PICTURE)
    walls = rows.order_by().values_list(timeline_at(), flat=True).iterator(chunk_size=2000)
    photos = Counter(month_counts.key_of(wall) for wall in walls)
    return [
        Difference(month, counted.get(month, 0), photos[month])
        for month in sorted(counted.keys() | photos.keys())
        if counted.get(month, 0) != photos[month]
    ]


def _is_in(seen: list[Difference], one: Difference) -> bool:
    """Return whether an earlier look found this month to be wrong by as much."""
    wrong_by = {earlier.month: earlier.photos - earlier.counted for earlier in seen}
    return wrong_by.get(one.month) == one.photos - one.counted
