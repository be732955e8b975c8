"""Pages of photos to download: a name, a size and a signed address for each, and what its owner says.

Who may download which photos is decided before: pages are made of a list of photos that the viewer may see.
What of them the viewer may learn, the lens says.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gallery.albums.models import Album, AlbumEntry, SmartAlbum
from gallery.albums.order import page_in_album
from gallery.albums.tagging import tags_of
from gallery.core import reasons
from gallery.downloads.files import File, files_of
from gallery.downloads.names import folder_names
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.paging import page_of
from gallery.presentation.capture_time import Taken, taken
from gallery.presentation.lens import Lens
from gallery.presentation.sentences import state_sentence
from gallery.storage.originals import DOWNLOAD_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet
    from gallery.sharing.models import Contribution, Grant

ADDRESS_SECONDS = DOWNLOAD_SECONDS
PAGE_SIZE = 50
"""Photos that one page has: their addresses are signed together, and all live for five minutes."""


@dataclass(frozen=True, slots=True)
class Place:
    """One photo in one album. By hand, the order is that of ``rank``, then ``entry``; else of ``entry``."""

    album_id: UUID
    entry: int
    rank: int
    is_cover: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One photo to download. ``url`` is empty if there is nothing to download: then ``refusal`` says why.

    Nor is there one while ``is_preparing``: the worker makes the copy.

    ``names`` are those that its file may get, the best first. ``folder`` is empty at the top.
    """

    photo: Photo
    lens: Lens
    names: list[str]
    size_bytes: int
    folder: str
    url: str
    is_preparing: bool
    refusal: str
    taken: Taken | None
    tags: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    history: list[HistoryEntry] = field(default_factory=list)
    sent: Contribution | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of items, and the cursor of the next (empty on the last)."""

    items: list[Item]
    next_cursor: str


def everything_of(owner: User) -> PhotoQuerySet:
    """Return all that a person owns and didn't throw away, raw files too."""
    return Photo.objects.owned_by(owner).not_trashed()


def _with_known(photos: PhotoQuerySet) -> PhotoQuerySet:
    """Fetch owners and guests in the same query, as ``items_of`` reads them."""
    return photos.with_owner().select_related("contribution__album")


def page_of_everything(
    owner: User, cursor: str, *, size: int = PAGE_SIZE, with_addresses: bool = True
) -> Listing:
    """Return a page of all that a person owns, in folders: each photo is in that of its first album."""
    page = page_of(_with_known(everything_of(owner)), cursor, size=size, every_file=True)
    items = items_of(page.photos, owner, by_album=True, with_addresses=with_addresses)
    return Listing(items, page.next_cursor)


def page_of_album(
    photos: PhotoQuerySet,
    album: Album,
    viewer: User,
    cursor: str,
    *,
    size: int = PAGE_SIZE,
    with_addresses: bool = True,
) -> Listing:
    """Return a page of those of the photos that are in the album, in its order."""
    page = page_in_album(_with_known(photos), album, cursor, size=size, every_file=True)
    return Listing(items_of(page.photos, viewer, with_addresses=with_addresses), page.next_cursor)


def page_of_grant(
    photos: PhotoQuerySet,
    grant: Grant,
    viewer: User | AnonymousUser,
    cursor: str,
    *,
    with_addresses: bool = True,
) -> Listing:
    """Return a page of those of the photos that the grant's album shows, in its order."""
    page = page_in_album(photos.with_owner(), grant.album, cursor, size=PAGE_SIZE)
    items = items_of(page.photos, viewer, grant=grant, with_addresses=with_addresses)
    return Listing(items, page.next_cursor)


def items_by_id(
    photos: PhotoQuerySet,
    viewer: User | AnonymousUser,
    photo_ids: Sequence[UUID],
    *,
    grant: Grant | None = None,
) -> list[Item]:
    """Return items of those of the photos that have these ids, in their order."""
    found = {photo.pk: photo for photo in _with_known(photos.filter(pk__in=photo_ids))}
    chosen = [found[photo_id] for photo_id in dict.fromkeys(photo_ids) if photo_id in found]
    return items_of(chosen, viewer, grant=grant)


def items_of(
    photos: Sequence[Photo],
    viewer: User | AnonymousUser,
    *,
    by_album: bool = False,
    with_addresses: bool = True,
    grant: Grant | None = None,
) -> list[Item]:
    """Return the photos (fetched with their owners and guests) as items, by at most four queries.

    Tags, albums, history and guests are their owner's to know. Only owners have folders ``by_album``.
    """
    lenses = [Lens(photo, viewer, grant=grant) for photo in photos]
    own_ids = [lens.photo.pk for lens in lenses if lens.is_mine]
    tags = tags_of(own_ids)
    places = _places_of(own_ids)
    history = _history_of(own_ids)
    files = files_of(lenses, with_addresses=with_addresses)
    folders = folder_names(_titles_of(viewer)) if by_album else {}
    of_folders = {name.casefold() for name in folders.values()}
    return [
        _item(
            lens,
            file,
            tags=tags.get(lens.photo.pk, []),
            places=places.get(lens.photo.pk, []),
            history=history.get(lens.photo.pk, []),
            folders=folders,
            of_folders=of_folders,
        )
        for lens, file in zip(lenses, files, strict=True)
    ]


def _item(
    lens: Lens,
    file: File,
    *,
    tags: list[str],
    places: list[Place],
    history: list[HistoryEntry],
    folders: dict[UUID, str],
    of_folders: set[str],
) -> Item:
    photo = lens.photo
    names = file.names
    in_folders = [folders[place.album_id] for place in places if place.album_id in folders]
    if not in_folders and names[0].casefold() in of_folders:
        # No file system has a file and a folder of one name.
        names = names[1:]
    return Item(
        photo=photo,
        lens=lens,
        names=names,
        size_bytes=file.size_bytes,
        folder=in_folders[0] if in_folders else "",
        url=file.url,
        is_preparing=file.is_preparing,
        refusal=file.refusal or ("" if lens.can_download else _why_not(photo)),
        taken=taken(photo, None),
        tags=photo.new_tag_names if photo.has_new_words else tags,
        places=places,
        history=history,
        sent=getattr(photo, "contribution", None) if lens.is_mine else None,
    )


def _why_not(photo: Photo) -> str:
    return reasons.TAKEN_DOWN.sentence if photo.is_taken_down else state_sentence(photo)


def _titles_of(owner: User | AnonymousUser) -> list[tuple[UUID, str]]:
    return list(
        Album.objects.filter(owner_id=owner.pk).order_by("created_at", "id").values_list("pk", "title")
    )


def _places_of(photo_ids: Sequence[UUID]) -> dict[UUID, list[Place]]:
    """Return in which albums each photo is, the one that it was put into first at first."""
    found: dict[UUID, list[Place]] = {}
    rows = AlbumEntry.objects.filter(photo__in=photo_ids).order_by("pk")
    for row in rows.values_list("photo_id", "album_id", "pk", "rank", "is_cover"):
        found.setdefault(row[0], []).append(Place(*row[1:]))
    return found


def _history_of(photo_ids: Sequence[UUID]) -> dict[UUID, list[HistoryEntry]]:
    found: dict[UUID, list[HistoryEntry]] = {}
    for entry in HistoryEntry.objects.filter(photo__in=photo_ids).order_by("id"):
        found.setdefault(entry.photo_id, []).append(entry)
    return found


def albums_of(owner: User) -> list[Album]:
    """Return the person's albums, the oldest first."""
    return list(Album.objects.owned_by(owner).order_by("created_at", "id"))


def smart_albums_of(owner: User) -> list[SmartAlbum]:
    """Return the searches that the person saved."""
    return list(SmartAlbum.objects.filter(owner=owner).order_by("created_at", "id"))
