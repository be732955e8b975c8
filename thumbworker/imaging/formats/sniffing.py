"""Recognize a file's format by its first bytes.

The file's name and media type are ignored. Only the formats listed here reach a parser.
"""

from __future__ import annotations

from enum import StrEnum

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused


class Format(StrEnum):
    """A supported format, by Pillow's name."""

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

_UNSUPPORTED: tuple[tuple[bytes, Reason], ...] = (
    (b"%PDF", Reason.DOCUMENT),
    (b"%!PS", Reason.DOCUMENT),
    (b"\xc5\xd0\xd3\xc6", Reason.DOCUMENT),  # EPS with a preview
    (b"8BPS", Reason.DOCUMENT),  # Photoshop
    (b"gimp xcf", Reason.DOCUMENT),
    (b"FUJIFILMCCD-RAW", Reason.CAMERA_RAW),
    (b"IIRO", Reason.CAMERA_RAW),  # Olympus
    (b"IIU\x00", Reason.CAMERA_RAW),  # Panasonic
    (b"\x00MRM", Reason.CAMERA_RAW),  # Minolta
    (b"FOVb", Reason.CAMERA_RAW),  # Sigma
    (b"\x1aE\xdf\xa3", Reason.VIDEO),  # Matroska and WebM
    (b"OggS", Reason.VIDEO),
    (b"\x00\x00\x01\xba", Reason.VIDEO),  # MPEG
    (b"BM", Reason.FORMAT_NOT_SUPPORTED),
    (b"\x00\x00\x01\x00", Reason.FORMAT_NOT_SUPPORTED),  # ICO
    (b"\x00\x00\x02\x00", Reason.FORMAT_NOT_SUPPORTED),  # CUR
    (b"\xff\x0a", Reason.FORMAT_NOT_SUPPORTED),  # JPEG XL
    (b"\x00\x00\x00\x0cJXL ", Reason.FORMAT_NOT_SUPPORTED),
    (b"\x00\x00\x00\x0cjP  ", Reason.FORMAT_NOT_SUPPORTED),  # JPEG 2000
    (b"\xff\x4f\xff\x51", Reason.FORMAT_NOT_SUPPORTED),
    (b"II+\x00", Reason.FORMAT_NOT_SUPPORTED),  # BigTIFF
    (b"MM\x00+", Reason.FORMAT_NOT_SUPPORTED),
    (b"BLP1", Reason.FORMAT_NOT_SUPPORTED),
    (b"BLP2", Reason.FORMAT_NOT_SUPPORTED),
    (b"DDS ", Reason.FORMAT_NOT_SUPPORTED),
    (b"qoif", Reason.FORMAT_NOT_SUPPORTED),
    (b"v/1\x01", Reason.FORMAT_NOT_SUPPORTED),  # OpenEXR
    (b"#?RADIANCE", Reason.FORMAT_NOT_SUPPORTED),
)
"""Other files that people upload, each with the reason that says what to do."""

_VIDEO_BRANDS = {b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"dash", b"MSNV", b"f4v "}


def format_of(data: bytes) -> Format:
    """Return the format that the first bytes show.

    Raises:
        Refused: the file is empty, not an image, or of an unsupported type.
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
    if data[:4] == b"RIFF" and data[8:12] == b"AVI ":
        raise Refused(Reason.VIDEO, "AVI")
    for prefix, reason in _UNSUPPORTED:
        if data.startswith(prefix):
            raise Refused(reason, f"begins with {data[:12]!r}")
    if b"<svg" in data[:1024].lower():
        raise Refused(Reason.VECTOR_DRAWING, "SVG")
    raise Refused(Reason.NOT_A_PICTURE, f"begins with {data[:12]!r}")


def _format_of_boxes(data: bytes) -> Format:
    """Return AVIF or HEIF by the brands of an ISO base media file (ISO/IEC 23008-12, section 10)."""
    length = min(int.from_bytes(data[:4], "big"), 512)
    brands = {data[8:12]} | {data[at : at + 4] for at in range(16, length - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & _HEIF_BRANDS:
        return Format.HEIF
    if b"crx " in brands:
        raise Refused(Reason.CAMERA_RAW, "Canon CR3")
    if brands & _VIDEO_BRANDS or data[8:11] == b"3gp":
        raise Refused(Reason.VIDEO, f"ISO media of brand {data[8:12]!r}")
    raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"ISO media of brand {data[8:12]!r}")
