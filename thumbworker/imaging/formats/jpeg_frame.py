"""Decode a JPEG at a scale in eighths.

libjpeg-turbo decodes at any number of eighths of the size (its ``doc/libjpeg.txt``, "Decompression parameter
selection"). Pillow's ``draft`` offers halves only but passes on any divisor, and libjpeg-turbo
turns a third into three eighths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import ImageFile, JpegImagePlugin

from thumbworker.imaging.frames import ImageFrame
from thumbworker.imaging.memory_estimate import SPARE

if TYPE_CHECKING:
    from typing import IO

    from thumbworker.imaging import damage
    from thumbworker.imaging.frames import Box

_DIVISORS = {1: 8, 2: 4, 3: 3, 4: 2, 8: 1}
"""Pillow's divisor for each number of eighths."""


def eighths_for(size: tuple[int, int], target: tuple[int, int], *, fine: bool) -> int:
    """Return the smallest scale in eighths that leaves enough detail for the final filter.

    Three eighths, and ``fine`` detail, need the factor ``SPARE`` in addition.

    >>> [eighths_for((4 * side, 3 * side), (1600, 1200), fine=True) for side in (816, 1000, 1500, 2000)]
    [8, 4, 3, 2]
    >>> eighths_for((3264, 2448), (1600, 1200), fine=False)
    4
    """
    scale = max(wanted / whole for wanted, whole in zip(target, size, strict=True))
    for eighths in _DIVISORS:
        if eighths / 8 >= scale * (SPARE if fine or eighths == 3 else 1):
            return eighths
    return 8


class ScaledJpeg(JpegImagePlugin.JpegImageFile):
    """A JPEG with a settable scale."""

    def scale(self, eighths: int) -> Box:
        """Set the scale; return the box of the decoded pixels that contains the image.

        The last row and column may be fractions of a pixel.
        """
        width, height = self.size
        self._size = -(-width * eighths // 8), -(-height * eighths // 8)
        tile = self.tile[0]
        self.tile = [ImageFile._Tile(tile.codec_name, (0, 0, *self._size), tile.offset, tile.args)]  # noqa: SLF001
        self.decoderconfig = (_DIVISORS[eighths], 0)
        return (0, 0, width * eighths / 8, height * eighths / 8)


class JpegFrame(ImageFrame):
    """A JPEG frame; ``fine`` means that it may have detail down to single pixels."""

    def __init__(self, file: IO[bytes], tolerance: damage.Tolerance, *, fine: bool) -> None:
        self._jpeg = ScaledJpeg(file)
        self._fine = fine
        super().__init__(self._jpeg, tolerance)

    def load(self, target: tuple[int, int]) -> Box:
        """Decode at the smallest scale that is enough for ``target``."""
        # The fitted size, not the square around it: that would decode up to four times more pixels.
        box = self._jpeg.scale(eighths_for(self.size, target, fine=self._fine))
        super().load(target)
        return box
