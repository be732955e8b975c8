"""Small values computed from the pixels: ThumbHash, dominant color and difference hash."""

from __future__ import annotations

import base64
import math
import operator
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

_THUMBHASH_SIDE = 32
_LUMINANCE_TERMS = 7


def dominant_color(image: Image.Image) -> str:
    """Return the color of the largest group of similar pixels as ``#rrggbb``."""
    small = image.resize(_fitted(image.size, 48), Image.Resampling.BOX)
    groups = small.quantize(5, method=Image.Quantize.FASTOCTREE)
    counts = groups.histogram()
    largest = counts.index(max(counts))
    red, green, blue = (groups.getpalette() or [])[3 * largest : 3 * largest + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def dhash(image: Image.Image) -> str:
    """Return the 64-bit difference hash in hexadecimal: one bit for each of 8 x 8 cells.

    A bit is 1 if the cell is brighter than its right neighbor.
    """
    levels = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            at = 9 * row + column
            bits = bits << 1 | (levels[at] > levels[at + 1])
    return f"{bits:016x}"


def thumbhash(image: Image.Image) -> str:
    """Return the ThumbHash of an opaque RGB image as base64.

    Format: ThumbHash by Evan Wallace (https://evanw.github.io/thumbhash/): the first terms of a cosine
    transform of luminance (7 along the longer side) and of two color differences (3 x 3), four bits each.
    """
    small = image.resize(_fitted(image.size, _THUMBHASH_SIDE), Image.Resampling.BOX)
    width, height = small.size
    data = small.tobytes()
    reds, greens, blues = ([level / 255 for level in data[channel::3]] for channel in range(3))
    channels = list(zip(reds, greens, blues, strict=True))
    luminance = [(r + g + b) / 3 for r, g, b in channels]
    yellow_blue = [(r + g) / 2 - b for r, g, b in channels]
    red_green = [r - g for r, g, _ in channels]

    longer = max(width, height)
    columns = max(1, round(_LUMINANCE_TERMS * width / longer))
    rows = max(1, round(_LUMINANCE_TERMS * height / longer))
    l_mean, l_terms, l_scale = _cosine_terms(luminance, small.size, max(3, columns), max(3, rows))
    p_mean, p_terms, p_scale = _cosine_terms(yellow_blue, small.size, 3, 3)
    q_mean, q_terms, q_scale = _cosine_terms(red_green, small.size, 3, 3)

    landscape = width > height
    header = (
        _rounded(63 * l_mean)
        | _rounded(31.5 + 31.5 * p_mean) << 6
        | _rounded(31.5 + 31.5 * q_mean) << 12
        | _rounded(31 * l_scale) << 18
    )
    shape = (
        (rows if landscape else columns)
        | _rounded(63 * p_scale) << 3
        | _rounded(63 * q_scale) << 9
        | landscape << 15
    )
    nibbles = [_rounded(15 * term) for term in (*l_terms, *p_terms, *q_terms)]
    if len(nibbles) % 2:
        nibbles.append(0)
    packed = bytes(low | high << 4 for low, high in zip(nibbles[::2], nibbles[1::2], strict=True))
    return base64.b64encode(header.to_bytes(3, "little") + shape.to_bytes(2, "little") + packed).decode()


def _cosine_terms(
    channel: Sequence[float], size: tuple[int, int], columns: int, rows: int
) -> tuple[float, list[float], float]:
    """Return the mean, the terms scaled to 0..1 and their scale; rows first, as the sums are separable."""
    width, height = size
    bases = [[math.cos(math.pi / width * cx * (x + 0.5)) for x in range(width)] for cx in range(columns)]
    lines = [channel[width * y : width * (y + 1)] for y in range(height)]
    across = [[_dot(line, basis) for line in lines] for basis in bases]
    terms: list[float] = []
    for cy in range(rows):
        basis = [math.cos(math.pi / height * cy * (y + 0.5)) for y in range(height)]
        for cx in range(columns):
            if cx * rows >= columns * (rows - cy):
                break
            terms.append(_dot(across[cx], basis) / (width * height))
    mean, rest = terms[0], terms[1:]
    scale = max(map(abs, rest), default=0.0)
    return mean, [0.5 + 0.5 / scale * term if scale else term for term in rest], scale


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, first, second))


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)  # as JavaScript rounds


def _fitted(size: tuple[int, int], side: int) -> tuple[int, int]:
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
