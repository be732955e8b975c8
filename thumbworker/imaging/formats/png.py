"""Read the chunks of a PNG without its decoder.

The decoder gets only the chunks it needs: no text that inflates to megabytes, no ten thousand comments, no
animation frames. Layout: PNG (third edition), section 5.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_MAX_CHUNKS = 100_000
"""A 50 MB file in chunks of 8 kB, as most encoders write, has about 6,000."""

_MAX_PROFILE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class PngHeader:
    """The header and metadata; ``pieces`` are the parts of the file that a decoder needs."""

    width: int
    height: int
    bit_depth: int
    color_type: int
    interlaced: bool
    exif: bytes
    icc_profile: bytes
    pieces: tuple[memoryview, ...]


def read_chunks(data: bytes) -> PngHeader:
    """Read all chunks once.

    Raises:
        Refused: there is no header, or more chunks than any encoder writes.
    """
    if len(data) < 33 or data[12:16] != b"IHDR":
        raise Refused(Reason.DAMAGED, "a PNG without IHDR")
    view = memoryview(data)
    pieces: list[memoryview] = []
    exif = icc_profile = b""
    kept_from = 0
    at = 8
    for _ in range(_MAX_CHUNKS):
        if at + 8 > len(data):
            break
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if kind not in _KEPT:
            pieces.append(view[kept_from:at])
            kept_from = min(end, len(data))
            body = view[at + 8 : end - 4]
            if kind == b"eXIf":
                exif = exif or bytes(body)
            elif kind == b"iCCP":
                icc_profile = _inflated_profile(bytes(body))
        at = end
        if kind == b"IEND":
            break
    else:
        raise Refused(Reason.TOO_MANY_PARTS, f"more than {_MAX_CHUNKS} chunks")
    pieces.append(view[kept_from : min(at, len(data))])
    return PngHeader(
        width=int.from_bytes(data[16:20], "big"),
        height=int.from_bytes(data[20:24], "big"),
        bit_depth=data[24],
        color_type=data[25],
        interlaced=data[28] != 0,
        exif=exif,
        icc_profile=icc_profile,
        pieces=tuple(pieces),
    )


def _inflated_profile(body: bytes) -> bytes:
    """Return the ICC profile of an iCCP chunk; empty if it is broken or too large."""
    _name, _, rest = body.partition(b"\x00")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return b""
    return b"" if inflater.unconsumed_tail else profile
