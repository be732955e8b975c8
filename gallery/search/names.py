"""Names of tags, cameras and lenses of which a reader sees a photo.

Other names must not count toward a limit either. A reader who fills up a list with own names would see, by
which of them is left out, whether someone has a name in private.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Q, Subquery

from gallery.search.models import Name, NameKind, SearchText

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from gallery.photos.querysets import PhotoQuerySet


def photos_named(kind: NameKind, photos: PhotoQuerySet) -> PhotoQuerySet:
    """Keep those of the photos that have the name of the outer query's row."""
    if kind == NameKind.TAG:
        return photos.filter(tags__name=OuterRef("name"))
    # The condition of the index, without which no database takes it.
    texts = SearchText.objects.filter(~Q(**{str(kind): ""}), **{str(kind): OuterRef(OuterRef("name"))})
    return photos.filter(pk__in=texts.values("photo"))


def names_seen(kind: NameKind, photos: PhotoQuerySet, **condition: str) -> QuerySet[Name]:
    """Return the names of this kind that meet the condition and that one of the photos has, in one order."""
    # One id, not EXISTS: databases would join that with all photos before they look for the name.
    first = photos_named(kind, photos).order_by().values("pk")[:1]
    names = Name.objects.filter(kind=kind, **condition).alias(first_photo=Subquery(first))
    return names.filter(first_photo__isnull=False).order_by("folded", "name")
