"""The file that a viewer gets of a photo, alone or in a zip: its address, size and names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gallery.downloads.names import names_of, neutral_names
from gallery.photos import actions
from gallery.uploads.file_checks import TYPES_BY_EXTENSION

if TYPE_CHECKING:
    from gallery.presentation.lens import Lens


@dataclass(frozen=True, slots=True)
class File:
    """What a viewer may download. ``url`` is empty if that is nothing, or if no address was asked for.

    ``names`` are those that it may get, the best first: in a folder, the first is taken that is free.
    """

    names: list[str]
    size_bytes: int
    url: str


def file_of(lens: Lens, *, with_address: bool = True) -> File:
    """Return the original, byte for byte. By a grant, its name tells no more than the page of the photo."""
    photo = lens.photo
    if lens.shows_file_name:
        names = names_of(photo.file_name, photo.pk)
    else:
        suffix = PurePosixPath(photo.file_name).suffix.lower()
        names = neutral_names(photo.caption, suffix if suffix in TYPES_BY_EXTENSION else "", photo.pk)
    # Its owner gets it under its own name, as it is.
    file_name = "" if lens.is_mine else names[0]
    may = with_address and lens.can_download
    return File(names, photo.size_bytes, actions.original_url(photo, file_name=file_name) if may else "")
