"""A file's bytes on their way: hashed before, counted while read, never other than promised."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from threading import Event

BLOCK_BYTES = 256 * 1024


class FileChanged(Exception):
    """The file is not what it was when it was hashed."""


class Stopped(Exception):
    """The person asked to stop."""


def sha256_of(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 in hexadecimal digits and the number of bytes hashed.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


class Content:
    """What is sent: exactly ``size_bytes``, or ``FileChanged``. Has the shape that HTTP clients expect."""

    def __init__(
        self, file: BinaryIO, size_bytes: int, *, sent: Callable[[int], None], stopping: Event
    ) -> None:
        self._file = file
        self._size_bytes = size_bytes
        self._sent = sent
        self._stopping = stopping
        self._given_bytes = 0
        if os.fstat(file.fileno()).st_size != size_bytes:
            raise FileChanged

    def __len__(self) -> int:
        """Return the number of bytes promised."""
        return self._size_bytes

    def __iter__(self) -> Iterator[bytes]:
        """Give the rest in blocks."""
        while block := self.read(BLOCK_BYTES):
            yield block

    def read(self, count: int = -1) -> bytes:
        """Return the next bytes, none at the end.

        Raises:
            FileChanged: the file ended too early.
            Stopped: the person asked to stop.
        """
        if self._stopping.is_set():
            raise Stopped
        left = self._size_bytes - self._given_bytes
        block = self._file.read(left if count < 0 else min(count, left))
        if left and not block and count:
            raise FileChanged
        self._given_bytes += len(block)
        self._sent(len(block))
        return block

    def rewind(self) -> None:
        """Begin again, for another try.

        Raises:
            Stopped: the person asked to stop.
        """
        if self._stopping.is_set():
            raise Stopped
        self._file.seek(0)
        self._sent(-self._given_bytes)
        self._given_bytes = 0
