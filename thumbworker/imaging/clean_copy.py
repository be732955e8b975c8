"""Copy an image file without what it says beside its pixels, and without decoding it.

What a picture needs is copied, all else is left out: places, serial numbers, names, makers' notes, previews,
what lies behind the picture, and whatever is not known here. Color profiles stay, without their texts, and
the orientation, in EXIF of 26 bytes. The pixels are the same bytes. A file that isn't built as its format
says has no copy: what can't be read can't be left out.

Formats: T.81 (annex B), PNG (third edition), the WebP container, GIF89a, and ``isobmff_copy``.
"""

from __future__ import annotations

import re
import struct
import zlib
from operator import itemgetter
from typing import TYPE_CHECKING, NoReturn

from thumbworker.contract.formats import ENOUGH_BYTES, Format, recognize
from thumbworker.imaging import exif
from thumbworker.imaging.formats.isobmff_copy import clean_isobmff
from thumbworker.imaging.formats.profile_copy import NotClean, clean_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EXIF = b"Exif\x00\x00"
_JFIF, _ADOBE, _ICC = b"JFIF\x00", b"Adobe", b"ICC_PROFILE\x00"
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_JPEG_KEPT = frozenset({*range(0xC0, 0xD0), _START_OF_SCAN, 0xDB, 0xDC, 0xDD}) - {0xC8}
_JPEG_SIZES = {0xDC: 6, 0xDD: 6}
_ICC_HEAD, _ICC_BYTES = 18, 65_519
_AFTER_CODED_DATA = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)

_MOST_BYTES = 1 << 31
_PNG_KEPT = {
    **dict.fromkeys((b"IDAT", b"fdAT"), _MOST_BYTES),
    b"IHDR": 13,
    b"PLTE": 768,
    b"IEND": 0,
    b"tRNS": 256,
    b"cHRM": 32,
    b"gAMA": 4,
    b"sBIT": 4,
    b"sRGB": 1,
    b"cICP": 4,
    b"mDCV": 24,
    b"mDCv": 24,
    b"cLLI": 8,
    b"cLLi": 8,
    b"bKGD": 6,
    b"hIST": 512,
    b"pHYs": 9,
    b"acTL": 8,
    b"fcTL": 26,
}
"""The bytes that the content of each has at most."""
_MOST_PROFILE_BYTES = 1 << 24
_WEBP_KEPT = frozenset({b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L"})
_FRAME_KEPT = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_FRAME_HEADER = 16
_EXTENDED_BYTES = 10
_HAS_EXIF, _HAS_XMP = 0x08, 0x04
_GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_CONTROL_BYTES = 8
_MOST_PARTS = 200_000
"""No picture has as many parts. Lists of more would need more memory than the worker has."""


def clean_copy(data: bytes) -> bytes | None:
    """Return the file without its metadata; ``None`` if its format has no such copy, or it is damaged."""
    copy = _COPIES.get(recognize(data[:ENOUGH_BYTES]))
    try:
        return copy(data) if copy else None
    except (NotClean, IndexError):
        # The latter: it ends where a value should be, such as in an empty box.
        return None


def _oriented(orientation: int) -> bytes:
    """Return an EXIF block that holds an orientation alone; empty for the usual one."""
    if orientation == 1:
        return b""
    return struct.pack("<2sHLHHHLHHL", b"II", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _damaged() -> NoReturn:
    raise NotClean


# ---- JPEG ----------------------------------------------------------------------------------------


def _clean_jpeg(data: bytes) -> bytes:
    kept: list[bytes | memoryview] = []
    oriented: bytes | None = None
    profile: list[tuple[bytes, memoryview]] = []
    for marker, segment in _jpeg_segments(data):
        if marker == _APP1 and oriented is None and segment[4:10] == _EXIF:
            oriented = _oriented(exif.read_tags(bytes(segment[4:])).orientation)
        elif marker == _APP0 and segment[4:9] == _JFIF and len(segment) >= 18:
            # Without its thumbnail.
            kept.append(b"\xff\xe0\x00\x10" + bytes(segment[4:16]) + b"\x00\x00")
        elif marker == _APP2 and segment[4:16] == _ICC:
            profile.append((bytes(segment[16:17]), segment[_ICC_HEAD:]))
        elif marker == _APP14 and segment[4:9] == _ADOBE and len(segment) >= 16:
            kept.append(b"\xff\xee\x00\x0e" + bytes(segment[4:16]))
        elif marker in _JPEG_KEPT:
            if len(segment) != _JPEG_SIZES.get(marker, len(segment)):
                _damaged()
            kept.append(segment)
    head = b"\xff\xd8"
    if oriented:
        head += struct.pack(">HH", 0xFFE1, 2 + len(_EXIF + oriented)) + _EXIF + oriented
    if profile:
        head += _jpeg_profile(b"".join(part for _, part in sorted(profile, key=itemgetter(0))))
    return b"".join([head, *kept, b"\xff\xd9"])


def _jpeg_profile(profile: bytes) -> bytes:
    """Return the segments that hold a profile."""
    clean = clean_profile(profile)
    parts = [clean[at : at + _ICC_BYTES] for at in range(0, len(clean), _ICC_BYTES)]
    if len(parts) > 255:
        _damaged()
    heads = [
        struct.pack(">HH12sBB", 0xFFE2, 16 + len(part), _ICC, number, len(parts))
        for number, part in enumerate(parts, start=1)
    ]
    return b"".join(head + part for head, part in zip(heads, parts, strict=True))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Yield each segment of the first image with its marker; that of a scan with its coded data."""
    view, at = memoryview(data), 2
    for _ in range(_MOST_PARTS):
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 2 > len(data):
            _damaged()
        marker = data[at + 1]
        if marker == _END_OF_IMAGE:
            return
        if marker < 0x02 or 0xD0 <= marker <= 0xD8:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            _damaged()
        if marker == _START_OF_SCAN:
            after = _AFTER_CODED_DATA.search(data, end)
            if after is None:
                _damaged()
            end = after.start()
        yield marker, view[at:end]
        at = end
    _damaged()


# ---- PNG ----------------------------------------------------------------------------------------


def _clean_png(data: bytes) -> bytes:
    view, at = memoryview(data), 8
    kept: list[bytes | memoryview] = [data[:8]]
    kind = b""
    while kind != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if len(kind) < 4 or end > len(data) or len(kept) > _MOST_PARTS:
            _damaged()
        if kind in _PNG_KEPT:
            if end - at - 12 > _PNG_KEPT[kind]:
                _damaged()
            kept.append(view[at:end])
        elif kind == b"iCCP":
            kept.append(_png_chunk(kind, _png_profile(data[at + 8 : end - 4])))
        elif kind == b"eXIf":
            body = _oriented(exif.read_tags(data[at + 8 : end - 4]).orientation)
            if body:
                kept.append(_png_chunk(kind, body))
        elif kind[:1].isupper():
            # The picture can't be read without it.
            _damaged()
        at = end
    return b"".join(kept)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L4s", len(body), kind) + body + struct.pack(">L", zlib.crc32(kind + body))


def _png_profile(body: bytes) -> bytes:
    """Return the content of a profile's chunk, without the name that it has."""
    _, _, packed = body.partition(b"\x00")
    try:
        profile = zlib.decompressobj().decompress(packed[1:], _MOST_PROFILE_BYTES)
    except zlib.error:
        _damaged()
    return b"ICC\x00\x00" + zlib.compress(clean_profile(profile), 9)


# ---- WebP ----------------------------------------------------------------------------------------


def _clean_webp(data: bytes) -> bytes:
    kept: list[bytes] = []
    kinds: set[bytes] = set()
    oriented = b""
    end = min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for kind, body in _webp_chunks(memoryview(data)[12:end]):
        if kind == b"EXIF":
            oriented = oriented or _oriented(exif.read_tags(bytes(body)).orientation)
        elif kind in kinds or (kind == b"VP8X" and len(body) != _EXTENDED_BYTES):
            _damaged()
        elif kind == b"ANMF":
            frame = [_webp_chunk(k, b) for k, b in _webp_chunks(body[_FRAME_HEADER:]) if k in _FRAME_KEPT]
            kept.append(_webp_chunk(kind, b"".join([body[:_FRAME_HEADER], *frame])))
        elif kind in _WEBP_KEPT:
            kinds.add(kind)
            kept.append(_webp_chunk(kind, clean_profile(bytes(body)) if kind == b"ICCP" else body))
    if not kept:
        _damaged()
    if kept[0].startswith(b"VP8X"):
        head = bytearray(kept[0])
        head[8] = head[8] & ~(_HAS_EXIF | _HAS_XMP) | (_HAS_EXIF if oriented else 0)
        kept[0] = bytes(head)
        if oriented:
            kept.append(_webp_chunk(b"EXIF", oriented))
    content = b"WEBP" + b"".join(kept)
    return struct.pack("<4sL", b"RIFF", len(content)) + content


def _webp_chunks(view: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    for _ in range(_MOST_PARTS):
        if at + 8 > len(view):
            return
        size = int.from_bytes(view[at + 4 : at + 8], "little")
        if at + 8 + size > len(view):
            _damaged()
        yield bytes(view[at : at + 4]), view[at + 8 : at + 8 + size]
        at += 8 + size + (size & 1)
    _damaged()


def _webp_chunk(kind: bytes, body: bytes | memoryview) -> bytes:
    return b"".join([struct.pack("<4sL", kind, len(body)), body, bytes(len(body) & 1)])


# ---- GIF ----------------------------------------------------------------------------------------


def _clean_gif(data: bytes) -> bytes:
    view = memoryview(data)
    at = 13 + _gif_colors(data, 10)
    kept: list[bytes | memoryview] = [view[:at]]
    while data[at : at + 1] != b"\x3b":
        if len(kept) > _MOST_PARTS:
            _damaged()
        kind, start = data[at : at + 2], at
        if kind[:1] == b"\x2c":
            at = _gif_blocks_end(data, at + 11 + _gif_colors(data, at + 9))
            kept.append(view[start:at])
        elif kind[:1] == b"\x21":
            at = _gif_blocks_end(data, at + 2)
            if kind == b"\x21\xf9":
                if at - start != _CONTROL_BYTES:
                    _damaged()
                kept.append(view[start:at])
            elif kind == b"\x21\xff" and data[start + 3 : start + 14] in _GIF_LOOPS:
                loops = data[start + 14 : start + 18]
                if loops[:2] == b"\x03\x01":
                    kept.append(data[start : start + 14] + loops + b"\x00")
        else:
            _damaged()
    return b"".join([*kept, b"\x3b"])


def _gif_colors(data: bytes, at: int) -> int:
    """Return the bytes of the color table that the flags at a position tell of."""
    flags = data[at] if at < len(data) else _damaged()
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_blocks_end(data: bytes, at: int) -> int:
    """Return where the sub-blocks end that begin at a position."""
    while at < len(data):
        if not data[at]:
            return at + 1
        at += 1 + data[at]
    _damaged()


_COPIES: dict[object, Callable[[bytes], bytes]] = {
    Format.JPEG: _clean_jpeg,
    Format.PNG: _clean_png,
    Format.WEBP: _clean_webp,
    Format.GIF: _clean_gif,
    Format.AVIF: clean_isobmff,
    Format.HEIF: clean_isobmff,
}
