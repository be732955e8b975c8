"""Find what a file says about itself besides EXIF: XMP, IPTC, PNG text, dates of the container.

Where: XMP part 3 (Adobe, 2020) for each format; PNG (third edition), 11.3; ISO/IEC 23008-12, annex A. Every
walk is bounded, and what cannot be read is left out: the pixels of the file are fine by then.
"""

from __future__ import annotations

import binascii
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from thumbworker.contract.formats import CAMERA_RAWS, Format
from thumbworker.imaging import exif
from thumbworker.imaging.formats import isobmff, jpeg2000
from thumbworker.imaging.text import decoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAX_BYTES = 1 << 20
_MAX_SEGMENTS = 2000
_MAX_CHUNKS = 100_000
_MAX_TEXTS = 32

_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_PHOTOSHOP = b"Photoshop 3.0\x00"
_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_PNG_XMP = "XML:com.adobe.xmp"
_RAW_PROFILE = "Raw profile type "
_PNG_TEXTS = {"Title", "Author", "Description", "Copyright", "Creation Time"}
_QUICKTIME_EPOCH = datetime(1904, 1, 1)  # noqa: DTZ001 - in UTC, as the text then says


@dataclass(slots=True)
class Packets:
    """The found packets as stored, and texts by their PNG keyword.

    ``resources`` are Photoshop's, ``records`` IPTC-IIM alone. ``created`` is the container's time of
    creation and ``changed`` that of the last change, as text in UTC.
    """

    exif: bytes = b""
    xmp: bytes = b""
    resources: bytes = b""
    records: bytes = b""
    texts: dict[str, str] = field(default_factory=dict)
    created: str = ""
    changed: str = ""


def packets_of(data: bytes, file_format: Format) -> Packets:
    """Return what the file contains; nothing for formats without such packets."""
    find = _FINDERS.get(file_format)
    return find(data) if find else Packets()


def _in_jpeg(data: bytes) -> Packets:
    found = Packets()
    resources: list[bytes] = []
    for marker, start, end in _segments(data):
        if marker == 0xE1 and not found.xmp and data.startswith(_JPEG_XMP, start):
            found.xmp = data[start + len(_JPEG_XMP) : end]
        elif marker == 0xED and data.startswith(_JPEG_PHOTOSHOP, start):
            resources.append(data[start + len(_JPEG_PHOTOSHOP) : end])  # one block may span several segments
    found.resources = b"".join(resources)[:_MAX_BYTES]
    return found


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield marker, content start and content end of each segment before the first scan (T.81, annex B)."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        at = data.find(b"\xff", at)
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 4 > len(data) or data[at + 1] in {0xDA, 0xD9}:
            return
        if data[at + 1] in {0, 1} or 0xD0 <= data[at + 1] <= 0xD8:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield data[at + 1], at + 4, end
        at = max(end, at + 4)


def _in_png(data: bytes) -> Packets:
    found = Packets()
    at, texts = 8, 0
    for _ in range(_MAX_CHUNKS):
        if at + 12 > len(data):
            break
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        if kind in {b"tEXt", b"zTXt", b"iTXt"} and texts < _MAX_TEXTS:
            texts += 1
            _keep_text(found, kind, data[at + 8 : at + 8 + min(size, _MAX_BYTES)])
        elif kind == b"tIME" and size == 7:
            year, rest = int.from_bytes(data[at + 8 : at + 10], "big"), data[at + 10 : at + 15]
            found.changed = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(year, *rest)
        at += 12 + size
    return found


def _keep_text(found: Packets, kind: bytes, body: bytes) -> None:
    name, _, rest = body.partition(b"\x00")
    keyword = name[:79].decode("latin-1")
    if keyword == _PNG_XMP or keyword in _PNG_TEXTS or keyword.startswith(_RAW_PROFILE):
        content = _content(kind, rest)
        if keyword == _PNG_XMP:
            found.xmp = found.xmp or content
        elif keyword.startswith(_RAW_PROFILE):
            _keep_profile(found, keyword.removeprefix(_RAW_PROFILE), content)
        else:
            found.texts.setdefault(keyword, decoded(content[:4096]))


def _content(kind: bytes, rest: bytes) -> bytes:
    """Return the text of a chunk after its keyword: plain, deflated, or after a language."""
    if kind == b"tEXt":
        return rest
    deflated = kind == b"zTXt"
    if kind == b"iTXt":
        deflated, rest = rest[:1] == b"\x01", rest[2:].split(b"\x00", 2)[-1]
    else:
        rest = rest[1:]
    if not deflated:
        return rest
    try:
        return zlib.decompressobj().decompress(rest, _MAX_BYTES)
    except zlib.error:
        return b""


def _keep_profile(found: Packets, name: str, content: bytes) -> None:
    """Keep a profile as ImageMagick writes it: its name and size in lines of their own, then hexadecimal."""
    lines = content.strip().split(b"\n", 2)
    try:
        profile = binascii.unhexlify(b"".join(lines[2].split())) if len(lines) == 3 else b""
    except binascii.Error:
        return
    if name in {"exif", "APP1"} and profile.startswith(b"Exif\x00\x00"):
        found.exif = found.exif or profile
    elif name in {"xmp", "APP1"}:
        found.xmp = found.xmp or profile.removeprefix(_JPEG_XMP)
    elif name in {"iptc", "8bim"}:
        if profile.startswith(b"8BIM"):
            found.resources = found.resources or profile
        else:
            found.records = found.records or profile


def _in_webp(data: bytes) -> Packets:
    at = 12
    for _ in range(_MAX_SEGMENTS):
        if at + 8 > len(data):
            break
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"XMP ":
            return Packets(xmp=data[at + 8 : at + 8 + min(size, _MAX_BYTES)])
        at += 8 + size + (size & 1)
    return Packets()


def _in_tiff(data: bytes) -> Packets:
    return Packets(
        xmp=exif.read_bytes(data, _TIFF_XMP, _MAX_BYTES),
        records=exif.read_bytes(data, _TIFF_IPTC, _MAX_BYTES),
        resources=exif.read_bytes(data, _TIFF_PHOTOSHOP, _MAX_BYTES),
    )


def _in_isobmff(data: bytes) -> Packets:
    found = Packets(xmp=isobmff.xmp_of(data))
    seconds = isobmff.seconds_since_1904(data)
    if 0 < seconds < 1 << 33:
        found.created = f"{(_QUICKTIME_EPOCH + timedelta(seconds=seconds)).isoformat()}Z"
    return found


def _in_jpeg2000(data: bytes) -> Packets:
    return Packets(
        xmp=jpeg2000.uuid_payload(data, jpeg2000.XMP_UUID, _MAX_BYTES),
        records=jpeg2000.uuid_payload(data, jpeg2000.IPTC_UUID, _MAX_BYTES),
    )


_FINDERS: dict[Format, Callable[[bytes], Packets]] = {
    Format.JPEG: _in_jpeg,
    Format.PNG: _in_png,
    Format.WEBP: _in_webp,
    Format.TIFF: _in_tiff,
    Format.AVIF: _in_isobmff,
    Format.HEIF: _in_isobmff,
    Format.JPEG2000: _in_jpeg2000,
    **dict.fromkeys(CAMERA_RAWS - {Format.CR3, Format.RAF}, _in_tiff),
}
