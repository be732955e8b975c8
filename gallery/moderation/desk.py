"""What the review page shows of each photo: the picture, all text that becomes public, and its uploader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import prefetch_related_objects

from gallery.accounts.moderators import may_decide
from gallery.moderation import claims
from gallery.moderation.decisions import WORDS
from gallery.moderation.uploaders import Uploader, uploaders_of
from gallery.photos.states import State
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import Tile, ready_item, tiles_of
from gallery.search.devices import camera_name, lens_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from thumbworker.contract.items import PhotoItem


@dataclass(frozen=True, slots=True)
class NewWords:
    """New words of a photo, beside those that others read: only what differs."""

    caption: tuple[str, str] | None
    alt_text: tuple[str, str] | None
    added: list[str]
    removed: list[str]

    @classmethod
    def of(cls, photo: Photo) -> NewWords | None:
        """Return the words that wait with the photo; ``None`` if there are none. Fetch lists with tags."""
        if not photo.words_wait:
            return None
        before, after = {tag.name for tag in photo.tags.all()}, set(photo.new_tag_names)
        caption = (photo.caption, photo.new_caption) if photo.caption != photo.new_caption else None
        alt_text = (photo.alt_text, photo.new_alt_text) if photo.alt_text != photo.new_alt_text else None
        return cls(caption, alt_text, sorted(after - before), sorted(before - after))


@dataclass(frozen=True, slots=True)
class DeskTile:
    """One photo of the review page.

    ``reader`` is the other moderator who reads it, ``hint`` what to know before deciding; both may be empty.
    ``is_own`` if someone else has to decide. ``device`` has the names of camera and lens: the file says them,
    and they become public.
    """

    photo: Photo
    tile: Tile
    uploader: Uploader
    reader: str
    hint: str
    device: str
    is_own: bool
    new_words: NewWords | None = None

    @property
    def value(self) -> str:
        """Return what a decision carries: the photo as it was shown."""
        return value_of(self.photo)

    @property
    def state_label(self) -> str:
        """Return the photo's state; empty for what waits for review."""
        return self.tile.state_label if self.photo.state != State.PENDING else ""


def value_of(photo: Photo, last_move: int | None = None) -> str:
    """Return the value by which a decision names the photo as it was seen; see ``Chosen``."""
    state = WORDS if photo.state == State.APPROVED and photo.words_wait else photo.state
    value = f"{photo.pk}:{state}:{photo.words_mark}"
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
            hint=Lens(photo, viewer).hints,
            device=_device(ready_item(photo, reading)),
            is_own=tile.is_mine and leaves_own,
            new_words=NewWords.of(photo),
        )
        for photo, tile in zip(photos, tiles, strict=True)
    ]
    return shown, reading.complete


def _device(item: PhotoItem | None) -> str:
    names = (camera_name(item.metadata), lens_name(item.metadata)) if item else ()
    return " · ".join(filter(None, names))
