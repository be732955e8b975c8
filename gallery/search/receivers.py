"""Write the text of a photo again when one of its words changes.

Actions that write many rows at once send ``words_changed``; rows that are saved one by one tell by the
signals of their models. An album's title is in the texts of all its photos.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import m2m_changed, post_save
from django.dispatch import receiver

from gallery.albums.models import Album, AlbumEntry, PhotoTag, Tag
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed
from gallery.photos.states import State
from gallery.search import due
from gallery.search.texts import refresh

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


@receiver(words_changed, dispatch_uid="gallery.search")
def write(photo_ids: Iterable[UUID], album: Album | None = None, **_kwargs: Any) -> None:
    """Write the texts of these photos; those of a large album later."""
    if album is None:
        refresh(photo_ids)
    else:
        due.write(photo_ids, cause=album.pk, owner_id=album.owner_id)


@receiver(post_save, sender=Photo, dispatch_uid="gallery.search")
def write_new(instance: Photo, created: bool, raw: bool = False, **_kwargs: Any) -> None:
    """Write the text of a new row, unless it awaits its picture: ``settle`` writes that text."""
    if created and not raw and instance.state != State.AWAITING:
        refresh([instance.pk])


@receiver(post_save, sender=AlbumEntry, dispatch_uid="gallery.search")
@receiver(post_save, sender=PhotoTag, dispatch_uid="gallery.search")
def write_joined(instance: AlbumEntry | PhotoTag, raw: bool = False, **_kwargs: Any) -> None:
    """Write the text of a photo that got a tag or an album."""
    if not raw:
        refresh([instance.photo_id])


@receiver(m2m_changed, sender=AlbumEntry, dispatch_uid="gallery.search")
@receiver(m2m_changed, sender=PhotoTag, dispatch_uid="gallery.search")
def write_added(instance: Photo | Album | Tag, action: str, pk_set: set[Any] | None, **_kwargs: Any) -> None:
    """Write the texts of photos that were added to a tag or an album, or removed."""
    if action in {"post_add", "post_remove"}:
        refresh([instance.pk] if isinstance(instance, Photo) else pk_set or ())


@receiver(post_save, sender=Album, dispatch_uid="gallery.search")
def write_album(instance: Album, created: bool, raw: bool = False, **_kwargs: Any) -> None:
    """Write the texts of an album's photos: its title or visibility may have changed."""
    if not (created or raw):
        in_album = AlbumEntry.objects.filter(album=instance).values_list("photo_id", flat=True)
        due.write(in_album, cause=instance.pk, owner_id=instance.owner_id)
