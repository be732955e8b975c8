"""Crop, rotation and mirror of an image item.

``clap``: ISO/IEC 14496-12, 12.1.4; ``irot`` and ``imir``: ISO/IEC 23008-12, 6.5.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

Crop = tuple[int, int, int, int]

KINDS = {b"clap", b"irot", b"imir"}


class Transform(NamedTuple):
    """A transformative property: its type and the content of its box."""

    kind: bytes
    body: bytes


def placement(size: tuple[int, int], transforms: Sequence[Transform]) -> tuple[Crop | None, int]:
    r"""Return the box that a crop leaves of the stored image, and its EXIF orientation (1 to 8).

    The transforms apply in their order. A broken one is ignored.

    >>> placement((60, 40), [Transform(b"irot", b"\1"), Transform(b"imir", b"\1")])
    (None, 7)
    """
    turned = _UPRIGHT
    width, height = Fraction(size[0]), Fraction(size[1])
    middle_x, middle_y = width / 2, height / 2
    for transform in transforms:
        if transform.kind == b"irot" and transform.body:
            for _ in range(transform.body[0] & 3):
                turned = _after(_ANTICLOCKWISE, turned)
        elif transform.kind == b"imir" and transform.body:
            turned = _after(_MIRRORED if transform.body[0] & 1 else _UPSIDE_DOWN, turned)
        elif transform.kind == b"clap" and (aperture := _aperture(transform.body)):
            (a, b), (c, d) = turned
            wanted_width, wanted_height, right, down = aperture
            middle_x, middle_y = middle_x + a * right + c * down, middle_y + b * right + d * down
            width, height = (wanted_width, wanted_height) if a else (wanted_height, wanted_width)
    left, top = math.floor(middle_x - width / 2), math.floor(middle_y - height / 2)
    box = max(0, left), max(0, top), min(size[0], left + round(width)), min(size[1], top + round(height))
    whole = box == (0, 0, *size) or box[2] <= box[0] or box[3] <= box[1]
    return None if whole else box, _ORIENTATIONS[turned]


def _aperture(body: bytes) -> tuple[Fraction, Fraction, Fraction, Fraction] | None:
    """Return width, height and the offsets of the middle, right and down; ``None`` if the box is broken."""
    numbers = [int.from_bytes(body[at : at + 4], "big", signed=True) for at in range(0, 32, 4)]
    if len(body) < 32 or min(numbers[1::2]) <= 0 or min(numbers[0], numbers[2]) <= 0:
        return None
    width, height, right, down = (Fraction(n, d) for n, d in zip(numbers[::2], numbers[1::2], strict=True))
    return width, height, right, down


_Turn = tuple[tuple[int, int], tuple[int, int]]
"""A matrix from stored to shown directions, x to the right and y down."""

_UPRIGHT: _Turn = ((1, 0), (0, 1))
_ANTICLOCKWISE: _Turn = ((0, 1), (-1, 0))
_MIRRORED: _Turn = ((-1, 0), (0, 1))
_UPSIDE_DOWN: _Turn = ((1, 0), (0, -1))
_ORIENTATIONS: dict[_Turn, int] = {
    _UPRIGHT: 1,
    _MIRRORED: 2,
    ((-1, 0), (0, -1)): 3,
    _UPSIDE_DOWN: 4,
    ((0, 1), (1, 0)): 5,
    ((0, -1), (1, 0)): 6,
    ((0, -1), (-1, 0)): 7,
    _ANTICLOCKWISE: 8,
}


def _after(second: _Turn, first: _Turn) -> _Turn:
    (a, b), (c, d) = second
    (e, f), (g, h) = first
    return (a * e + b * g, a * f + b * h), (c * e + d * g, c * f + d * h)
