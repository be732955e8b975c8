"""Find the pictures in files and folders, and tell why other files are left alone."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contactsheet.engine.interfaces import Outcome, PictureFile, Result

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PICTURE_EXTENSIONS = frozenset(
    ".jpg .jpeg .jpe .jfif .jif .jfi .pjpeg .pjpg .pjp .mpo .insp .jps .png .apng .webp .avif .avifs .gif"  # noqa: SIM905 - readable
    " .heic .heics .heif .heifs .hif .tif .tiff .bmp .dib .jp2 .j2k .jpf .jpx .j2c .jpc .jpg2"
    " .dng .cr2 .cr3 .nef .nrw .arw .sr2 .raf .orf .rw2 .rwl .pef .srw"
    " .3fr .dcr .erf .fff .gpr .iiq .kdc .mef .mos .raw .srf".split()
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
    # Not os.walk: in Python 3.11 it recurses, and fails at a thousand folders in each other.
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            paths = sorted(folder.iterdir())
        except OSError as problem:
            found.left_alone.append(unreadable_result(folder, problem))
            continue
        subfolders = []
        for path in paths:
            is_folder = os.path.isdir(path)  # noqa: PTH112 - see find_files
            if reason := _why_skipped(path, is_folder=is_folder):
                found.leave(path, reason)
            elif is_folder:
                subfolders.append(path)
            else:
                _add_file(path, found, Outcome.SKIPPED)
        waiting += reversed(subfolders)


def _why_skipped(path: Path, *, is_folder: bool) -> str:
    """Return the reason to skip what a folder holds, or an empty string."""
    if path.name[0] == ".":
        return "hidden"
    if not is_folder:
        return "" if path.suffix.lower() in PICTURE_EXTENSIONS else "not_a_picture"
    if path.name in SYSTEM_FOLDERS:
        return "system_folder"
    return "link_to_folder" if path.is_symlink() else ""


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
