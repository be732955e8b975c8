"""Decode a JPEG at a reduced scale, and learn how much of it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.imaging.formats import jpeg_damage
from thumbworker.imaging.formats.jpeg_decoder import DIVISORS, EOI, ScaledJpeg
from thumbworker.imaging.frames import ImageFrame
from thumbworker.imaging.memory_estimate import SPARE

if TYPE_CHECKING:
    from thumbworker.imaging.formats.jpeg_damage import CodedJpeg
    from thumbworker.imaging.frames import Box


def eighths_for(size: tuple[int, int], target: tuple[int, int], *, fine: bool) -> int:
    """Return the smallest scale in eighths that leaves enough detail for the final filter.

    Three eighths, and ``fine`` detail, need the factor ``SPARE`` in addition.

    >>> [eighths_for((4 * side, 3 * side), (1600, 1200), fine=True) for side in (816, 1000, 1500, 2000)]
    [8, 4, 3, 2]
    >>> eighths_for((3264, 2448), (1600, 1200), fine=False)
    4
    """
    scale = max(wanted / whole for wanted, whole in zip(target, size, strict=True))
    for eighths in DIVISORS:
        if eighths / 8 >= scale * (SPARE if fine or eighths == 3 else 1):
            return eighths
    return 8


class JpegFrame(ImageFrame):
    """A JPEG frame; ``fine`` means that it may have detail down to single pixels."""

    def __init__(self, coded: CodedJpeg, *, fine: bool) -> None:
        self._jpeg = ScaledJpeg(coded.first_header())
        self._coded = coded
        self._fine = fine
        super().__init__(self._jpeg)

    def load(self, target: tuple[int, int]) -> Box:
        """Decode at the smallest scale that is enough for ``target``."""
        coded, image = self._coded, self._jpeg
        # The fitted size, not the square around it: that would decode up to four times more pixels.
        box = image.scale(eighths_for(self.size, target, fine=self._fine))
        if coded.header.buffered or coded.header.arithmetic:
            # Before decoding: the look at it and the image would not fit into memory together.
            self.missing = jpeg_damage.require_most(coded, jpeg_damage.missing_of_scans(coded))
            image.feed(coded.pieces(coded.scans.end, EOI), coded.deadline, coded.block_bytes)
            return box
        lost = jpeg_damage.missing_of_intervals(coded) if coded.header.restart_interval else 0.0
        jpeg_damage.require_most(coded, lost)
        suspicion = jpeg_damage.Suspicion(image)
        image.feed(suspicion.watched(coded), coded.deadline)
        if suspicion.raised():
            missing = jpeg_damage.missing_of_sequence(coded, left_over=suspicion.left_over)
            lost = jpeg_damage.require_most(coded, max(lost, missing))
        self.missing = lost
        return box
