"""Read the chunks of a PNG without its decoder.

The decoder gets only the chunks it needs: no text that inflates to megabytes, no ten thousand comments, no
animation frames. Layout: PNG (third edition), section 5.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.color import ColorNames
from thumbworker.imaging.colorimetry import SRGB, ColorSpace, of_chromaticities, of_code_points
from thumbworker.imaging.errors import Refused

_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_MAX_CHUNKS = 100_000
"""A 50 MB file in chunks of 8 kB, as most encoders write, has about 6,000."""

_MAX_PROFILE_BYTES = 4_000_000
_COLOR_CHUNK_BYTES = {b"cICP": 4, b"sRGB": 1, b"cHRM": 32, b"gAMA": 4}
_PALETTE = 3
_UNIT = 100_000
"""Of cHRM and gAMA."""


@dataclass(frozen=True, slots=True)
class PngHeader:
    """The header and metadata; ``pieces`` are the parts of the file that a decoder needs."""

    width: int
    height: int
    bit_depth: int
    color_type: int
    interlaced: bool
    exif: bytes
    colors: ColorNames
    pieces: tuple[memoryview, ...]

    @property
    def deep(self) -> bool:
        """Return whether it is an RGB image of 16 bits, with or without transparency."""
        return self.bit_depth == 16 and self.color_type in {2, 6}


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
    color_chunks: dict[bytes, bytes] = {}
    kept_from, has_palette = 0, False
    at = 8
    for _ in range(_MAX_CHUNKS):
        kind = data[at + 4 : at + 8]
        if len(kind) < 4 or not kind.isalpha():
            break  # the end, or something else behind it
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        has_palette |= kind == b"PLTE"
        if kind not in _KEPT:
            pieces.append(view[kept_from:at])
            kept_from = min(end, len(data))
            body = view[at + 8 : end - 4]
            if kind == b"eXIf":
                exif = exif or bytes(body)
            elif kind == b"iCCP":
                icc_profile = _inflated_profile(bytes(body))
            elif _COLOR_CHUNK_BYTES.get(kind) == len(body):
                color_chunks.setdefault(kind, bytes(body))
        at = end
        if kind == b"IEND":
            break
    else:
        raise Refused(Reason.TOO_MANY_PARTS, f"more than {_MAX_CHUNKS} chunks")
    pieces.append(view[kept_from : min(at, len(data))])
    if data[25] == _PALETTE and not has_palette:
        raise Refused(Reason.DAMAGED, "a palette image without PLTE")
    return PngHeader(
        width=int.from_bytes(data[16:20], "big"),
        height=int.from_bytes(data[20:24], "big"),
        bit_depth=data[24],
        color_type=data[25],
        interlaced=data[28] != 0,
        exif=exif,
        colors=ColorNames(
            cicp=_coded(color_chunks.get(b"cICP", b"")),
            icc_profile=icc_profile,
            chunks=SRGB if b"sRGB" in color_chunks else _measured(color_chunks),
        ),
        pieces=tuple(pieces),
    )


def _coded(body: bytes) -> ColorSpace | None:
    """Return the color space of a cICP chunk; a PNG is RGB, so only the identity matrix (0) is valid."""
    if len(body) != 4 or body[2] != 0:
        return None
    return of_code_points(body[0], body[1], full_range=body[3] != 0)


def _measured(chunks: dict[bytes, bytes]) -> ColorSpace | None:
    """Return the color space of cHRM and gAMA together.

    Gamma alone is ignored, as by most viewers: old encoders wrote any.
    """
    if not {b"cHRM", b"gAMA"} <= chunks.keys():
        return None
    gamma = int.from_bytes(chunks[b"gAMA"], "big")
    values = [value / _UNIT for value in struct.unpack(">8I", chunks[b"cHRM"])]
    white, red, green, blue = zip(values[::2], values[1::2], strict=True)
    return of_chromaticities(white, red, green, blue, _UNIT / gamma) if gamma else None


def _inflated_profile(body: bytes) -> bytes:
    """Return the ICC profile of an iCCP chunk; empty if it is broken or too large."""
    _name, _, rest = body.partition(b"\x00")
    inflater = zlib.decompressobj()
    try:
        profile = inflater.decompress(rest[1:], _MAX_PROFILE_BYTES)
    except zlib.error:
        return b""
    return b"" if inflater.unconsumed_tail else profile
