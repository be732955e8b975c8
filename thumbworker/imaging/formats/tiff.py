"""Recognize which TIFFs are supported: the container also holds scientific data.

Tags: TIFF 6.0 and Adobe's supplements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from thumbworker.imaging.exif import Tags

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _SAMPLES = 256, 257, 258, 259, 277
_ROWS_PER_STRIP, _TILE_WIDTH, _TILE_HEIGHT, _SAMPLE_FORMAT = 278, 322, 323, 339

_COMPRESSIONS = {1, 2, 3, 4, 5, 7, 8, 32773, 32946}
"""None, three of fax, LZW, JPEG, Deflate, PackBits and the old number of Deflate."""


def require_plain(tags: Tags) -> None:
    """Check that a TIFF is a plain image.

    Raises:
        Refused: with ``FORMAT_NOT_SUPPORTED`` or ``SAMPLES_NOT_SUPPORTED``.
    """
    compression = _first(tags, _COMPRESSION, 1)
    if compression not in _COMPRESSIONS:
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"TIFF compression {compression}")
    if _first(tags, _SAMPLE_FORMAT, 1) != 1 or _first(tags, _BITS, 1) > 16:
        raise Refused(Reason.SAMPLES_NOT_SUPPORTED, "a TIFF of floats or of more than 16 bits")


def is_tiled(tags: Tags) -> bool:
    """Return whether the image is stored in tiles, not in strips of rows."""
    return _TILE_WIDTH in tags.main


def block_bytes(tags: Tags) -> int:
    """Return the size in bytes of one decoded strip or tile, which the decoder keeps in memory."""
    if _first(tags, _COMPRESSION, 1) == 1:
        return 0  # read row by row
    width, height = _first(tags, _WIDTH, 0), _first(tags, _HEIGHT, 0)
    if is_tiled(tags):
        pixels = _first(tags, _TILE_WIDTH, 0) * _first(tags, _TILE_HEIGHT, 0)
    else:
        pixels = width * min(height, _first(tags, _ROWS_PER_STRIP, height))
    return pixels * _first(tags, _SAMPLES, 1) * (_first(tags, _BITS, 1) + 7) // 8


def _first(tags: Tags, tag: int, default: int) -> int:
    value = tags.main.get(tag)
    number = value[0] if isinstance(value, tuple) and value else None
    return number if isinstance(number, int) else default
