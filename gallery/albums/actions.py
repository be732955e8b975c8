"""Actions on albums, and on a photo's tags together with its albums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from gallery.accounts.models import User
from gallery.albums import review
from gallery.albums.models import Album, AlbumEntry
from gallery.albums.words import change_words
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.core.reasons import Reason
    from gallery.photos.actions import Outcome


class LimitReached(Exception):
    """An account has no room for another album, or an album none for another photo. ``reason`` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


def organize(photo_id: UUID, *, actor: User, tags: Sequence[str], albums: Iterable[Album]) -> Outcome:
    """Set the photo's tags to these cleaned ones, and its albums to these of the owner; all or nothing.

    Raises:
        LimitReached: one of the albums is full.
    """
    chosen = list(albums)
    with transaction.atomic():
        # Before the photo's row: who changes an album locks it first, too.
        list(Album.objects.select_for_update().filter(pk__in=[album.pk for album in chosen]).order_by("pk"))
        outcome = change_words(photo_id, actor=actor, tags=tags)
        if not outcome.is_done:
            return outcome
        others = AlbumEntry.objects.filter(photo_id=photo_id, album__owner=actor).exclude(album__in=chosen)
        others.delete()
        for album in chosen:
            _add(album, [photo_id])
        words_changed.send(AlbumEntry, photo_ids=[photo_id])
    return outcome


def change_photos(album: Album, *, add: Iterable[UUID], remove: Iterable[UUID]) -> None:
    """Add photos to the album, then remove others; all or nothing. Photos of other owners are left out.

    Raises:
        LimitReached: the album would have more photos than one may.
    """
    with transaction.atomic():
        added, removed = list(add), list(remove)
        _add(album, added, instead_of=removed)
        AlbumEntry.objects.filter(album=album, photo_id__in=removed).delete()
        words_changed.send(AlbumEntry, photo_ids=[*added, *removed])


def _add(album: Album, photo_ids: Iterable[UUID], *, instead_of: Iterable[UUID] = ()) -> None:
    own = Photo.objects.owned_by(album.owner).not_trashed().filter(pk__in=list(photo_ids))
    # The cover is what was added last: of photos that are added together, the newest.
    added = own.order_by("created_at", "id").values_list("pk", flat=True)
    entries = [AlbumEntry(album=album, photo_id=photo_id) for photo_id in added]
    if not entries:
        return
    # The album's row is locked, so parallel requests count one after the other.
    Album.objects.select_for_update().filter(pk=album.pk).first()
    AlbumEntry.objects.bulk_create(entries, ignore_conflicts=True)
    kept = AlbumEntry.objects.filter(album=album).exclude(photo_id__in=list(instead_of))
    if kept.count() > settings.PHOTOS_PER_ALBUM:
        raise LimitReached(reasons.ALBUM_FULL)


def create_album(owner: User, *, title: str, description: str, visibility: str) -> Album:
    """Create an album. Others read its words at once if its owner is trusted, else once they are approved.

    Raises:
        LimitReached: the account has as many albums as it may.
    """
    album = Album(owner=owner, title=title, description=description, visibility=visibility)
    with transaction.atomic():
        # The owner's row is locked, so parallel requests count one after the other.
        User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
        if Album.objects.owned_by(owner).count() >= settings.ALBUMS_PER_ACCOUNT:
            raise LimitReached(reasons.TOO_MANY_ALBUMS)
        review.follow_change(album, changed=True)
        album.save()
    return album


def change_album(album: Album, **changes: str) -> None:
    """Change the title, description or visibility, as far as given. Other columns keep what others wrote.

    New words of an owner who is not trusted wait for review. Until then, others read what was approved
    before.
    """
    with transaction.atomic():
        stored = (
            Album.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=album.pk).first()
        )
        if stored is None:
            return
        before = stored.words_mark
        for name, value in changes.items():
            setattr(stored, name, value)
        review.follow_change(stored, changed=stored.words_mark != before)
        stored.save(update_fields=[*changes, *review.FIELDS])


def delete_album(album: Album) -> None:
    """Delete an album; its photos stay."""
    with transaction.atomic():
        photo_ids = list(AlbumEntry.objects.filter(album=album).values_list("photo_id", flat=True))
        gone = Album(pk=album.pk, owner_id=album.owner_id)
        album.delete()
        words_changed.send(Album, photo_ids=photo_ids, album=gone)
