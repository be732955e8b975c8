"""Archives of an account: a folder with ``contactsheet.json``, written by a download, read by an upload."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from contactsheet.engine.interfaces import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = "contactsheet.json"
FORMAT = "contactsheet"
VERSION = 1
BY_HAND = "hand"

NOT_READABLE = "This contactsheet.json is damaged. Download the archive again."
NEWER = "This archive is of a newer version. Update this command, then try again."


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive in this folder says."""

    folder: Path
    albums: list[dict[str, Any]]
    smart_albums: list[dict[str, Any]]
    photos: list[dict[str, Any]]

    def by_hash(self) -> dict[str, dict[str, Any]]:
        """Return what is said of each photo, by the SHA-256 of its file."""
        return {photo["sha256"]: photo for photo in self.photos}

    def members(self, album_id: str) -> list[dict[str, Any]]:
        """Return the photos of an album in the order in which they are to be added."""
        order = next(album["order"] for album in self.albums if album["id"] == album_id)
        found = [
            ((place["rank"] if order == BY_HAND else 0, place["entry"]), photo)
            for photo in self.photos
            for place in photo["albums"]
            if place["id"] == album_id
        ]
        return [photo for _place, photo in sorted(found, key=lambda each: each[0])]

    def cover(self, album_id: str) -> dict[str, Any] | None:
        """Return the photo that was chosen as an album's cover, if one was."""
        return next(
            (
                photo
                for photo in self.photos
                for place in photo["albums"]
                if place["id"] == album_id and place["isCover"]
            ),
            None,
        )


def archives_in(paths: Iterable[Path]) -> list[Archive]:
    """Return the archives that these folders are.

    Raises:
        Refusal: one can't be read.
    """
    return [_read(path) for path in paths if path.is_dir() and (path / FILE).is_file()]


def _read(folder: Path) -> Archive:
    try:
        found = json.loads((folder / FILE).read_text(encoding="utf-8"))
        archive = Archive(folder, found["albums"], found["smartAlbums"], found["photos"])
        is_one, version = found["format"] == FORMAT, int(found["version"])
        for album in archive.albums:
            archive.members(album["id"])
        archive.by_hash()
    except (ValueError, KeyError, TypeError, StopIteration) as problem:
        raise Refusal("archive_damaged", NOT_READABLE) from problem
    if not is_one:
        raise Refusal("archive_damaged", NOT_READABLE)
    if version > VERSION:
        raise Refusal("archive_newer", NEWER)
    return archive


class ArchiveWriter:
    """Collects what is said of the photos of a download, and writes it at the end."""

    def __init__(self, folder: Path, about: dict[str, Any]) -> None:
        self._folder = folder
        self._about = about
        self._photos: list[dict[str, Any]] = []

    def add(self, photo: dict[str, Any], path: Path | None) -> None:
        """Remember a photo, and where its file is."""
        file = str(PurePosixPath(*path.relative_to(self._folder).parts)) if path else None
        self._photos.append({"id": photo["id"], "file": file, **photo["about"]})

    def write(self) -> None:
        """Write the file, whole or not at all."""
        unfinished = self._folder / f".{FILE}.part"
        text = json.dumps(self._about | {"photos": self._photos}, indent=1, ensure_ascii=False)
        unfinished.write_text(text + "\n", encoding="utf-8")
        unfinished.replace(self._folder / FILE)
