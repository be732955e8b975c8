"""The bytes of a file: hash them, then send exactly those."""

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
    """The file changed after it was hashed."""


class Stopped(Exception):
    """The user stopped the upload."""


def sha256_of(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 as hexadecimal digits and the number of bytes hashed.

    Raises:
        OSError: The file can't be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        return digest.hexdigest(), file.tell()


class Content:
    """A request body of exactly ``size_bytes``, in the shape that HTTP clients expect."""

    def __init__(
        self, file: BinaryIO, size_bytes: int, *, sent: Callable[[int], None], stopping: Event
    ) -> None:
        """Raise ``FileChanged`` if the file does not have ``size_bytes``."""
        self._file = file
        self._size_bytes = size_bytes
        self._sent = sent
        self._stopping = stopping
        self._read_bytes = 0
        if os.fstat(file.fileno()).st_size != size_bytes:
            raise FileChanged

    def __len__(self) -> int:
        """Return the length of the body in bytes."""
        return self._size_bytes

    def __iter__(self) -> Iterator[bytes]:
        """Yield the remaining bytes in blocks."""
        while block := self.read(BLOCK_BYTES):
            yield block

    def read(self, count: int = -1) -> bytes:
        """Return up to ``count`` bytes, or none at the end.

        Raises:
            FileChanged: The file ended early.
            Stopped: The user stopped the upload.
        """
        if self._stopping.is_set():
            raise Stopped
        left = self._size_bytes - self._read_bytes
        block = self._file.read(left if count < 0 else min(count, left))
        if left and not block and count:
            raise FileChanged
        self._read_bytes += len(block)
        self._sent(len(block))
        return block

    def rewind(self) -> None:
        """Go back to the first byte for another attempt.

        Raises:
            Stopped: The user stopped the upload.
        """
        if self._stopping.is_set():
            raise Stopped
        self._file.seek(0)
        self._sent(-self._read_bytes)
        self._read_bytes = 0
