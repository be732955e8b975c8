"""Read an archive: its pictures, and what its sidecars say about each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contactsheet.engine.folders import FoundFiles, find_files
from contactsheet.engine.interfaces import Outcome, Result
from contactsheet.sidecars import json_sidecars, xmp
from contactsheet.sidecars.facts import Facts, NotASidecar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from contactsheet.engine.interfaces import PictureFile

NOT_READABLE = "We couldn't read this sidecar, so its picture comes without it."
IN_THE_TRASH = "It was in the trash there."


@dataclass(slots=True)
class Library:
    """The pictures of an archive, and what it says about them."""

    found: FoundFiles
    facts: dict[Path, Facts] = field(default_factory=dict)
    unused: int = 0
    """Sidecars of videos and of pictures that are not here, perhaps in another part of the archive."""

    @property
    def albums(self) -> Counter[str]:
        """Return the number of files in each album."""
        return Counter(title for facts in self.facts.values() for title in facts.albums)

    def count(self, name: str) -> int:
        """Return how many pictures have a field of ``Facts``."""
        return sum(bool(getattr(facts, name)) for facts in self.facts.values())


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read an archive."""

    folders_as_albums: bool = False
    people_as_tags: bool = False


class _Folder:
    """The sidecars of one folder, each read once."""

    def __init__(self, path: Path, library: Library, how: Reading) -> None:
        self._path, self._library, self._how = path, library, how
        self._names = sorted(entry.name for entry in path.iterdir())
        self._xmp = {name.lower(): name for name in self._names if name.lower().endswith(".xmp")}
        self._json: dict[str, dict[str, Any]] = {}
        self._by_title: dict[str, list[str]] = {}
        self._used: set[str] = set()
        self._album = path.name if how.folders_as_albums else ""
        for name in self._names:
            if name.lower().endswith(".json") and (found := self._read(name)) is not None:
                if title := json_sidecars.title_of_album(found):
                    self._album = title
                    self._used.add(name)
                else:
                    self._json[name] = found
                    self._by_title.setdefault(json_sidecars.title(found), []).append(name)

        self._json_names = json_sidecars.Names(self._json)

    @property
    def unused(self) -> int:
        """Return the number of sidecars that no picture has used."""
        return len({*self._xmp.values(), *self._json} - self._used)

    def facts(self, picture: str) -> Facts:
        """Return what the folder's sidecars say about a picture. What people wrote into XMP comes first."""
        facts = Facts(albums=(self._album,) if self._album else ())
        for name in (f"{picture}.xmp", f"{picture.rpartition('.')[0]}.xmp"):
            if found := self._xmp.get(name.lower()):
                self._used.add(found)
                facts = facts.or_else(self._xmp_facts(found))
        fitting = self._json_of(picture)
        if fitting is None:
            return facts
        self._used.add(fitting)
        people = json_sidecars.people(self._json[fitting]) if self._how.people_as_tags else ()
        return facts.or_else(json_sidecars.facts(self._json[fitting])).or_else(Facts(tags=people))

    def _json_of(self, picture: str) -> str | None:
        for name in self._json_names.of(picture):
            if json_sidecars.belongs(self._json[name], name, picture):
                return name
        by_title = self._by_title.get(json_sidecars.plain(picture), [])
        return by_title[0] if len(by_title) == 1 else None

    def _xmp_facts(self, name: str) -> Facts:
        try:
            return xmp.facts(self._path / name)
        except (NotASidecar, OSError):
            self._leave(name)
            return Facts()

    def _read(self, name: str) -> dict[str, Any] | None:
        try:
            return json_sidecars.read(self._path / name)
        except (NotASidecar, OSError):
            self._leave(name)
            return None

    def _leave(self, name: str) -> None:
        left = Result(self._path / name, Outcome.SKIPPED, None, "sidecar_unreadable", NOT_READABLE)
        self._library.found.left_alone.append(left)


def read_library(paths: Iterable[Path], how: Reading) -> Library:
    """Return the pictures of folders with what the sidecars beside them say.

    Pictures that were in the trash there are left alone.
    """
    everything = find_files(paths)
    sidecars = {".json", ".xmp"}
    library = Library(FoundFiles())
    library.found.left_alone = [
        result for result in everything.left_alone if result.path.suffix.lower() not in sidecars
    ]
    folders: dict[Path, _Folder] = {}
    for file in everything.files:
        folder = folders.get(file.path.parent)
        if folder is None:
            folder = folders[file.path.parent] = _Folder(file.path.parent, library, how)
        _take(file, folder.facts(file.path.name), library)
    library.unused = sum(folder.unused for folder in folders.values())
    return library


def _take(file: PictureFile, facts: Facts, library: Library) -> None:
    if facts.is_trashed:
        left = Result(file.path, Outcome.SKIPPED, None, "in_the_trash", IN_THE_TRASH)
        library.found.left_alone.append(left)
        return
    library.found.files.append(file)
    library.facts[file.path] = facts
