"""The file that decoders read: pieces of the original, and a deadline."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer


class Deadline:
    """The end of the work on one original, in wall time and in CPU time.

    CPU time is the same on a busy machine; the function's own timeout is in wall time.
    """

    def __init__(self, wall_seconds: float, cpu_seconds: float) -> None:
        self._wall_end = time.monotonic() + wall_seconds
        self._cpu_end = time.process_time() + cpu_seconds

    def is_over(self) -> bool:
        """Return whether the time is over."""
        return time.monotonic() > self._wall_end or time.process_time() > self._cpu_end

    def check(self) -> None:
        """Check the time.

        Raises:
            Refused: the time is over (``TOOK_TOO_LONG``).
        """
        if self.is_over():
            raise Refused(Reason.TOOK_TOO_LONG, "the soft deadline is over")


class Pieces(io.RawIOBase):
    """Several buffers read as one file, without joining them.

    Checks the deadline at each read: there is no other place to interrupt Pillow's C loop.
    """

    def __init__(self, pieces: Sequence[bytes | memoryview], deadline: Deadline) -> None:
        self._pieces = [memoryview(piece) for piece in pieces if len(piece)]
        self._deadline = deadline
        self._starts: list[int] = []
        self._size = 0
        for piece in self._pieces:
            self._starts.append(self._size)
            self._size += len(piece)
        self._position = 0
        self._index = 0

    def readable(self) -> bool:
        """Return ``True``."""
        return True

    def seekable(self) -> bool:
        """Return ``True``."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position and return it."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, origin + offset)
        self._index = 0
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        """Copy the next bytes into ``buffer`` and return their number.

        Raises:
            Refused: the deadline is over.
        """
        self._deadline.check()
        room = memoryview(buffer).cast("B")
        while self._index < len(self._pieces):
            piece = self._pieces[self._index]
            start = self._position - self._starts[self._index]
            if start < len(piece):
                part = piece[start : start + len(room)]
                room[: len(part)] = part
                self._position += len(part)
                return len(part)
            self._index += 1
        return 0


def open_pieces(pieces: Sequence[bytes | memoryview], deadline: Deadline) -> io.BufferedReader:
    """Return the pieces as one file, buffered in blocks of 64 kB."""
    return io.BufferedReader(Pieces(pieces, deadline), buffer_size=1 << 16)
