"""Where downloads go: under their own names, never over another file, never outside the folder."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any

from contactsheet.engine.content import sha256_of
from contactsheet.engine.interfaces import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

ORIGINAL = "original"
UNKNOWN_SIZE = -1
MAX_STEM_LENGTH = 150
"""Leaves room for an id, a size and an extension in the 255 bytes that file systems allow for a name."""


@dataclass(frozen=True, slots=True)
class Destination:
    """One photo's file: its path, the expected bytes, and whether they are there already."""

    photo_id: str
    path: Path
    size_bytes: int
    sha256: str
    is_complete: bool

    def matches(self, received_bytes: int, sha256: str) -> bool:
        """Return whether the received bytes are the expected ones, as far as these are known."""
        return self.size_bytes in {UNKNOWN_SIZE, received_bytes} and self.sha256 in {"", sha256}


class DestinationFolder:
    """Assigns a file in a folder to each photo of a run, the same file in every run."""

    def __init__(self, folder: Path, size: str) -> None:
        self._folder = folder
        self._size = size
        self._taken: set[str] = set()

    def destination_of(self, photo: dict[str, Any]) -> Destination:
        """Return a photo's destination.

        Raises:
            Refusal: All of its possible names belong to other files.
        """
        size_bytes, sha256, suffix = self._expected(photo)
        for name in _names(photo, suffix):
            path = self._folder / name
            # Some file systems treat A.jpg and a.jpg as the same file.
            key = name.casefold()
            if key in self._taken:
                continue
            is_complete = _has_content(path, size_bytes, sha256)
            if is_complete or not path.exists():
                self._taken.add(key)
                return Destination(photo["id"], path, size_bytes, sha256, is_complete)
        raise Refusal("name_taken", f"Other files in {self._folder} already have this photo's name.")

    def _expected(self, photo: dict[str, Any]) -> tuple[int, str, str]:
        """Return the size in bytes, the hash (empty if unknown) and the end of the file name."""
        name = PurePosixPath(photo["fileName"] or "")
        if self._size == ORIGINAL:
            return photo["sizeBytes"], photo["sha256"], name.suffix
        for rendition in photo["renditions"]:
            if rendition["name"] == self._size:
                extension = mimetypes.guess_extension(rendition["contentType"]) or ".webp"
                return rendition["sizeBytes"], "", f"-{self._size}{extension}"
        return UNKNOWN_SIZE, "", f"-{self._size}.webp"


def _names(photo: dict[str, Any], suffix: str) -> Iterator[str]:
    """Yield the photo's own name, then one made unique by its id; the server's name is not trusted.

    Names of an archive are those of the gallery's zips, if nothing in them has to be replaced.
    """
    if "names" in photo:
        folder = _kept(photo["folder"])
        for untrusted in photo["names"]:
            yield f"{folder}/{_kept(untrusted)}" if folder else _kept(untrusted)
        return
    untrusted = PurePosixPath(PureWindowsPath(photo["fileName"] or "").name).stem
    stem = _kept(untrusted).encode()[:MAX_STEM_LENGTH].decode(errors="ignore") or "photo"
    ending = "".join(c for c in suffix if c.isalnum() or c in ".-")[:20]
    yield stem + ending
    yield f"{stem}-{photo['id'][:8]}{ending}"


def _kept(untrusted: str) -> str:
    return "".join(c for c in untrusted if c.isprintable() and c not in '<>:"/\\|?*').strip(" .")


def _has_content(path: Path, size_bytes: int, sha256: str) -> bool:
    if not path.is_file() or path.stat().st_size != size_bytes:
        return False
    return not sha256 or sha256_of(path)[0] == sha256
