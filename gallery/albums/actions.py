"""What people do with a photo's tags and albums, as ``gallery.photos.actions`` does with the rest."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from django.db import transaction

from gallery.albums.membership import add_photos
from gallery.albums.models import Album, AlbumEntry
from gallery.albums.tagging import set_tags
from gallery.photos import actions
from gallery.photos.actions import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.states import Visibility


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    visibility: Visibility | None = None,
    tags: Sequence[str] | None = None,
) -> Outcome:
    """Change the caption, the visibility and the cleaned tags, as far as they are given; all or nothing."""
    setter = None if tags is None else functools.partial(set_tags, names=tags)
    return actions.change_words(
        photo_id, actor=actor, caption=caption, visibility=visibility, set_tags=setter
    )


def organize(photo_id: UUID, *, actor: User, tags: Sequence[str], albums: Iterable[Album]) -> Outcome:
    """Give the owner's photo exactly these cleaned tags, and put it into exactly these albums of theirs."""
    chosen = list(albums)
    with transaction.atomic():
        outcome = change_words(photo_id, actor=actor, tags=tags)
        if outcome is Outcome.CONFLICT:
            return outcome
        others = AlbumEntry.objects.filter(photo_id=photo_id, album__owner=actor).exclude(album__in=chosen)
        others.delete()
        for album in chosen:
            add_photos(album, [photo_id])
    return outcome


def create_album(owner: User, *, title: str, description: str, visibility: str) -> Album:
    """Create an album."""
    return Album.objects.create(owner=owner, title=title, description=description, visibility=visibility)


def change_album(album: Album, *, title: str, description: str, visibility: str) -> None:
    """Change an album's title, description and visibility."""
    album.title, album.description, album.visibility = title, description, visibility
    album.save(update_fields=["title", "description", "visibility"])


def delete_album(album: Album) -> None:
    """Delete an album; its photos stay."""
    album.delete()
