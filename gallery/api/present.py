"""Build API output from database rows and catalogue items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings

from gallery.albums.models import Album
from gallery.albums.tagging import tags_of
from gallery.albums.words import own_tags
from gallery.api.schemas.photos import (
    AlbumRef,
    NewWords,
    NewWordsState,
    PhotoDetail,
    PhotoOut,
    RenditionOut,
    StackedFileOut,
    StateName,
    VisibilityName,
)
from gallery.api.schemas.received import ReceivedOut
from gallery.photos.models import words_mark
from gallery.photos.turning import rotation_of
from gallery.presentation.capture_time import taken
from gallery.presentation.file_words import offered_tags
from gallery.presentation.lens import Lens
from gallery.presentation.tiles import ready_item, tiles_of
from gallery.sharing import receiving
from gallery.storage import catalogue, signed_urls

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from gallery.presentation.stacks import StackedFile
    from gallery.presentation.tiles import Tile
    from gallery.storage.catalogue import Reading
    from thumbworker.contract.items import PhotoItem


def photos_out(photos: Sequence[Photo], viewer: User, *, as_moderator: bool) -> list[PhotoOut]:
    """Return photos (at most 100, fetched with their owners), after updating the viewer's own.

    ``as_moderator=False`` ignores a moderator's rights, as for a token without that scope.
    """
    found, reading = _tiles(photos, viewer)
    tags = tags_of(photo.pk for photo in photos)
    return [
        PhotoOut(
            **_facts(
                Lens(photo, viewer, as_moderator), tile, ready_item(photo, reading), tags.get(photo.pk, [])
            )
        )
        for photo, tile in zip(photos, found, strict=True)
    ]


def photo_detail(photo: Photo, viewer: User, *, as_moderator: bool) -> PhotoDetail:
    """Return one photo (fetched with its owner) with its camera data."""
    found, reading = _tiles([photo], viewer)
    item = ready_item(photo, reading)
    tags = tags_of([photo.pk]).get(photo.pk, [])
    lens = Lens(photo, viewer, as_moderator)
    said = lens.camera_facts(item) | lens.file_words(item) if item else {}
    albums = Album.objects.owned_by(viewer).filter(photos=photo.pk).newest_first()
    return PhotoDetail(
        **_facts(lens, found[0], item, tags),
        metadata={name: str(value) for name, value in said.items() if name != "keywords"},
        location=lens.location(item) if item and lens.is_mine else None,
        file_tags=offered_tags(lens.file_words(item), own_tags(photo)) if lens.is_mine else None,
        incomplete=item.incomplete if item and lens.is_mine else None,
        albums=[AlbumRef(id=album.pk, title=album.title) for album in albums],
    )


def received_out(photos: Sequence[Photo], viewer: User) -> list[ReceivedOut]:
    """Return photos that guests sent (fetched with owners and contributions), after updating their states."""
    _found, reading = _tiles(photos, viewer)
    return [
        ReceivedOut(
            id=photo.pk,
            file_name=photo.file_name,
            size_bytes=photo.size_bytes,
            state=StateName(photo.state),
            reason=photo.reason or None,
            sent_by=photo.contribution.name,
            sent_at=photo.created_at,
            waits_until=receiving.waits_until(photo),
            album_id=photo.contribution.album_id,
            share_id=photo.contribution.grant_id,
            renditions=renditions_out(ready_item(photo, reading)),
        )
        for photo in photos
    ]


def renditions_of(photos: Sequence[Photo]) -> dict[UUID, list[RenditionOut]]:
    """Return the thumbnails of others' photos that the reader may see, by photo."""
    reading = catalogue.read(photo.pk for photo in photos)
    return {photo.pk: renditions_out(ready_item(photo, reading)) for photo in photos}


def renditions_out(item: PhotoItem | None) -> list[RenditionOut]:
    """Return the thumbnails with newly signed URLs, smallest first."""
    signer = signed_urls.signer()
    if item is None or signer is None:
        return []
    return [
        RenditionOut(
            name=made.name,
            width=made.width,
            height=made.height,
            size_bytes=made.size_bytes,
            content_type=made.content_type,
            address=signer.url(made.key),
        )
        for made in item.pictures
    ]


def _tiles(photos: Sequence[Photo], viewer: User) -> tuple[list[Tile], Reading]:
    return tiles_of(photos, viewer, move_on=any(photo.owner_id == viewer.pk for photo in photos))


def _new_words(photo: Photo) -> NewWords:
    return NewWords(
        caption=photo.new_caption,
        alt_text=photo.new_alt_text,
        tags=photo.new_tag_names,
        state=NewWordsState(photo.words_state),
        reason=photo.words_note,
    )


def _facts(lens: Lens, tile: Tile, item: PhotoItem | None, tags: list[str]) -> dict[str, Any]:
    photo, mine = lens.photo, lens.is_mine
    # Even a digest of words that no moderator has read is for those who may read them.
    reads_waiting = lens.shows_new_words and photo.words_wait
    approved_mark = words_mark(photo.caption, tags, photo.owner.username, photo.alt_text)
    captured = taken(photo, item)
    return {
        "id": photo.pk,
        "state": StateName(photo.state),
        "sentence": tile.state_sentence,
        "visibility": VisibilityName(photo.visibility),
        "caption": photo.caption,
        "alt_text": photo.alt_text,
        "tags": tags,
        "words_mark": photo.new_words_mark if reads_waiting else approved_mark,
        "new_words": _new_words(photo) if lens.shows_new_words else None,
        "owner": tile.owner_username,
        "owner_name": tile.owner_name,
        "page_address": settings.SITE_ORIGIN + tile.page_url,
        "width": tile.width or None,
        "height": tile.height or None,
        "created_at": photo.created_at,
        "taken_at": str(captured) if captured else None,
        "taken_at_local": captured.local if captured else None,
        "taken_at_offset": captured.offset if captured else None,
        "is_date_corrected": photo.is_date_corrected,
        "rotation": rotation_of(photo),
        "thumbhash": tile.thumbhash or None,
        "dominant_color": tile.dominant_color or None,
        "renditions": renditions_out(item),
        "reason": (photo.reason or None) if mine else None,
        "file_name": photo.file_name if mine else None,
        "content_type": photo.content_type if mine else None,
        "size_bytes": photo.size_bytes if mine else None,
        "sha256": photo.sha256 if mine and not photo.is_taken_down else None,
        "decided_at": photo.decided_at if mine else None,
        "can_ask_again": lens.can_ask_again if mine else None,
        "review_hint": lens.hints or None,
        "origin_url": (photo.origin_url or None) if mine else None,
        "trashed_at": photo.trashed_at if mine else None,
        "favorite": lens.is_favorite if mine else None,
        "archived": lens.is_archived if mine else None,
        "stack": [_stacked_file(file) for file in tile.stack] if mine else None,
    }


def _stacked_file(file: StackedFile) -> StackedFileOut:
    return StackedFileOut(
        id=file.photo_id, file_name=file.file_name, format=file.format, size_bytes=file.size_bytes
    )
