"""An album's cover: its newest photo that the viewer may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import OuterRef, Subquery

from gallery.albums.models import Album
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
    newest = seen.filter(album_entries__album=OuterRef("pk")).newest_first().values("pk")[:1]
    covers = dict(
        Album.objects.filter(pk__in=[album.pk for album in albums])
        .annotate(cover_id=Subquery(newest))
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
