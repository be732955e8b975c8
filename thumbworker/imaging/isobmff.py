"""The few facts of an ISO base media file that decoding costs depend on."""

from __future__ import annotations

from typing import NamedTuple

_HEADER_BYTES = 1 << 16


class Av1Depth(NamedTuple):
    """How an AV1 picture stores its samples."""

    bytes_per_sample: int
    chroma_share: float
    """Samples of both chroma planes together for one of luminance."""


def av1_depths(data: bytes) -> Av1Depth:
    """Return the costliest coding that the file's configurations (``av1C``) name.

    AV1 in ISOBMFF, 2.3.3: the third byte has high_bitdepth, twelve_bit, monochrome and subsampling.
    """
    header = data[:_HEADER_BYTES]
    found = [Av1Depth(1, 0.0)]
    at = header.find(b"av1C")
    while 0 <= at < len(header) - 7:
        flags = header[at + 6]
        monochrome, horizontal, vertical = flags & 0x10, flags & 0x08, flags & 0x04
        chroma = 0.0 if monochrome else 2 / ((2 if horizontal else 1) * (2 if vertical else 1))
        found.append(Av1Depth(2 if flags & 0x40 else 1, chroma))
        at = header.find(b"av1C", at + 4)
    if len(found) == 1:
        return Av1Depth(2, 2.0)  # not found where it is expected: reckon with the worst
    return Av1Depth(max(f.bytes_per_sample for f in found), max(f.chroma_share for f in found))
