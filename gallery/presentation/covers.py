"""An album's cover: of its photos that the viewer may see, the one that the owner chose or added last."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import OuterRef, Subquery, UUIDField
from django.db.models.functions import Coalesce

from gallery.albums.models import Album, AlbumEntry
from gallery.photos.models import Photo
from gallery.presentation.tiles import tiles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.albums.querysets import AlbumQuerySet
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.presentation.tiles import Tile


class Covered(NamedTuple):
    """An album with its cover and the title that the viewer may read."""

    album: Album
    tile: Tile | None
    title: str


def with_covers(albums: AlbumQuerySet, seen: PhotoQuerySet) -> AlbumQuerySet:
    """Annotate the id of each album's cover as ``cover_id``, of the photos that the viewer sees."""
    shown = AlbumEntry.objects.filter(album=OuterRef("pk"), photo__in=seen)
    chosen = Subquery(shown.filter(is_cover=True).values("photo_id")[:1])
    # In the order of an index, of which the first visible photos are near the beginning.
    latest = Subquery(shown.order_by("-pk").values("photo_id")[:1])
    return albums.annotate(cover_id=Coalesce(chosen, latest, output_field=UUIDField()))


def covered(albums: Sequence[Album], viewer: User | AnonymousUser) -> list[Covered]:
    """Return each album (at most 100) with its cover, by two queries and one BatchGetItem."""
    seen = Photo.objects.visible_to(viewer, as_moderator=False).not_trashed()
    of_these = Album.objects.filter(pk__in=[album.pk for album in albums])
    covers = dict(with_covers(of_these, seen).values_list(*("pk", "cover_id")))
    wanted = [photo_id for photo_id in covers.values() if photo_id]
    photos = list(Photo.objects.with_owner().filter(pk__in=wanted))
    tiles = {tile.photo_id: tile for tile in tiles_of(photos, viewer)[0]}
    return [
        Covered(
            album=album,
            tile=tiles.get(cover) if (cover := covers.get(album.pk)) else None,
            title=album.words_for(viewer)[0],
        )
        for album in albums
    ]
