"""How much of a damaged picture is shown: what browsers would show, if little is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.refusal import Refused

if TYPE_CHECKING:
    from PIL import Image, ImageFile

_MISSING_SHARE_MAXIMUM = 0.05
"""A picture that lacks more than its last twentieth is refused instead of shown."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is known of a file's end before it is decoded.

    ``partial`` says that rows come from top to bottom, so that what came before the damage is worth
    looking at; ``cut`` that the end of the data is missing for certain; ``fill`` is the level that
    the decoder leaves in every channel of rows it never reached.
    """

    partial: bool = False
    cut: bool = False
    fill: int = 0


NONE = Tolerance()


def load(image: ImageFile.ImageFile, tolerance: Tolerance) -> None:
    """Decode an image, and accept it without its last few rows.

    Raises:
        Refused: too many rows are missing.
        OSError: the decoder found damage, and nothing of the picture may be used.
    """
    try:
        image.load()
    except OSError as error:
        if not tolerance.partial:
            raise
        image.tile = []  # tells Pillow that there is no more to load
        _require_most(image, 0, Reason.DAMAGED, str(error))
    if tolerance.cut:
        _require_most(image, tolerance.fill, Reason.TRUNCATED, "the end mark is missing")


def _require_most(image: Image.Image, fill: int, reason: Reason, detail: str) -> None:
    missing = blank_rows(image, fill)
    if missing > _MISSING_SHARE_MAXIMUM * image.height:
        reason = Reason.TRUNCATED if "truncated" in detail else reason
        raise Refused(reason, f"{detail}; {missing} of {image.height} rows are missing")


def blank_rows(image: Image.Image, level: int) -> int:
    """Count the rows at the bottom that hold nothing but one level in every channel."""
    low, high = 0, image.height
    while low < high:
        middle = (low + high) // 2
        extrema = image.crop((0, middle, image.width, high)).getextrema()
        pairs = extrema if isinstance(extrema[0], tuple) else (extrema,)
        if all(pair == (level, level) for pair in pairs):
            high = middle
        else:
            low = middle + 1
    return image.height - low
