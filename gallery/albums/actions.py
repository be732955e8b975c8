"""Actions on a photo's tags and albums. ``gallery.photos.actions`` has the others."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.db import transaction

from gallery.albums.models import Album, AlbumEntry
from gallery.albums.tagging import add_tags, set_tags
from gallery.photos import actions
from gallery.photos.models import Photo

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.actions import Outcome
    from gallery.photos.states import Visibility


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    visibility: Visibility | None = None,
    tags: Sequence[str] | None = None,
) -> Outcome:
    """Change the caption, the visibility and the cleaned tags, if given; all or nothing."""
    setter = None if tags is None else functools.partial(set_tags, names=tags)
    return actions.change_words(
        photo_id, actor=actor, caption=caption, visibility=visibility, set_tags=setter
    )


def add_file_tags(photo_id: UUID, *, actor: User, tags: Sequence[str]) -> Outcome:
    """Add these cleaned tags to those that the photo has."""
    return actions.change_words(photo_id, actor=actor, set_tags=functools.partial(add_tags, names=tags))


def organize(photo_id: UUID, *, actor: User, tags: Sequence[str], albums: Iterable[Album]) -> Outcome:
    """Set the photo's tags to these cleaned ones, and its albums to these of the owner; all or nothing."""
    chosen = list(albums)
    with transaction.atomic():
        outcome = change_words(photo_id, actor=actor, tags=tags)
        if not outcome.is_done:
            return outcome
        others = AlbumEntry.objects.filter(photo_id=photo_id, album__owner=actor).exclude(album__in=chosen)
        others.delete()
        for album in chosen:
            _add(album, [photo_id])
    return outcome


def change_photos(album: Album, *, add: Iterable[UUID], remove: Iterable[UUID]) -> None:
    """Add photos to the album, then remove others; all or nothing. Photos of other owners are left out."""
    with transaction.atomic():
        _add(album, add)
        AlbumEntry.objects.filter(album=album, photo_id__in=list(remove)).delete()


def _add(album: Album, photo_ids: Iterable[UUID]) -> None:
    own = Photo.objects.owned_by(album.owner).not_trashed().filter(pk__in=list(photo_ids))
    entries = [AlbumEntry(album=album, photo_id=photo_id) for photo_id in own.values_list("pk", flat=True)]
    AlbumEntry.objects.bulk_create(entries, ignore_conflicts=True)


def create_album(owner: User, *, title: str, description: str, visibility: str) -> Album:
    """Create an album."""
    return Album.objects.create(owner=owner, title=title, description=description, visibility=visibility)


def change_album(album: Album, **changes: str) -> None:
    """Change the title, description or visibility, as far as given. Other columns keep what others wrote."""
    for name, value in changes.items():
        setattr(album, name, value)
    album.save(update_fields=list(changes))


def delete_album(album: Album) -> None:
    """Delete an album; its photos stay."""
    album.delete()
