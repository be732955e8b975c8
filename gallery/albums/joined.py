"""Photos of a tag or an album: found by it if it has few, else looked for in the order of the list.

A database can't know both how many photos a tag has and how many of them a list will show, and one plan
doesn't suit both: a tag on 300,000 photos must not be collected and sorted to show 60, and one on 50 must not
be looked for among a million. So the rows are counted first, up to the number from which the list is walked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Subquery
from django.db.models.lookups import IsNull

from gallery.albums.models import AlbumEntry, PhotoTag

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.models import QuerySet

    from gallery.albums.models import Album, Tag
    from gallery.photos.querysets import PhotoQuerySet

FEW = 1000
"""Rows that are collected and sorted in some milliseconds."""


def in_album(photos: PhotoQuerySet, album: Album) -> PhotoQuerySet:
    """Keep the photos in this album. Costs a query that reads at most ``FEW`` rows."""
    # An album has photos of its owner only, whose photos have an index in the order of lists.
    return _joined(photos.filter(owner_id=album.owner_id), AlbumEntry.objects.filter(album=album))


def in_albums(photos: PhotoQuerySet, album_ids: Iterable[UUID]) -> PhotoQuerySet:
    """Keep the photos in any of these albums. Costs a query that reads at most ``FEW`` rows."""
    ids = list(album_ids)
    return _joined(photos, AlbumEntry.objects.filter(album__in=ids)) if ids else photos.none()


def tagged(photos: PhotoQuerySet, tag_ids: Iterable[int]) -> PhotoQuerySet:
    """Keep the photos with any of these tags. Costs a query that reads at most ``FEW`` rows."""
    ids = list(tag_ids)
    return _joined(photos, PhotoTag.objects.filter(tag__in=ids)) if ids else photos.none()


def each_tagged(lists: Iterable[PhotoQuerySet], tag: Tag) -> list[PhotoQuerySet]:
    """Keep the photos with this tag in each of the lists, by the same query as ``tagged``."""
    rows = PhotoTag.objects.filter(tag=tag)
    few = _is_few(rows)
    return [_joined(photos, rows, few=few) for photos in lists]


def _is_few(rows: QuerySet[AlbumEntry] | QuerySet[PhotoTag]) -> bool:
    return bool(rows.order_by()[: FEW + 1].count() <= FEW)


def _joined(
    photos: PhotoQuerySet, rows: QuerySet[AlbumEntry] | QuerySet[PhotoTag], *, few: bool | None = None
) -> PhotoQuerySet:
    if few if few is not None else _is_few(rows):
        # The limit tells the database that it is a short list.
        photo_ids: Any = rows.order_by().values("photo_id")[:FEW]
        return photos.filter(pk__in=photo_ids)
    # One id and not EXISTS, which databases would join as a whole.
    of_photo = rows.filter(photo=OuterRef("pk")).order_by().values("pk")[:1]
    return photos.filter(IsNull(Subquery(of_photo), False))
