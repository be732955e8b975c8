"""Learn whether the coded data of a WebP is whole.

VP8 and VP8L (RFC 9649, RFC 6386) have no checksum, and flat parts are long runs of zeros in sound files too.
But a sound file needs its data to the end, and a decoder that has lost its way does not: data is left over.
So the image is decoded without its last bytes, which must fail.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import damage
from thumbworker.imaging.filler import fillers
from thumbworker.imaging.frames import PluginFrame, UncopiedWebP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from thumbworker.imaging.frames import Box

_MAX_CHUNKS = 10_000
_KINDS = {b"VP8 ", b"VP8L"}
_FRAME_HEADER_BYTES = 16
_SLACK_BYTES = 32
"""Encoders leave a byte or two."""

_SHARES = (0.05, 0.02, 0.01)
_LEAST = 0.001


class WebpFrame(PluginFrame):
    """A WebP frame that knows how much of its data is missing."""

    def __init__(self, data: bytes, image: UncopiedWebP) -> None:
        super().__init__(image)
        self._data = data

    def load(self, target: tuple[int, int]) -> Box:
        """Look whether data would be left over, then decode."""
        del self.image  # two decoders would not fit into memory together
        self.missing = missing_share(self._data)
        self.image = UncopiedWebP(io.BytesIO(self._data))
        return super().load(target)


def missing_share(data: bytes) -> float:
    """Return the share of the first frame's data that is missing: what is left over, if no more is known.

    Raises:
        Refused: it is more than a twentieth.
    """
    kind, start, end = _first_frame(data)
    if kind not in _KINDS or end - start <= 2 * _SLACK_BYTES:
        return 0.0
    if _needs(kind, data[start : end - _SLACK_BYTES]):
        return 0.0
    hole = next(fillers(data, start, end), None)
    if hole is not None:
        lost = 1 - (hole[0] - start) / (end - start)
        return damage.require_most(lost, Reason.DAMAGED, "a stretch of the data is filled")
    for share in _SHARES:
        if not _needs(kind, data[start : end - int(share * (end - start))]):
            return damage.require_most(share + _LEAST, Reason.DAMAGED, "data is left over")
    return _LEAST


def _needs(kind: bytes, body: bytes) -> bool:
    """Return whether a frame with this data cannot be decoded: it needs more."""
    chunk = kind + len(body).to_bytes(4, "little") + body + bytes(len(body) & 1)
    file = b"RIFF" + (len(chunk) + 4).to_bytes(4, "little") + b"WEBP" + chunk
    try:
        UncopiedWebP(io.BytesIO(file)).load()
    except damage.DECODER_ERRORS:
        return True
    return False


def _first_frame(data: bytes) -> tuple[bytes, int, int]:
    """Return kind, start and end of the first image chunk."""
    for kind, start, end in _chunks(data, 12, len(data)):
        if kind in _KINDS:
            return kind, start, end
        if kind == b"ANMF":
            inner = _chunks(data, start + _FRAME_HEADER_BYTES, end)
            return next((found for found in inner if found[0] in _KINDS), (b"", 0, 0))
    return b"", 0, 0


def _chunks(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    for _ in range(_MAX_CHUNKS):
        if at + 8 > end:
            return
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], at + 8, min(end, at + 8 + size)
        at += 8 + size + (size & 1)
