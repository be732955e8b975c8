"""Recognize an image by its first and last bytes; the server's Content-Type is ignored."""

from __future__ import annotations

from thumbworker.contract.formats import ENOUGH_BYTES, MEDIA_TYPES, recognize

ENDS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND\xaeB`\x82", "image/gif": b";"}
"""How files of a format end. A WebP file says its length instead."""


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
    content_type = content_type_of(data)
    if content_type == "image/webp":
        return len(data) >= 8 + int.from_bytes(data[4:8], "little")
    return content_type in ENDS and data.endswith(ENDS[content_type])
