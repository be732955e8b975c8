"""Recognize a file's format by its first bytes, as gallery, thumbnail worker and import worker all do it.

The file's name and media type are ignored. Only the formats listed here reach a parser.
"""

from __future__ import annotations

from enum import StrEnum

from thumbworker.contract.reasons import Reason


class Format(StrEnum):
    """A supported format. Those that Pillow decodes have Pillow's name."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WEBP"
    GIF = "GIF"
    TIFF = "TIFF"
    AVIF = "AVIF"
    HEIF = "HEIF"
    BMP = "BMP"
    JPEG2000 = "JPEG2000"
    DNG = "DNG"
    CR2 = "CR2"
    CR3 = "CR3"
    NEF = "NEF"
    ARW = "ARW"
    RAF = "RAF"
    ORF = "ORF"
    RW2 = "RW2"
    PEF = "PEF"
    SRW = "SRW"
    RAW = "RAW"
    """A camera raw in the TIFF container, of another maker."""


MEDIA_TYPES: dict[str, str] = {
    Format.JPEG: "image/jpeg",
    Format.PNG: "image/png",
    Format.WEBP: "image/webp",
    Format.GIF: "image/gif",
    Format.TIFF: "image/tiff",
    Format.AVIF: "image/avif",
    Format.HEIF: "image/heif",
    Format.BMP: "image/bmp",
    Format.JPEG2000: "image/jp2",
    Format.DNG: "image/x-adobe-dng",
    Format.CR2: "image/x-canon-cr2",
    Format.CR3: "image/x-canon-cr3",
    Format.NEF: "image/x-nikon-nef",
    Format.ARW: "image/x-sony-arw",
    Format.RAF: "image/x-fuji-raf",
    Format.ORF: "image/x-olympus-orf",
    Format.RW2: "image/x-panasonic-rw2",
    Format.PEF: "image/x-pentax-pef",
    Format.SRW: "image/x-samsung-srw",
    Format.RAW: "image/x-raw",
}

CAMERA_RAWS = frozenset(found for found in Format if MEDIA_TYPES[found].startswith("image/x-"))
"""Shown by the JPEG preview that the camera stored in them."""

CLEANED = frozenset({Format.JPEG, Format.PNG, Format.WEBP, Format.GIF, Format.AVIF, Format.HEIF})
"""Formats whose files can be copied without their metadata."""

ENOUGH_BYTES = 1024
"""``recognize`` looks at no more than this."""

_PREFIXES: tuple[tuple[bytes, Format | Reason], ...] = (
    (b"\xff\xd8\xff", Format.JPEG),
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"GIF87a", Format.GIF),
    (b"GIF89a", Format.GIF),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"FUJIFILMCCD-RAW", Format.RAF),
    (b"IIRO", Format.ORF),
    (b"IIRS", Format.ORF),
    (b"MMOR", Format.ORF),
    (b"IIU\x00", Format.RW2),
    (b"%PDF", Reason.DOCUMENT),
    (b"%!PS", Reason.DOCUMENT),
    (b"\xc5\xd0\xd3\xc6", Reason.DOCUMENT),  # EPS with a preview
    (b"8BPS", Reason.DOCUMENT),  # Photoshop
    (b"gimp xcf", Reason.DOCUMENT),
    (b"\x00MRM", Reason.CAMERA_RAW),  # Minolta
    (b"FOVb", Reason.CAMERA_RAW),  # Sigma
    (b"\x1aE\xdf\xa3", Reason.VIDEO),  # Matroska and WebM
    (b"OggS", Reason.VIDEO),
    (b"\x00\x00\x01\xba", Reason.VIDEO),  # MPEG
    (b"\x00\x00\x01\x00", Reason.FORMAT_NOT_SUPPORTED),  # ICO
    (b"\x00\x00\x02\x00", Reason.FORMAT_NOT_SUPPORTED),  # CUR
    (b"\xff\x0a", Reason.FORMAT_NOT_SUPPORTED),  # JPEG XL
    (b"\x00\x00\x00\x0cJXL ", Reason.FORMAT_NOT_SUPPORTED),
    (b"\x00\x00\x00\x0cjP  ", Format.JPEG2000),
    (b"\xff\x4f\xff\x51", Format.JPEG2000),  # its codestream alone
    (b"II+\x00", Reason.FORMAT_NOT_SUPPORTED),  # BigTIFF
    (b"MM\x00+", Reason.FORMAT_NOT_SUPPORTED),
    (b"BLP1", Reason.FORMAT_NOT_SUPPORTED),
    (b"BLP2", Reason.FORMAT_NOT_SUPPORTED),
    (b"DDS ", Reason.FORMAT_NOT_SUPPORTED),
    (b"qoif", Reason.FORMAT_NOT_SUPPORTED),
    (b"v/1\x01", Reason.FORMAT_NOT_SUPPORTED),  # OpenEXR
    (b"#?RADIANCE", Reason.FORMAT_NOT_SUPPORTED),
)
"""Formats, and other files that people upload, each with the reason that says what to do."""

_MARKS: dict[Format | Reason, slice] = {Format.TIFF: slice(8, 11), Format.JPEG2000: slice(16, 24)}
_MORE_EXACTLY: dict[tuple[Format | Reason, bytes], Format | Reason] = {
    (Format.TIFF, b"CR\x02"): Format.CR2,
    (Format.JPEG2000, b"ftypmjp2"): Reason.VIDEO,
    (Format.JPEG2000, b"ftypjpm "): Reason.DOCUMENT,
}
"""What a later mark makes of a prefix."""

_BMP_HEADER_BYTES = {12, 40, 52, 56, 64, 108, 124}
_AVIF_BRANDS = {b"avif", b"avis"}
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_VIDEO_BRANDS = {b"isom", b"iso2", b"mp41", b"mp42", b"avc1", b"qt  ", b"M4V ", b"dash", b"MSNV", b"f4v "}


def recognize(beginning: bytes) -> Format | Reason:
    r"""Return the format that the first bytes show, or the reason to refuse the file.

    A camera raw in the TIFF container may look like any ``TIFF`` by its first bytes.

    >>> str(recognize(b"\xff\xd8\xff\xe0...."))
    'JPEG'
    >>> str(recognize(b"MZ\x90...."))
    'not_a_picture'
    >>> str(recognize(b"\x00\x00\x01\x00ftypavif"))
    'AVIF'
    """
    if not beginning:
        return Reason.EMPTY
    if beginning[4:8] == b"ftyp":  # first: a box of 256 bytes begins as an ICO does
        return _by_brand(beginning)
    for prefix, found in _PREFIXES:
        if beginning.startswith(prefix):
            return _MORE_EXACTLY.get((found, beginning[_MARKS.get(found, slice(0))]), found)
    if beginning[:4] == b"RIFF" and beginning[8:12] in {b"WEBP", b"AVI "}:
        return Format.WEBP if beginning[8:12] == b"WEBP" else Reason.VIDEO
    if beginning[:2] == b"BM" and int.from_bytes(beginning[14:18], "little") in _BMP_HEADER_BYTES:
        return Format.BMP
    return Reason.VECTOR_DRAWING if b"<svg" in beginning[:ENOUGH_BYTES].lower() else Reason.NOT_A_PICTURE


def _by_brand(beginning: bytes) -> Format | Reason:
    """Return the format by the brands of an ISO base media file (ISO/IEC 23008-12, section 10)."""
    length = min(int.from_bytes(beginning[:4], "big"), 512)
    brands = {beginning[8:12]} | {beginning[at : at + 4] for at in range(16, length - 3, 4)}
    if brands & _AVIF_BRANDS:
        return Format.AVIF
    if brands & _HEIF_BRANDS:
        return Format.HEIF
    if b"crx " in brands:
        return Format.CR3
    if brands & _VIDEO_BRANDS or beginning[8:11] == b"3gp":
        return Reason.VIDEO
    return Reason.FORMAT_NOT_SUPPORTED
