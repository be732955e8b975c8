"""Read the canvas size of a WebP without its decoder. Layout: RFC 9649, section 2."""

from __future__ import annotations

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused


def canvas_size(data: bytes) -> tuple[int, int]:
    """Return width and height of the canvas in pixels.

    Raises:
        Refused: the first chunk is not that of an image.
    """
    kind = data[12:16]
    if kind == b"VP8X" and len(data) >= 30:
        return _little(data[24:27]) + 1, _little(data[27:30]) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a" and len(data) >= 30:
        return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF
    if kind == b"VP8L" and data[20:21] == b"\x2f" and len(data) >= 25:
        bits = _little(data[21:25])
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise Refused(Reason.DAMAGED, f"a WebP that begins with {kind!r}")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")
