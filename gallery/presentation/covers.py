"""An album's cover: of its photos that the viewer may see, the one that was added last."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import OuterRef, Subquery, UUIDField

from gallery.albums.models import Album, AlbumEntry
from gallery.photos.models import Photo
from gallery.presentation.tiles import tiles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.presentation.tiles import Tile


class Covered(NamedTuple):
    """An album with its cover and the title that the viewer may read."""

    album: Album
    tile: Tile | None
    title: str


def covered(albums: Sequence[Album], viewer: User | AnonymousUser) -> list[Covered]:
    """Return each album (at most 100) with its cover, by two queries and one BatchGetItem."""
    seen = Photo.objects.visible_to(viewer, as_moderator=False).not_trashed()
    # In the order of an index, of which the first visible photos are near the beginning.
    entries = AlbumEntry.objects.filter(album=OuterRef("pk"), photo__in=seen)
    newest = entries.order_by("-pk").values("photo_id")[:1]
    covers = dict(
        Album.objects.filter(pk__in=[album.pk for album in albums])
        .annotate(cover_id=Subquery(newest, output_field=UUIDField()))
        .values_list("pk", "cover_id")
    )
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
