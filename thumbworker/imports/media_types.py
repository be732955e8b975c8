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


def content_type_of(beginning: bytes) -> str | None:
    r"""Return the media type that the first bytes show; ``None`` if it is not a supported image.

    >>> content_type_of(b"\x89PNG\r\n\x1a\n....")
    'image/png'
    >>> content_type_of(b"<!doctype html>") is None
    True
    """
    for signature, content_type in SIGNATURES:
        if beginning.startswith(signature):
            return content_type
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "image/webp"
    if beginning[4:8] == b"ftyp":
        return _brand(beginning)
    return None


def _brand(beginning: bytes) -> str | None:
    """Return the type by the major and the compatible brands."""
    size = min(int.from_bytes(beginning[:4], "big"), len(beginning))
    brands = {beginning[8:12]} | {beginning[at : at + 4] for at in range(16, size, 4)}
    return next((content_type for names, content_type in BRANDS if names & brands), None)
