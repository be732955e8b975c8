"""Which format a file is, from its first bytes alone.

Only what is named here ever reaches a parser; the file's name and the uploader's media type are never asked.
"""

from __future__ import annotations

from enum import StrEnum

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.refusal import Refused


class Format(StrEnum):
    """A format that is taken, by Pillow's name for it."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    AVIF = "AVIF"
    HEIF = "HEIF"


_PREFIXES: tuple[tuple[bytes, Format], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
)

_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

_NOT_TAKEN: tuple[bytes, ...] = (
    b"BM",
    b"\x00\x00\x01\x00",  # ICO
    b"\x00\x00\x02\x00",  # CUR
    b"8BPS",  # Photoshop
    b"%PDF",
    b"%!PS",
    b"\xc5\xd0\xd3\xc6",  # EPS with a preview
    b"\xff\x0a",  # JPEG XL
    b"\x00\x00\x00\x0cJXL ",
    b"\x00\x00\x00\x0cjP  ",  # JPEG 2000
    b"\xff\x4f\xff\x51",
    b"II+\x00",  # BigTIFF
    b"MM\x00+",
    b"BLP1",
    b"BLP2",
    b"DDS ",
    b"qoif",
    b"FUJIFILMCCD-RAW",
    b"gimp xcf",
    b"v/1\x01",  # OpenEXR
    b"#?RADIANCE",
    b"IIRO",
    b"IIU\x00",
)
"""Beginnings of pictures and documents that people do upload: they deserve to hear which of the two it is."""


def format_of(data: bytes) -> Format:
    """Return the format that the first bytes announce.

    Raises:
        Refused: the file is empty, not a picture, or of a kind that is not taken.
    """
    if not data:
        raise Refused(Reason.EMPTY, "0 bytes")
    for prefix, found in _PREFIXES:
        if data.startswith(prefix):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp":
        return _format_of_boxes(data)
    if data.startswith(_NOT_TAKEN) or _is_svg(data):
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"begins with {data[:12]!r}")
    raise Refused(Reason.NOT_A_PICTURE, f"begins with {data[:12]!r}")


def _format_of_boxes(data: bytes) -> Format:
    """Tell AVIF from HEIC by the brands of an ISO base media file (ISO/IEC 23008-12, 10)."""
    length = min(int.from_bytes(data[:4], "big"), 512)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, length - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & _HEIF_BRANDS:
        return Format.HEIF
    raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"ISO media of brand {data[8:12]!r}")


def _is_svg(data: bytes) -> bool:
    return b"<svg" in data[:1024].lower()
