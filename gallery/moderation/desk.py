"""What the review page shows of each photo: the picture, all text that becomes public, and its uploader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from gallery.accounts.moderators import may_decide
from gallery.moderation import claims
from gallery.moderation.uploaders import Uploader, uploaders_of
from gallery.photos.states import State
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import Tile, tiles_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gallery.accounts.models import User
    from gallery.photos.models import Photo


@dataclass(frozen=True, slots=True)
class DeskTile:
    """One photo of the review page.

    ``reader`` is the other moderator who reads it, ``hint`` what to know before deciding; both may be empty.
    ``is_own`` if someone else has to decide.
    """

    photo: Photo
    tile: Tile
    uploader: Uploader
    reader: str
    hint: str
    is_own: bool

    @property
    def value(self) -> str:
        """Return what a decision carries: the photo as it was shown."""
        return value_of(self.photo)

    @property
    def state_label(self) -> str:
        """Return the photo's state; empty in the review queue, where all have the same."""
        return self.tile.state_label if self.photo.state != State.PENDING else ""


def value_of(photo: Photo, last_move: int | None = None) -> str:
    """Return the value by which a decision names the photo as it was seen; see ``Chosen``."""
    value = f"{photo.pk}:{photo.state}:{photo.words_mark}"
    return value if last_move is None else f"{value}:{last_move}"


def desk_tiles(photos: Sequence[Photo], viewer: User) -> tuple[list[DeskTile], bool]:
    """Return the tiles, and whether every picture could be looked up. Costs one BatchGetItem."""
    prefetch_related_objects(photos, "tags")
    tiles, reading = tiles_of(photos, viewer, move_on=True)
    uploaders = uploaders_of(photos)
    readers = claims.readers_of([photo.pk for photo in photos], viewer)
    has_own = any(tile.is_mine for tile in tiles)
    leaves_own = has_own and not may_decide(viewer, viewer.pk)
    shown = [
        DeskTile(
            photo=photo,
            tile=tile,
            uploader=uploaders[photo.owner_id],
            reader=readers.get(photo.pk, ""),
            hint=Lens(photo, viewer).review_hint,
            is_own=tile.is_mine and leaves_own,
        )
        for photo, tile in zip(photos, tiles, strict=True)
    ]
    return shown, reading.complete
