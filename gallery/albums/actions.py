"""Actions on albums, and on a photo's tags together with its albums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.accounts.models import User
from gallery.albums import order as album_order
from gallery.albums import review
from gallery.albums.models import Album, AlbumEntry, Order, SmartAlbum
from gallery.albums.words import change_words
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from uuid import UUID

    from gallery.core.reasons import Reason
    from gallery.photos.actions import Outcome


MOST_SMART_ALBUMS = 100


class LimitReached(Exception):
    """An account has no room for another album, or an album none for another photo. ``reason`` says which."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class NotInAlbum(Exception):
    """A photo that should move, be its neighbor or be the cover is not in the album."""


def organize(photo_id: UUID, *, actor: User, tags: Sequence[str], albums: Iterable[Album]) -> Outcome:
    """Set the photo's tags to these cleaned ones, and its albums to these of the owner; all or nothing.

    Raises:
        LimitReached: one of the albums is full.
    """
    chosen = list(albums)
    with transaction.atomic():
        # Before the photo's row: who changes an album locks it first, too. Also those that the photo leaves.
        entries = AlbumEntry.objects.filter(photo_id=photo_id, album__owner=actor)
        ids = {album.pk for album in chosen}.union(entries.values_list("album_id", flat=True))
        list(Album.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        outcome = change_words(photo_id, actor=actor, tags=tags)
        if not outcome.is_done:
            return outcome
        others = entries.exclude(album__in=chosen)
        _touch(others.values_list("album_id", flat=True))
        others.delete()
        for album in chosen:
            _add(album, [photo_id])
        words_changed.send(AlbumEntry, photo_ids=[photo_id])
    return outcome


def change_photos(
    album: Album, *, add: Iterable[UUID], remove: Iterable[UUID], in_given_order: bool = False
) -> None:
    """Add photos to the album, then remove others; all or nothing. Photos of other owners are left out.

    They are added in the order of their uploads, or ``in_given_order``.

    Raises:
        LimitReached: the album would have more photos than one may.
    """
    with transaction.atomic():
        added, removed = list(add), list(remove)
        _add(album, added, instead_of=removed, in_given_order=in_given_order)
        if AlbumEntry.objects.filter(album=album, photo_id__in=removed).delete()[0]:
            _touch([album.pk])
        words_changed.send(AlbumEntry, photo_ids=[*added, *removed])


def _add(
    album: Album,
    photo_ids: Iterable[UUID],
    *,
    instead_of: Iterable[UUID] = (),
    in_given_order: bool = False,
) -> None:
    wanted = list(photo_ids)
    # The album's row is locked first, so parallel requests count and rank one after the other. Also where
    # photos are only removed: who places one locks the album before the entries.
    stored = Album.objects.select_for_update().filter(pk=album.pk).first()
    own = Photo.objects.owned_by(album.owner).not_trashed().filter(pk__in=wanted)
    # The cover is what was added last: of photos that are added together, the newest.
    new = own.exclude(album_entries__album=album).order_by("created_at", "id").values_list("pk", flat=True)
    if stored is None or not (added := list(new)):
        return
    if in_given_order:
        added.sort(key=wanted.index)
    ranks = album_order.ranks_at_end(stored, len(added))
    entries = [
        AlbumEntry(album=stored, photo_id=photo_id, rank=rank)
        for photo_id, rank in zip(added, ranks, strict=True)
    ]
    AlbumEntry.objects.bulk_create(entries, ignore_conflicts=True)
    kept = AlbumEntry.objects.filter(album=album).exclude(photo_id__in=list(instead_of))
    if kept.count() > settings.PHOTOS_PER_ALBUM:
        raise LimitReached(reasons.ALBUM_FULL)
    _touch([album.pk])


def _touch(album_ids: Iterable[UUID]) -> None:
    """Record that these albums changed now."""
    Album.objects.filter(pk__in=album_ids).update(changed_at=timezone.now())


def place(album: Album, photo_id: UUID, *, after: UUID | None) -> None:
    """Put a photo right behind another one of the album, or before all. The order is by hand from then on.

    Raises:
        NotInAlbum: one of the photos is not in the album.
    """
    with transaction.atomic():
        stored = Album.objects.select_for_update().filter(pk=album.pk).first()
        ids = {photo_id} if after is None else {photo_id, after}
        entries = {
            entry.photo_id: entry for entry in AlbumEntry.objects.filter(album=album, photo_id__in=ids)
        }
        if stored is None or len(entries) < len(ids):
            raise NotInAlbum
        if stored.order != Order.HAND:
            album_order.lay_out(stored)
            for entry in entries.values():
                entry.refresh_from_db(fields=["rank"])
        album_order.put(entries[photo_id], entries[after] if after else None)
        Album.objects.filter(pk=album.pk).update(order=Order.HAND, changed_at=timezone.now())


def choose_cover(album: Album, photo_id: UUID | None) -> None:
    """Make a photo of the album its cover, or with ``None`` again the one that was added last.

    Raises:
        NotInAlbum: the photo is not in the album.
    """
    with transaction.atomic():
        Album.objects.select_for_update().filter(pk=album.pk).first()
        entries = AlbumEntry.objects.filter(album=album)
        entries.filter(is_cover=True).update(is_cover=False)
        if photo_id and not entries.filter(photo_id=photo_id).update(is_cover=True):
            raise NotInAlbum
        _touch([album.pk])


def create_album(
    owner: User, *, title: str, description: str, visibility: str, order: str = Order.ADDED
) -> Album:
    """Create an album. Others read its words at once if its owner is trusted, else once they are approved.

    Raises:
        LimitReached: the account has as many albums as it may.
    """
    album = Album(owner=owner, title=title, description=description, visibility=visibility, order=order)
    with transaction.atomic():
        # The owner's row is locked, so parallel requests count one after the other.
        User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
        if Album.objects.owned_by(owner).count() >= settings.ALBUMS_PER_ACCOUNT:
            raise LimitReached(reasons.TOO_MANY_ALBUMS)
        review.follow_change(album, changed=True)
        album.save()
    return album


def change_album(album: Album, **changes: str) -> None:
    """Change title, description, visibility or order, as far as given. Other columns keep what others wrote.

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
        if changes.get("order") == Order.HAND and not album_order.is_laid_out(stored):
            album_order.lay_out(stored)
        for name, value in changes.items():
            setattr(stored, name, value)
        review.follow_change(stored, changed=stored.words_mark != before)
        stored.changed_at = timezone.now()
        stored.save(update_fields=[*changes, "changed_at", *review.FIELDS])


def save_search(owner: User, *, title: str, query: str) -> SmartAlbum:
    """Save a search as a smart album.

    Raises:
        LimitReached: the account has as many as it may.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).filter(pk=owner.pk).first()
        if SmartAlbum.objects.filter(owner=owner).count() >= MOST_SMART_ALBUMS:
            raise LimitReached(reasons.TOO_MANY_SMART_ALBUMS)
        return SmartAlbum.objects.create(owner=owner, title=title, query=query)


def delete_album(album: Album) -> None:
    """Delete an album; its photos stay."""
    with transaction.atomic():
        # As those who share it do: the album first, then its grants, so that none is added or used meanwhile.
        Album.objects.select_for_update().filter(pk=album.pk).first()
        list(album.grants.select_for_update().order_by("pk").values_list("pk"))
        photo_ids = list(AlbumEntry.objects.filter(album=album).values_list("photo_id", flat=True))
        gone = Album(pk=album.pk, owner_id=album.owner_id)
        album.delete()
        words_changed.send(Album, photo_ids=photo_ids, album=gone)
