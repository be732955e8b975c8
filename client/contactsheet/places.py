"""Where downloaded photos go: under their own names, never over another file, never outside the folder."""

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
UNKNOWN = -1
MAX_STEM_LENGTH = 150
"""Leaves room for an id, a size and an extension in the 255 bytes that file systems allow, also in UTF-8."""


@dataclass(frozen=True, slots=True)
class Place:
    """One photo's file: what it must become, and whether it is that already."""

    photo_id: str
    path: Path
    size_bytes: int
    sha256: str
    is_filled: bool

    def takes(self, received_bytes: int, sha256: str) -> bool:
        """Tell whether these bytes are the photo's, as far as is known."""
        return self.size_bytes in {UNKNOWN, received_bytes} and self.sha256 in {"", sha256}


class Places:
    """Gives each photo of a run a place in a folder; the same photos get the same places every time."""

    def __init__(self, folder: Path, size: str) -> None:
        self._folder = folder
        self._size = size
        self._taken: set[str] = set()

    def place(self, photo: dict[str, Any]) -> Place:
        """Return a photo's place.

        Raises:
            Refusal: other files have all its names.
        """
        size_bytes, sha256, suffix = self._expected(photo)
        for name in _names(photo, suffix):
            path = self._folder / name
            # Some file systems take A.jpg and a.jpg for one.
            if name.casefold() in self._taken:
                continue
            is_filled = _is(path, size_bytes, sha256)
            if is_filled or not path.exists():
                self._taken.add(name.casefold())
                return Place(photo["id"], path, size_bytes, sha256, is_filled)
        raise Refusal("name_taken", f"Other files in {self._folder} have this photo's name.")

    def _expected(self, photo: dict[str, Any]) -> tuple[int, str, str]:
        """Return size, hash (empty if unknown) and the end of the name."""
        name = PurePosixPath(photo["fileName"] or "")
        if self._size == ORIGINAL:
            return photo["sizeBytes"], photo["sha256"], name.suffix
        for rendition in photo["renditions"]:
            if rendition["name"] == self._size:
                extension = mimetypes.guess_extension(rendition["contentType"]) or ".webp"
                return rendition["sizeBytes"], "", f"-{self._size}{extension}"
        return UNKNOWN, "", f"-{self._size}.webp"


def _names(photo: dict[str, Any], suffix: str) -> Iterator[str]:
    """Give the file's own name, then one that its id makes unique; a server's name is not trusted."""
    untrusted = PurePosixPath(PureWindowsPath(photo["fileName"] or "").name).stem
    kept = "".join(c for c in untrusted if c.isprintable() and c not in '<>:"/\\|?*').strip(" .")
    stem = kept.encode()[:MAX_STEM_LENGTH].decode(errors="ignore") or "photo"
    ending = "".join(c for c in suffix if c.isalnum() or c in ".-")[:20]
    yield stem + ending
    yield f"{stem}-{photo['id'][:8]}{ending}"


def _is(path: Path, size_bytes: int, sha256: str) -> bool:
    if not path.is_file() or path.stat().st_size != size_bytes:
        return False
    return not sha256 or sha256_of(path)[0] == sha256
