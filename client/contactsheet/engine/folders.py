"""Find the pictures in files and folders, and tell why other files are left alone."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from contactsheet.engine.interfaces import Outcome, PictureFile, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

PICTURE_EXTENSIONS = frozenset(
    ".jpg .jpeg .jpe .jfif .jif .jfi .pjpeg .pjpg .pjp .mpo .png .apng .webp .avif .avifs .gif"  # noqa: SIM905 - readable
    " .heic .heics .heif .heifs .hif .tif .tiff".split()
)
"""Only these are picked up from folders; a file named on the command line is always tried."""
SYSTEM_FOLDERS = frozenset({"@eaDir", "__MACOSX", "$RECYCLE.BIN"})
"""Folders that NAS devices, macOS archives, and Windows create next to photos."""

SENTENCES = {
    "hidden": "Hidden files and folders are skipped.",
    "system_folder": "This folder holds the system's own files.",
    "link_to_folder": "Links to folders aren't followed. Name the folder itself.",
    "not_a_picture": "The file's name doesn't end like a picture's. Name the file itself to try it.",
    "not_a_file": "This is a pipe, a socket or a device, not a file.",
    "link_loop": "This link leads back to itself.",
    "broken_link": "This link leads to nothing.",
}


@dataclass(slots=True)
class FoundFiles:
    """Files to upload, and the results of those that are not: skipped, or impossible to read."""

    files: list[PictureFile] = field(default_factory=list)
    left_alone: list[Result] = field(default_factory=list)

    @property
    def size_bytes(self) -> int:
        """Return the total size of the files to upload."""
        return sum(file.size_bytes for file in self.files)

    def leave(self, path: Path, reason: str, outcome: Outcome = Outcome.SKIPPED) -> None:
        """Leave a file alone."""
        self.left_alone.append(Result(path, outcome, None, reason, SENTENCES[reason]))


def find_files(paths: Iterable[Path]) -> FoundFiles:
    """Return each picture in files and folders once, sorted by name within a folder.

    Hidden files and folders are skipped. Links to files are followed, links to folders are not:
    they may form a loop. Only regular files are taken: opening a pipe would wait forever.
    """
    found = FoundFiles()
    for path in dict.fromkeys(paths):
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises an error where the parent can't be read
            _add_folder(path, found)
        else:
            _add_file(path, found, Outcome.NOT_SENT)
    return found


def _add_folder(top: Path, found: FoundFiles) -> None:
    def on_error(problem: OSError) -> None:
        found.left_alone.append(unreadable_result(Path(problem.filename), problem))

    for folder, subfolders, names in os.walk(top, onerror=on_error):
        entered = []
        for name in sorted(subfolders):
            if reason := _why_not_entered(Path(folder, name)):
                found.leave(Path(folder, name), reason)
            else:
                entered.append(name)
        subfolders[:] = entered
        for path in (Path(folder, name) for name in sorted(names)):
            if path.name[0] == ".":
                found.leave(path, "hidden")
            elif path.suffix.lower() not in PICTURE_EXTENSIONS:
                found.leave(path, "not_a_picture")
            else:
                _add_file(path, found, Outcome.SKIPPED)


def _why_not_entered(folder: Path) -> str:
    """Return the reason, or an empty string if the folder is entered."""
    if folder.name[0] == ".":
        return "hidden"
    if folder.name in SYSTEM_FOLDERS:
        return "system_folder"
    return "link_to_folder" if folder.is_symlink() else ""


def _add_file(path: Path, found: FoundFiles, if_not_a_file: Outcome) -> None:
    try:
        status = path.stat()
    except OSError as problem:
        found.left_alone.append(unreadable_result(path, problem))
        return
    if stat.S_ISREG(status.st_mode):
        found.files.append(PictureFile(path, status.st_size))
    else:
        found.leave(path, "not_a_file", if_not_a_file)


def unreadable_result(path: Path, problem: OSError) -> Result:
    """Return the result of a file or folder that can't be read."""
    reason, sentence = (
        "unreadable",
        f"We couldn't read this: {(problem.strerror or 'unknown reason').lower()}.",
    )
    if problem.errno == errno.ELOOP:
        reason, sentence = "link_loop", SENTENCES["link_loop"]
    elif isinstance(problem, FileNotFoundError) and path.is_symlink():
        reason, sentence = "broken_link", SENTENCES["broken_link"]
    elif isinstance(problem, FileNotFoundError):
        sentence = "This file doesn't exist."
    return Result(path, Outcome.NOT_SENT, None, reason, sentence)
