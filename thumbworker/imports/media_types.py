"""Recognize an image by its first bytes; the server's Content-Type is ignored."""

from __future__ import annotations

ENOUGH_BYTES = 64
"""Every signature below is within this many bytes."""

SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
BRANDS: tuple[tuple[frozenset[bytes], str], ...] = (
    (frozenset({b"avif", b"avis"}), "image/avif"),
    (frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}), "image/heic"),
    (frozenset({b"mif1", b"msf1"}), "image/heif"),
)
RIFF = b"RIFF"
ENDS = {
    "image/jpeg": b"\xff\xd9",
    "image/png": b"IEND\xaeB`\x82",
    "image/gif": b";",
    "image/webp": RIFF,
}
"""How files of a format end; a WebP file says its length."""


def content_type_of(data: bytes | bytearray) -> str | None:
    r"""Return the media type that the first bytes show; ``None`` if it is not a supported image.

    >>> content_type_of(b"\x89PNG\r\n\x1a\n....")
    'image/png'
    >>> content_type_of(b"<!doctype html>") is None
    True
    """
    beginning = bytes(data[:ENOUGH_BYTES])
    for signature, content_type in SIGNATURES:
        if beginning.startswith(signature):
            return content_type
    if beginning[:4] == RIFF and beginning[8:12] == b"WEBP":
        return "image/webp"
    if beginning[4:8] == b"ftyp":
        return _brand(beginning)
    return None


def _brand(beginning: bytes) -> str | None:
    """Return the type by the major and the compatible brands."""
    size = min(int.from_bytes(beginning[:4], "big"), len(beginning))
    brands = {beginning[8:12]} | {beginning[at : at + 4] for at in range(16, size, 4)}
    return next((content_type for names, content_type in BRANDS if names & brands), None)


def ends_as_image(data: bytes) -> bool:
    r"""Return whether the last bytes are an image's end, so nothing of it is missing.

    >>> ends_as_image(b"\xff\xd8\xff ... \xff\xd9"), ends_as_image(b"\xff\xd8\xff ...")
    (True, False)
    """
    end = ENDS.get(content_type_of(data) or "")
    if end == RIFF:
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return end is not None and data.endswith(end)
