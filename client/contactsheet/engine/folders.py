"""Find the pictures in files and folders."""

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
"""Only these are picked up from folders; a file named on the command line is always tried."""
SYSTEM_FOLDERS = frozenset({"@eaDir", "__MACOSX", "$RECYCLE.BIN"})
"""Folders that NAS devices, macOS archives, and Windows create next to photos."""


@dataclass(slots=True)
class FoundFiles:
    """Files to upload, files that can't be read, and the number of files skipped."""

    files: list[PictureFile] = field(default_factory=list)
    unreadable: list[Result] = field(default_factory=list)
    skipped: int = 0

    @property
    def size_bytes(self) -> int:
        """Return the total size of the files to upload."""
        return sum(file.size_bytes for file in self.files)


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return each picture in files and folders once, sorted by name within a folder.

    Hidden files and folders are skipped. Links to files are followed, links to folders are not:
    they may form a loop.
    """
    found = FoundFiles()
    for path in dict.fromkeys(paths):
        if path.is_dir():
            _add_folder(path, found)
        else:
            _add_file(path, found)
    return found


def _add_folder(top: Path, found: FoundFiles) -> None:
    def on_error(problem: OSError) -> None:
        found.unreadable.append(unreadable_result(Path(problem.filename), problem))

    for folder, subfolders, names in os.walk(top, onerror=on_error):
        subfolders[:] = sorted(name for name in subfolders if name[0] != "." and name not in SYSTEM_FOLDERS)
        for name in sorted(names):
            if name[0] != "." and Path(name).suffix.lower() in PICTURE_EXTENSIONS:
                _add_file(Path(folder, name), found)
            else:
                found.skipped += 1


def _add_file(path: Path, found: FoundFiles) -> None:
    try:
        found.files.append(PictureFile(path, path.stat().st_size))
    except OSError as problem:
        found.unreadable.append(unreadable_result(path, problem))


def unreadable_result(path: Path, problem: OSError) -> Result:
    """Return the result of a file that can't be read."""
    sentence = f"We couldn't read this file: {(problem.strerror or 'unknown reason').lower()}."
    if isinstance(problem, FileNotFoundError):
        sentence = "This file doesn't exist."
    return Result(path, Outcome.NOT_SENT, reason="unreadable", sentence=sentence)
