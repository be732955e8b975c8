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

_MARK_PIXELS = 8


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
    strip = (left, top, min(right, left + _MARK_PIXELS), bottom)
    prepare, mark = image.load_prepare, b""

    def prepare_marked() -> None:
        nonlocal mark
        prepare()
        marking = _noise(image.im.mode, strip)
        mark = marking.tobytes()
        image.im.paste(marking.im, strip)

    image.load_prepare = prepare_marked  # type: ignore[method-assign]
    detail = "the data ends early"
    try:
        image.load()
    except DECODER_ERRORS as error:
        image.tile = []  # tells Pillow that there is no more to load
        image.readonly = 0  # or drawing on the image would copy it
        detail = str(error)
    found = image.crop(strip).tobytes()
    size = len(mark) // (bottom - top)
    rows = [row for row in range(bottom - top) if _same(found, mark, row * size, size)]
    reason = Reason.TRUNCATED if "truncated" in detail or "early" in detail else Reason.DAMAGED
    missing = require_most(len(rows) / (bottom - top), reason, detail)
    for row in rows:
        image.paste(0, (left, top + row, right, top + row + 1))
    return missing


def _same(found: bytes, mark: bytes, at: int, size: int) -> bool:
    return found[at : at + size] == mark[at : at + size]


def _noise(mode: str, box: tuple[int, int, int, int]) -> Image.Image:
    """Return the same random pixels for the same box."""
    width, height = box[2] - box[0], box[3] - box[1]
    return Image.frombytes(mode, (width, height), random.Random(0).randbytes(4 * width * height))  # noqa: S311
