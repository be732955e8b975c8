"""The tags of the photos that a person sees, most used first, for the same price in a library of any size.

Counting all tags of all photos took minutes at a million. So tags are ranked by the latest photos of each
list that the person sees, and each is counted up to a number. Only photos that the person sees decide about
the order: another one would tell what is used in private.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db.models import Count, OuterRef, Subquery

from gallery.albums.models import PhotoTag, Tag
from gallery.photos.counting import CountOf
from gallery.photos.stacks import is_under

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from gallery.photos.querysets import PhotoQuerySet

LATEST = 500
"""Photos of each list by which tags are ranked."""
COUNTED_UP_TO = 100


def tags_seen(
    seen: PhotoQuerySet, lists: Sequence[PhotoQuerySet], *, start: str, limit: int
) -> list[tuple[str, int]]:
    """Return tags that start with this folded text, and how many of the ``seen`` photos have each.

    ``lists`` are what the person sees, each of them in an index by ``newest_first``. Tags that only older
    photos have come last, by name. Costs a query for each list, and two.
    """
    ranked = _ranked(lists, start, limit)
    if len(ranked) < limit:
        ranked += _others(seen, ranked, start, limit - len(ranked))
    return _counted(seen, ranked)


def _ranked(lists: Sequence[PhotoQuerySet], start: str, limit: int) -> list[int]:
    used: Counter[tuple[int, str]] = Counter()
    for photos in lists:
        latest = photos.one_per_stack().newest_first().values("pk")[:LATEST]
        rows = PhotoTag.objects.filter(photo__in=latest)
        if start:
            rows = rows.filter(tag__name__startswith=start)
        # Names of the few alone: by a join, the database read all tags of the gallery.
        name = Subquery(Tag.objects.filter(pk=OuterRef("tag")).values("name")[:1])
        of_list = rows.values("tag").annotate(used=Count("pk")).order_by("-used").annotate(name=name)
        # A photo may be in two lists, so the sum would be too high.
        used |= Counter({(row["tag"], row["name"]): row["used"] for row in of_list[:limit]})
    ranked = sorted(used, key=lambda tag: (-used[tag], tag[1]))
    return [pk for pk, _ in ranked[:limit]]


def _others(seen: PhotoQuerySet, ranked: Collection[int], start: str, limit: int) -> list[int]:
    first = _listed(seen).values("pk")[:1]
    tags = Tag.objects.filter(name__startswith=start).exclude(pk__in=ranked).alias(first=Subquery(first))
    return list(tags.filter(first__isnull=False).order_by("name").values_list("pk", flat=True)[:limit])


def _counted(seen: PhotoQuerySet, ranked: Sequence[int]) -> list[tuple[str, int]]:
    total: Any = CountOf(_listed(seen).values("pk")[:COUNTED_UP_TO])
    rows = Tag.objects.filter(pk__in=ranked).annotate(total=total).values_list("pk", "name", "total")
    counts = {pk: (name, count) for pk, name, count in rows}
    found = [counts[pk] for pk in ranked if pk in counts and counts[pk][1]]
    # Stable: of tags that are counted no further, those that are used most lately stay first.
    return sorted(found, key=lambda each: -each[1])


def _listed(seen: PhotoQuerySet) -> PhotoQuerySet:
    tops = seen.filter(photo_tags__tag=OuterRef(OuterRef("pk")))
    return seen.filter(photo_tags__tag=OuterRef("pk")).filter(~is_under(tops)).order_by()
