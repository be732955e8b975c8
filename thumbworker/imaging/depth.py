"""Turn samples of 16 bits into eight with no visible loss.

Eight bits of linear light or of PQ would show as steps; as sRGB codes them they don't.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from PIL import Image

from thumbworker.imaging.colorimetry import (
    ColorSpace,
    Transfer,
    compact,
    encode_compact,
    encode_srgb,
    hlg,
    linear,
    pq,
    srgb,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PIL import ImageFile

    from thumbworker.imaging.frames import Box, Frame

_CODINGS: dict[Transfer, tuple[Transfer, Transfer | None]] = {
    pq: (compact, encode_compact),
    linear: (srgb, encode_srgb),
    hlg: (hlg, None),
}
"""For each transfer function, that of the eight bits and its inverse."""

_STEPS = 1 << 14
_LOW_BYTES = {"RGB;16B": "RGB;16L", "RGBA;16B": "RGBA;16L"}
"""Pillow takes the high byte of each sample; read in the other byte order, that is the low one."""


def needed(space: ColorSpace | None) -> bool:
    """Return whether eight bits of the color space are too few."""
    return space is not None and space.transfer in _CODINGS


@functools.lru_cache(maxsize=4)
def narrowing(space: ColorSpace, bits: int = 16) -> tuple[Sequence[int], ColorSpace]:
    """Return the level of eight bits for each of 65,536, and the color space of these levels.

    Samples of fewer ``bits`` are expected in the upper ones of 16.
    """
    largest = (1 << bits) - 1 << 16 - bits
    transfer, encode = _CODINGS[space.transfer]
    codes = (space.normalized(min(1.0, step * (65536 // _STEPS) / largest)) for step in range(_STEPS))
    levels = [round(255 * (encode(space.transfer(code)) if encode else code)) for code in codes]
    repeated = [level for level in levels for _ in range(65536 // _STEPS)]
    return repeated, replace(space, transfer=transfer, full_range=True)


def low_bytes_of(image: ImageFile.ImageFile) -> ImageFile.ImageFile:
    """Make an opened PNG of 16 bits decode to the low byte of each sample instead of the high one."""
    image.tile = [tile._replace(args=_LOW_BYTES[str(tile.args)]) for tile in image.tile]
    return image


def levels_of(
    samples: memoryview, size: tuple[int, int], channels: int, table: Sequence[int], stride: int = 0
) -> Image.Image:
    """Return an RGB or RGBA image of eight bits from rows of little-endian samples of 16 bits.

    ``stride`` is the distance of rows in bytes, 0 if there is nothing between them.
    """
    width, height = size
    rows = cast("bytes", samples)
    wide = Image.frombuffer("I;16", (channels * width, height), rows, "raw", "I;16", stride, 1)
    levels = wide.convert("I").point(table, "L").tobytes()
    if channels == 3:
        return Image.frombytes("RGB", size, levels)
    image = Image.frombytes("RGBA", size, levels)
    alpha = Image.frombuffer("I;16", (4 * width, height), rows, "raw", "I;16", stride, 1)
    image.putalpha(Image.frombytes("L", size, alpha.tobytes()[7::8]))
    return image


class DeepFrame:
    """A frame whose samples have 16 bits, as levels of eight; ``high`` and ``low`` are their bytes."""

    transparency: object = None

    def __init__(self, high: Frame, low: Frame, table: Sequence[int]) -> None:
        self.size = high.size
        self._high, self._low, self._table = high, low, table

    @property
    def missing(self) -> float:
        """Return the share of the image that is missing."""
        return self._high.missing

    def load(self, target: tuple[int, int]) -> Box:
        """Decode both."""
        self._low.load(target)
        return self._high.load(target)

    def rows(self, top: int, bottom: int) -> Image.Image:
        """Return the rows in eight bits; of transparency the high byte is enough."""
        high, low = self._high.rows(top, bottom), self._low.rows(top, bottom)
        bands = [
            Image.frombytes("I;16", high.size, Image.merge("LA", pair).tobytes())
            for pair in zip(low.split()[:3], high.split()[:3], strict=True)
        ]
        levels = [band.convert("I").point(self._table, "L") for band in bands]
        return Image.merge(high.mode, [*levels, *high.split()[3:]])

    def whole(self) -> Image.Image | None:
        """Return ``None``: the rows are not those of a decoded image."""
        return None

    def close(self) -> None:
        """Free the pixels."""
        self._high.close()
        self._low.close()
