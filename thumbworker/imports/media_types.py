"""Recognize an image by its first bytes; the server's Content-Type is ignored."""

from __future__ import annotations

from thumbworker.contract.formats import ENOUGH_BYTES, MEDIA_TYPES, recognize

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
    return MEDIA_TYPES.get(recognize(bytes(data[:ENOUGH_BYTES])))


def ends_as_image(data: bytes) -> bool:
    r"""Return whether the last bytes are an image's end, so nothing of it is missing.

    >>> ends_as_image(b"\xff\xd8\xff ... \xff\xd9"), ends_as_image(b"\xff\xd8\xff ...")
    (True, False)
    """
    end = ENDS.get(content_type_of(data) or "")
    if end == RIFF:
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return end is not None and data.endswith(end)
