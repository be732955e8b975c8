"""Items as JSON: what pages, the API and ``contactsheet.json`` say of a photo. See ``docs/archive.md``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from gallery.albums.models import Order
from gallery.downloads import listing
from gallery.photos.turning import rotation_of

if TYPE_CHECKING:
    from gallery.accounts.models import User
    from gallery.albums.models import Album
    from gallery.downloads.listing import Item
    from gallery.photos.models import HistoryEntry

FORMAT = "contactsheet"
VERSION = 1


def archive_document(owner: User) -> dict[str, Any]:
    """Return what an archive says beside photos: whose it is, the albums, the saved searches."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "exportedAt": timezone.now().isoformat(timespec="seconds"),
        "gallery": settings.SITE_ORIGIN,
        "owner": owner.username,
        "albums": [_album(album) for album in listing.albums_of(owner)],
        "smartAlbums": [
            {"title": album.title, "query": album.query} for album in listing.smart_albums_of(owner)
        ],
    }


def document_of(item: Item) -> dict[str, Any]:
    """Return an item as JSON. ``about`` is for the owner only; null for others."""
    photo = item.photo
    shot = item.taken.wall if item.taken else photo.created_at
    return {
        "id": str(photo.pk),
        "names": item.names,
        "folder": item.folder,
        "sizeBytes": item.size_bytes,
        "modifiedAt": shot.replace(tzinfo=None).isoformat(timespec="seconds"),
        "address": item.url or None,
        "isPreparing": item.is_preparing,
        "sentence": item.refusal or None,
        "about": _about(item) if item.lens.is_mine else None,
    }


def _about(item: Item) -> dict[str, Any]:
    photo = item.photo
    return {
        "fileName": photo.file_name,
        "sha256": photo.sha256,
        "contentType": photo.content_type,
        "caption": photo.own_caption,
        "altText": photo.own_alt_text,
        "tags": item.tags,
        "favorite": photo.is_favorite,
        "archived": photo.is_archived,
        "visibility": photo.visibility,
        "state": photo.state,
        "rotation": rotation_of(photo),
        "takenAtLocal": item.taken.local if item.taken else None,
        "takenAtOffset": item.taken.offset if item.taken else None,
        "isDateCorrected": photo.is_date_corrected,
        "standsAlone": photo.stands_alone,
        "originUrl": photo.origin_url or None,
        "uploadedAt": photo.created_at.isoformat(),
        "sentBy": item.sent.name if item.sent else None,
        "sentFor": item.sent.album.title if item.sent and item.sent.album else None,
        "albums": [
            {
                "id": str(place.album_id),
                "rank": place.rank,
                "entry": place.entry,
                "isCover": place.is_cover,
            }
            for place in item.places
        ],
        "history": [_move(entry, photo.owner) for entry in item.history],
    }


def _move(entry: HistoryEntry, owner: User) -> dict[str, Any]:
    """Return a move; who made it only if that was the owner: others are not theirs to take along."""
    return {
        "at": entry.at.isoformat(),
        "move": entry.move,
        "from": entry.from_state,
        "to": entry.to_state,
        "reason": entry.reason,
        "byOwner": entry.actor_id == owner.pk,
    }


def _album(album: Album) -> dict[str, Any]:
    """Return an album as its owner wrote it. Which photos it has, the photos say."""
    return {
        "id": str(album.pk),
        "title": album.title,
        "description": album.description,
        "visibility": album.visibility,
        "order": str(Order(album.order)),
        "createdAt": album.created_at.isoformat(),
    }
