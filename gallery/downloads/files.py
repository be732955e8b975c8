"""The file that a viewer gets of a photo, alone or in a zip: its address, size and names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gallery.core import reasons
from gallery.downloads.names import names_of, neutral_names
from gallery.photos import actions
from gallery.presentation.tiles import AVIF, ready_item
from gallery.storage import catalogue
from gallery.uploads.file_checks import TYPES_BY_EXTENSION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from gallery.presentation.lens import Lens


@dataclass(frozen=True, slots=True)
class File:
    """What a viewer may download. ``url`` is empty if that is nothing, or if no address was asked for.

    ``names`` are those that it may get, the best first: in a folder, the first is taken that is free.
    ``is_preparing`` while the worker makes the copy that the viewer gets, ``refusal`` if there can be none.
    """

    names: list[str]
    size_bytes: int
    url: str = ""
    is_preparing: bool = False
    refusal: str = ""


def file_of(lens: Lens) -> File:
    """Return the file of one photo, as ``files_of``."""
    return files_of([lens])[0]


def files_of(lenses: Sequence[Lens], *, with_addresses: bool = True) -> list[File]:
    """Return originals, byte for byte; by a grant without metadata, clean copies of them.

    By any grant, a name tells no more than the photo's page. Without addresses, a size is the original's.

    Raises:
        actions.NotDownloaded: clean copies were looked for in S3, which did not respond.
    """
    by_copy = [lens.photo for lens in lenses if lens.can_download and lens.needs_clean_copy]
    copies = actions.ensure_clean_copies(by_copy) if by_copy and with_addresses else {}
    return [_file(lens, copies, with_address=with_addresses) for lens in lenses]


def picture_url(lens: Lens) -> str:
    """Return the address of the largest picture, for those who get no file; empty if there is none for them.

    Raises:
        actions.NotDownloaded: the catalogue did not respond.
    """
    if not lens.can_save_picture:
        return ""
    reading = catalogue.read([lens.photo.pk])
    if not reading.complete:
        raise actions.NotDownloaded(reasons.STORE_UNAVAILABLE)
    item = ready_item(lens.photo, reading)
    # Of two of one size, the format that more programs open.
    largest = max(
        item.pictures if item else (), key=lambda made: (made.width, made.content_type != AVIF), default=None
    )
    if largest is None:
        return ""
    suffix = PurePosixPath(largest.key).suffix
    name = neutral_names(lens.photo.caption, suffix, lens.photo.pk)[0]
    return actions.rendition_url(largest.key, file_name=name)


def _file(lens: Lens, copies: dict[UUID, int | None], *, with_address: bool) -> File:
    photo, names = lens.photo, _names_of(lens)
    if lens.lacks_clean_copy or copies.get(photo.pk) == 0:
        return File(names, photo.size_bytes, refusal=reasons.NO_CLEAN_COPY.sentence)
    if not with_address or not lens.can_download:
        return File(names, photo.size_bytes)
    if not lens.needs_clean_copy:
        # Its owner gets it under its own name, as it is.
        url = actions.original_url(photo, file_name="" if lens.is_mine else names[0])
        return File(names, photo.size_bytes, url)
    size_bytes = copies[photo.pk]
    if size_bytes is None:
        return File(names, photo.size_bytes, is_preparing=True)
    return File(names, size_bytes, actions.clean_copy_url(photo, file_name=names[0]))


def _names_of(lens: Lens) -> list[str]:
    photo = lens.photo
    if lens.shows_file_name:
        return names_of(photo.file_name, photo.pk)
    suffix = PurePosixPath(photo.file_name).suffix.lower()
    return neutral_names(photo.caption, suffix if suffix in TYPES_BY_EXTENSION else "", photo.pk)
