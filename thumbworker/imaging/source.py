"""The file that decoders read from: pieces of the original, and a clock."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer


class Deadline:
    """The time after which the work on one original is given up, by the clock and by the processor.

    Both count: a neighbour that takes the processor away must not condemn a sound picture, and a
    function's own timeout goes by the clock.
    """

    def __init__(self, wall_seconds: float, cpu_seconds: float) -> None:
        self._wall_end = time.monotonic() + wall_seconds
        self._cpu_end = time.process_time() + cpu_seconds

    def check(self) -> None:
        """Refuse to go on once the time is over.

        Raises:
            Refused: with ``TOOK_TOO_LONG``.
        """
        if time.monotonic() > self._wall_end or time.process_time() > self._cpu_end:
            raise Refused(Reason.TOOK_TOO_LONG, "the soft deadline is over")


class Pieces(io.RawIOBase):
    """Several buffers read as one file, without copying them together.

    Decoders that pull their input in blocks meet the deadline here: inside of Pillow's C loop there
    is no other place to stop a picture that costs too much.
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
        """Say that this file can be read."""
        return True

    def seekable(self) -> bool:
        """Say that this file can be read out of order."""
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
        """Copy the next bytes into ``buffer`` and return how many there were.

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
    """Return the pieces as one buffered file in 64 kB blocks."""
    return io.BufferedReader(Pieces(pieces, deadline), buffer_size=1 << 16)
