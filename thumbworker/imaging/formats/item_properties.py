"""Read color, crop, rotation and mirror of the primary image in an AVIF or HEIC.

Boxes: ISO/IEC 14496-12 (8.11, 12.1.4 and 12.1.5) and 23008-12 (6.5, 9.3). Every read is limited to its box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING

from thumbworker.imaging.colorimetry import SRGB, of_code_points
from thumbworker.imaging.formats.isobmff import FULL_BOX_BYTES, boxes, unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from thumbworker.imaging.colorimetry import ColorSpace

Span = tuple[int, int]
Crop = tuple[int, int, int, int]

_MAX_BOXES = 10_000
_TRANSFORMS = {b"clap", b"irot", b"imir"}
_SAMPLE_ENTRY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"av01")
_SKIPPED = {b"stsd": 8, b"av01": 78}
"""Fields before the boxes in these boxes."""

_ANDROID_JFIF = 5, 1, 6
"""What Android's HEIC writer states for its data space JFIF, whose pictures are in sRGB as JPEGs are."""


@dataclass(frozen=True, slots=True)
class Transform:
    """A transformative property: its type and the content of its box."""

    kind: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Properties:
    """What the primary image's properties say; ``transforms`` in the order in which they apply."""

    nclx: ColorSpace | None = None
    transforms: tuple[Transform, ...] = ()


def of_primary(data: bytes) -> Properties:
    """Return the properties of the primary image; empty where the file has none that can be read."""
    view = memoryview(data)
    if data[8:12] == b"avis":  # decoders show the first frame of the sequence instead
        return _of_track(view)
    for kind, start, end in boxes(view, 0, len(view)):
        if kind == b"meta":
            inner = {k: (s, e) for k, s, e in islice(boxes(view, start + FULL_BOX_BYTES, end), _MAX_BOXES)}
            return _of_primary(view, inner)
    return Properties()


def _of_primary(view: memoryview, inner: dict[bytes, Span]) -> Properties:
    nothing = (0, 0)
    at, end = inner.get(b"pitm", nothing)
    if end - at < 6:
        return Properties()
    item = unsigned(view, at + FULL_BOX_BYTES, 2 if view[at] == 0 else 4)
    associated = _Associations(view, *inner.get(b"iprp", nothing))
    found = _properties(view, associated.of(item))
    # A grid may leave its colors to its tiles.
    tile = _first_input(view, *inner.get(b"iref", nothing), item=item)
    return found if found.nclx or not tile else replace(found, nclx=_nclx(view, associated.of(tile)))


def _of_track(view: memoryview) -> Properties:
    start, end = 0, len(view)
    for wanted in _SAMPLE_ENTRY:
        skipped = _SKIPPED.get(wanted, 0)
        inner = islice(boxes(view, start, end), _MAX_BOXES)
        start, end = next(((s + skipped, e) for kind, s, e in inner if kind == wanted), (0, 0))
    return _properties(view, list(islice(boxes(view, start, end), _MAX_BOXES)))


def _properties(view: memoryview, found: list[tuple[bytes, int, int]]) -> Properties:
    transforms = (
        Transform(kind, bytes(view[s : min(e, s + 32)])) for kind, s, e in found if kind in _TRANSFORMS
    )
    return Properties(_nclx(view, found), tuple(transforms))


class _Associations:
    """The property boxes of a file, and which item has which."""

    def __init__(self, view: memoryview, start: int, end: int) -> None:
        self._view = view
        self._properties: list[tuple[bytes, int, int]] = []
        self._maps: list[Span] = []
        for kind, s, e in islice(boxes(view, start, end), _MAX_BOXES):
            if kind == b"ipco":
                self._properties = list(islice(boxes(view, s, e), _MAX_BOXES))
            elif kind == b"ipma":
                self._maps.append((s, e))

    def of(self, item: int) -> list[tuple[bytes, int, int]]:
        """Return type, start and end of each property box of an item, in order."""
        for start, end in self._maps:
            for number, places in islice(self._entries(start, end), _MAX_BOXES):
                if number == item:
                    essential = 1 << 8 * places.step - 1
                    indexes = (unsigned(self._view, at, places.step) & (essential - 1) for at in places)
                    return [self._properties[i - 1] for i in indexes if 0 < i <= len(self._properties)]
        return []

    def _entries(self, start: int, end: int) -> Iterator[tuple[int, range]]:
        """Yield each item and where the indexes of its properties are, whose first bit says "essential"."""
        if end - start < 8:
            return
        id_bytes = 2 if self._view[start] == 0 else 4
        index_bytes = 2 if self._view[start + 3] & 1 else 1
        at = start + FULL_BOX_BYTES + 4
        while at + id_bytes < end:
            number, count = unsigned(self._view, at, id_bytes), self._view[at + id_bytes]
            at += id_bytes + 1
            yield number, range(at, min(at + count * index_bytes, end), index_bytes)
            at += count * index_bytes


def _first_input(view: memoryview, start: int, end: int, *, item: int) -> int:
    """Return the id of the first image from which a derived image is made; 0 if there is none."""
    if end - start < FULL_BOX_BYTES:
        return 0
    id_bytes = 2 if view[start] == 0 else 4
    for kind, s, e in islice(boxes(view, start + FULL_BOX_BYTES, end), _MAX_BOXES):
        if kind == b"dimg" and e - s >= 2 * id_bytes + 2 and unsigned(view, s, id_bytes) == item:
            return unsigned(view, s + id_bytes + 2, id_bytes)
    return 0


def _nclx(view: memoryview, properties: Sequence[tuple[bytes, int, int]]) -> ColorSpace | None:
    for kind, start, end in properties:
        if kind == b"colr" and bytes(view[start : start + 4]) == b"nclx" and end - start >= 11:
            primaries, transfer, matrix = (unsigned(view, start + at, 2) for at in (4, 6, 8))
            if (primaries, transfer, matrix) == _ANDROID_JFIF:
                return SRGB
            return of_code_points(primaries, transfer)  # the decoder applies matrix and range
    return None


def placement(size: tuple[int, int], transforms: Sequence[Transform]) -> tuple[Crop | None, int]:
    r"""Return the box that a crop leaves of the stored image, and its EXIF orientation (1 to 8).

    The transforms apply in their order. A broken one is ignored.

    >>> placement((60, 40), [Transform(b"irot", b"\1"), Transform(b"imir", b"\1")])
    (None, 5)
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
