"""Accept a damaged image if little is missing, as browsers do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from PIL import Image, ImageFile

_MAX_MISSING_SHARE = 0.05
"""The largest share of missing rows that is accepted."""


@dataclass(frozen=True, slots=True)
class Tolerance:
    """What is known of a file before it is decoded.

    ``partial``: rows are stored from top to bottom, so those before the damage are usable. ``cut``: the end
    of the data is missing. ``fill``: the level that the decoder leaves in each channel of missing rows.
    """

    partial: bool = False
    cut: bool = False
    fill: int = 0


NONE = Tolerance()


def load(image: ImageFile.ImageFile, tolerance: Tolerance) -> None:
    """Decode an image; accept it if only its last few rows are missing.

    Raises:
        Refused: too many rows are missing.
        OSError: the decoder found damage in a format that is not ``partial``.
    """
    try:
        image.load()
    except OSError as error:
        if not tolerance.partial:
            raise
        image.tile = []  # tells Pillow that there is no more to load
        _require_most(image, 0, Reason.DAMAGED, str(error))
    if tolerance.cut:
        _require_most(image, tolerance.fill, Reason.TRUNCATED, "the end marker is missing")


def _require_most(image: Image.Image, fill: int, reason: Reason, detail: str) -> None:
    missing = blank_rows(image, fill)
    if missing > _MAX_MISSING_SHARE * image.height:
        reason = Reason.TRUNCATED if "truncated" in detail else reason
        raise Refused(reason, f"{detail}; {missing} of {image.height} rows are missing")


def blank_rows(image: Image.Image, level: int) -> int:
    """Count the rows at the bottom that have this level in every channel."""
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
