"""Which photos lie in which album."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.albums.models import AlbumEntry
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from gallery.albums.models import Album


def add_photos(album: Album, photo_ids: Iterable[UUID]) -> int:
    """Put the owner's photos into the album; return how many are theirs. Others are left out."""
    mine = Photo.objects.owned_by(album.owner).not_trashed().filter(pk__in=list(photo_ids))
    entries = [AlbumEntry(album=album, photo_id=photo_id) for photo_id in mine.values_list("pk", flat=True)]
    AlbumEntry.objects.bulk_create(entries, ignore_conflicts=True)
    return len(entries)


def remove_photos(album: Album, photo_ids: Iterable[UUID]) -> int:
    """Take photos out of the album; return how many were in it."""
    removed, _ = AlbumEntry.objects.filter(album=album, photo_id__in=list(photo_ids)).delete()
    return removed
