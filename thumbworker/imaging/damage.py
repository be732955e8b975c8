"""Accept a damaged image if little is missing, as browsers do."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

if TYPE_CHECKING:
    from PIL import ImageFile

MAX_MISSING_SHARE = 0.05
"""The largest missing share of an image that is accepted."""

DECODER_ERRORS = (OSError, SyntaxError)
"""What Pillow's readers raise for data that ends early or is damaged."""

MARK_PIXELS = 8


def require_most(missing: float, reason: Reason, detail: str) -> float:
    """Return the missing share if it is small.

    Raises:
        Refused: too much is missing.
    """
    if missing > MAX_MISSING_SHARE:
        raise Refused(reason, f"{missing:.1%} of the image is missing: {detail}")
    return missing


def load_rows(image: ImageFile.ImageFile) -> float:
    """Decode an image that is stored in rows, and return the share of rows that the decoder left out.

    Some decoders say nothing when the data ends early. So the first pixels of each row are marked before
    decoding: a row that still has its mark was not decoded.

    Raises:
        Refused: too many rows are missing.
    """
    boxes = [tile.extents or (0, 0, *image.size) for tile in image.tile]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    strip = (left, top, min(right, left + MARK_PIXELS), bottom)
    marked = Mark(image, strip)
    detail = "the data ends early"
    try:
        image.load()
    except DECODER_ERRORS as error:
        image.tile = []  # tells Pillow that there is no more to load
        image.readonly = 0  # or drawing on the image would copy it
        detail = str(error)
    rows = marked.rows_left()
    reason = Reason.TRUNCATED if "truncated" in detail or "early" in detail else Reason.DAMAGED
    missing = require_most(len(rows) / (bottom - top), reason, detail)
    for row in rows:
        image.paste(0, (left, top + row, right, top + row + 1))
    return missing


class Mark:
    """Random pixels that are put into a strip of an image before it is decoded."""

    def __init__(self, image: ImageFile.ImageFile, strip: tuple[int, int, int, int]) -> None:
        self._image, self._strip, self._mark = image, strip, b""
        self._prepare = image.load_prepare
        image.load_prepare = self._prepare_marked  # type: ignore[method-assign]

    def _prepare_marked(self) -> None:
        self._prepare()
        marking = _noise(self._image.im.mode, self._strip)
        self._mark = marking.tobytes()
        self._image.im.paste(marking.im, self._strip)

    def rows_left(self) -> list[int]:
        """Return the rows of the strip that still have their mark after decoding."""
        _, top, _, bottom = self._strip
        found, size = self._image.crop(self._strip).tobytes(), len(self._mark) // (bottom - top)
        rows = range(0, size * (bottom - top), size)
        return [at // size for at in rows if found[at : at + size] == self._mark[at : at + size]]


def _noise(mode: str, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the same random pixels for the same box."""
    width, height = box[2] - box[0], box[3] - box[1]
    return Image.frombytes(mode, (width, height), random.Random(0).randbytes(4 * width * height))  # noqa: S311
