"""JPEG 2000 files: boxes (ISO/IEC 15444-1, annex I) around a codestream of OpenJPEG."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.thumbworker.imaging.pictures import saved
from tests.thumbworker.imaging.raw_files import box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import Image

SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"


def codestream(image: Image.Image, **options: object) -> bytes:
    """Return a bare codestream."""
    return saved(image, "JPEG2000", no_jp2=True, **options)


def enumerated(number: int) -> bytes:
    return box(b"colr", b"\x01\x00\x00" + struct.pack(">L", number))


def profile(icc_profile: bytes, method: int = 2) -> bytes:
    return box(b"colr", bytes((method, 0, 0)) + icc_profile)


def code_points(primaries: int, transfer: int, matrix: int = 0) -> bytes:
    return box(b"colr", b"\x05\x00\x00" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80))


def channels(*definitions: tuple[int, int, int]) -> bytes:
    body = b"".join(struct.pack(">HHH", *definition) for definition in definitions)
    return box(b"cdef", struct.pack(">H", len(definitions)) + body)


def palette(colors: Sequence[tuple[int, ...]], order: Sequence[int] = (0, 1, 2)) -> bytes:
    columns = len(colors[0])
    header = struct.pack(">HB", len(colors), columns) + b"\x07" * columns
    mapping = b"".join(struct.pack(">HBB", 0, 1, column) for column in order)
    return box(b"pclr", header + b"".join(map(bytes, colors))) + box(b"cmap", mapping)


def jp2(stream: bytes, *header: bytes, brand: bytes = b"jp2 ", before: bytes = b"") -> bytes:
    """Return a file of a codestream and the boxes of its header, which follow ``ihdr``."""
    height, width = struct.unpack(">LL", stream[12:16] + stream[8:12])
    count, bits = struct.unpack(">HB", stream[40:43])
    ihdr = box(b"ihdr", struct.pack(">LLHBBBB", height, width, count, bits, 7, 0, 0))
    kinds = box(b"ftyp", brand + bytes(4) + brand)
    return SIGNATURE + kinds + box(b"jp2h", ihdr + b"".join(header)) + before + box(b"jp2c", stream)


def changed(stream: bytes, at: int, value: bytes) -> bytes:
    return stream[:at] + value + stream[at + len(value) :]


def with_grid(stream: bytes, size: tuple[int, int], tile: tuple[int, int]) -> bytes:
    """Return the codestream with other sizes of image and tiles in its header."""
    grid = struct.pack(">LLLLLL", *size, 0, 0, *tile)
    return changed(stream, 8, grid)


def with_coding(
    stream: bytes, *, layers: int = 1, levels: int = 5, block: int = 4, precincts: bytes = b""
) -> bytes:
    """Return the codestream with another ``COD``: exponents of blocks less 2, and of precincts."""
    at = stream.index(b"\xff\x52")
    end = at + 2 + struct.unpack_from(">H", stream, at + 2)[0]
    body = struct.pack(">BBHBBBBBB", bool(precincts), 0, layers, 0, levels, block, block, 0, 1) + precincts
    return stream[:at] + b"\xff\x52" + struct.pack(">H", len(body) + 2) + body + stream[end:]


def with_bits(stream: bytes, bits: int) -> bytes:
    """Return the codestream as if its components had fewer bits: their values are clipped by the decoder."""
    count = struct.unpack(">H", stream[40:42])[0]
    for component in range(count):
        stream = changed(stream, 42 + 3 * component, bytes((bits - 1,)))
    return stream
