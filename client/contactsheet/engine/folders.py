"""Which files a person means by naming files and folders."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contactsheet.engine.interfaces import Outcome, PictureFile, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURE_EXTENSIONS = frozenset(
    ".jpg .jpeg .jpe .mpo .png .webp .avif .gif .heic .heif .tif .tiff".split()  # noqa: SIM905 - one readable line
)
"""In folders only these are meant; a file that is named itself is always meant."""
FOLDERS_OF_SYSTEMS = frozenset({"@eaDir", "__MACOSX", "$RECYCLE.BIN"})
"""Thumbnails and rubbish that storage boxes and archives put beside the photos."""


@dataclass(slots=True)
class Found:
    """Files that are meant, those that cannot be read, and how many were left alone."""

    files: list[PictureFile] = field(default_factory=list)
    unreadable: list[Result] = field(default_factory=list)
    left_alone: int = 0

    @property
    def size_bytes(self) -> int:
        """Return the size of all files together."""
        return sum(file.size_bytes for file in self.files)


def find(named: Iterable[Path]) -> Found:
    """Find all pictures in folders and those below, in the order of their names; each file once.

    Hidden files and folders are left out. Links to files are followed, links to folders are not:
    they may lead in a circle.
    """
    found = Found()
    for path in dict.fromkeys(named):
        if path.is_dir():
            _look_into(path, found)
        else:
            _add(path, found)
    return found


def _look_into(top: Path, found: Found) -> None:
    def cannot_open(problem: OSError) -> None:
        found.unreadable.append(unreadable_result(Path(problem.filename), problem))

    for folder, below, names in os.walk(top, onerror=cannot_open):
        below[:] = sorted(name for name in below if name[0] != "." and name not in FOLDERS_OF_SYSTEMS)
        for name in sorted(names):
            if name[0] != "." and Path(name).suffix.lower() in PICTURE_EXTENSIONS:
                _add(Path(folder, name), found)
            else:
                found.left_alone += 1


def _add(path: Path, found: Found) -> None:
    try:
        found.files.append(PictureFile(path, path.stat().st_size))
    except OSError as problem:
        found.unreadable.append(unreadable_result(path, problem))


def unreadable_result(path: Path, problem: OSError) -> Result:
    """Return the end of a file that cannot be read."""
    sentence = f"This file cannot be read here: {(problem.strerror or 'unknown reason').lower()}."
    if isinstance(problem, FileNotFoundError):
        sentence = "There is no such file."
    return Result(path, Outcome.NOT_SENT, reason="unreadable", sentence=sentence)
