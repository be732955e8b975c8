"""Read color, crop, rotation and mirror of the primary image in an AVIF or HEIC.

Boxes: ISO/IEC 14496-12 (8.11 and 12.1.5) and 23008-12 (6.5, 9.3). Every read is limited to its box.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from thumbworker.imaging.colorimetry import SRGB, UNSPECIFIED, of_code_points
from thumbworker.imaging.formats import stream_colors
from thumbworker.imaging.formats.isobmff import FULL_BOX_BYTES, boxes, unsigned
from thumbworker.imaging.formats.transforms import KINDS, Transform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from thumbworker.imaging.colorimetry import ColorSpace
    from thumbworker.imaging.formats.stream_colors import CodePoints

Span = tuple[int, int]

_MAX_BOXES = 10_000
_NOWHERE = (0, 0)
_NCLX_BYTES = 11
_MATRICES = set(range(15)) - {3}
_SAMPLE_ENTRY = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"av01")
_SKIPPED = {b"stsd": 8, b"av01": 78}
"""Fields before the boxes in these boxes."""

_MAX_CONFIGURATION_BYTES = 1 << 14
_CONFIGURATIONS: dict[bytes, Callable[[bytes], CodePoints | None]] = {
    b"av1C": lambda content: stream_colors.of_av1(content[4:]),
    b"hvcC": stream_colors.of_hevc,
}

_ANDROID_JFIF = 5, 1, 6
"""What Android's HEIC writer states for its data space JFIF, whose pictures are in sRGB as JPEGs are."""


@dataclass(frozen=True, slots=True)
class Properties:
    """What the primary image's properties say; ``transforms`` in the order in which they apply."""

    nclx: ColorSpace | None = None
    transforms: tuple[Transform, ...] = ()
    coded: tuple[int, ...] = ()
    """The items that hold the coded data of the image: itself, or the tiles of a grid."""


def of_primary(data: bytes) -> Properties:
    """Return the properties of the primary image; empty where the file has none that can be read."""
    view = memoryview(data)
    if data[8:12] == b"avis":  # decoders show the first frame of the sequence instead
        return _of_track(view)
    inner = _inside_meta(view)
    at, end = inner.get(b"pitm", _NOWHERE)
    if end - at < 6:
        return Properties()
    item = unsigned(view, at + FULL_BOX_BYTES, 2 if view[at] == 0 else 4)
    associated = _Associations(view, *inner.get(b"iprp", _NOWHERE))
    found = _properties(view, associated.of(item))
    tiles = _inputs(view, *inner.get(b"iref", _NOWHERE), item=item)
    found = replace(found, coded=tiles or (item,))
    if found.nclx or not tiles:
        return found
    # A grid may leave its colors to its tiles.
    return replace(found, nclx=_properties(view, associated.of(tiles[0])).nclx)


def with_readable_colors(data: bytes) -> bytes:
    """Return the file with only such ``colr`` boxes as decoders take: a broken one would refuse it.

    Reserved code points become unspecified. What is no color information becomes a profile, which is ignored
    later; an empty box becomes free space, which decoders do not take where it is marked as essential.
    """
    view = memoryview(data)
    repairs: list[tuple[int, bytes]] = []
    for kind, start, end in _Associations(view, *_inside_meta(view).get(b"iprp", _NOWHERE)).properties:
        if kind != b"colr" or bytes(view[start - 4 : start]) != b"colr":
            continue
        name = bytes(view[start : start + 4])
        if name == b"nclx" and end - start >= _NCLX_BYTES:
            content = bytes(view[start + 4 : start + _NCLX_BYTES])
            if (sound := _sound_nclx(content)) != content:
                repairs.append((start + 4, sound))
        elif end - start <= 4:
            repairs.append((start - 4, b"free"))
        elif name not in {b"prof", b"rICC"}:
            repairs.append((start, b"prof"))
    if not repairs:
        return data
    repaired = bytearray(data)
    for at, value in repairs:
        repaired[at : at + len(value)] = value
    return bytes(repaired)


def _sound_nclx(content: bytes) -> bytes:
    primaries, transfer, matrix, flags = struct.unpack(">HHHB", content)
    if of_code_points(primaries, transfer) is None:
        primaries = transfer = UNSPECIFIED
    return struct.pack(
        ">HHHB", primaries, transfer, matrix if matrix in _MATRICES else UNSPECIFIED, flags & 0x80
    )


def _inside_meta(view: memoryview) -> dict[bytes, Span]:
    for kind, start, end in islice(boxes(view, 0, len(view)), _MAX_BOXES):
        if kind == b"meta":
            inner = islice(boxes(view, start + FULL_BOX_BYTES, end), _MAX_BOXES)
            return {k: (s, e) for k, s, e in inner}
    return {}


def _of_track(view: memoryview) -> Properties:
    start, end = 0, len(view)
    for wanted in _SAMPLE_ENTRY:
        skipped = _SKIPPED.get(wanted, 0)
        inner = islice(boxes(view, start, end), _MAX_BOXES)
        start, end = next(((s + skipped, e) for kind, s, e in inner if kind == wanted), (0, 0))
    return _properties(view, list(islice(boxes(view, start, end), _MAX_BOXES)))


def _properties(view: memoryview, found: list[tuple[bytes, int, int]]) -> Properties:
    transforms = (Transform(kind, bytes(view[s : min(e, s + 32)])) for kind, s, e in found if kind in KINDS)
    return Properties(_nclx(view, found) or _in_stream(view, found), tuple(transforms))


class _Associations:
    """The property boxes of a file, and which item has which."""

    def __init__(self, view: memoryview, start: int, end: int) -> None:
        self._view = view
        self.properties: list[tuple[bytes, int, int]] = []
        self._maps: list[Span] = []
        for kind, s, e in islice(boxes(view, start, end), _MAX_BOXES):
            if kind == b"ipco":
                self.properties = list(islice(boxes(view, s, e), _MAX_BOXES))
            elif kind == b"ipma":
                self._maps.append((s, e))

    def of(self, item: int) -> list[tuple[bytes, int, int]]:
        """Return type, start and end of each property box of an item, in order."""
        for start, end in self._maps:
            for number, places in islice(self._entries(start, end), _MAX_BOXES):
                if number == item:
                    essential = 1 << 8 * places.step - 1
                    indexes = (unsigned(self._view, at, places.step) & (essential - 1) for at in places)
                    return [self.properties[i - 1] for i in indexes if 0 < i <= len(self.properties)]
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


def _in_stream(view: memoryview, properties: Sequence[tuple[bytes, int, int]]) -> ColorSpace | None:
    """Return the color that the headers of AV1 or HEVC name in the decoder's configuration."""
    for kind, start, end in properties:
        if kind in _CONFIGURATIONS:
            header = bytes(view[start : min(end, start + _MAX_CONFIGURATION_BYTES)])
            if (named := _CONFIGURATIONS[kind](header)) is not None:
                return named.space()
    return None


def _inputs(view: memoryview, start: int, end: int, *, item: int) -> tuple[int, ...]:
    """Return the ids of the images from which a derived image is made."""
    if end - start < FULL_BOX_BYTES:
        return ()
    id_bytes = 2 if view[start] == 0 else 4
    for kind, s, e in islice(boxes(view, start + FULL_BOX_BYTES, end), _MAX_BOXES):
        if kind == b"dimg" and e - s >= 2 * id_bytes + 2 and unsigned(view, s, id_bytes) == item:
            count = unsigned(view, s + id_bytes, 2)
            at = range(s + id_bytes + 2, min(e, s + id_bytes + 2 + count * id_bytes), id_bytes)
            return tuple(unsigned(view, place, id_bytes) for place in at)
    return ()


def _nclx(view: memoryview, properties: Sequence[tuple[bytes, int, int]]) -> ColorSpace | None:
    for kind, start, end in properties:
        if kind == b"colr" and bytes(view[start : start + 4]) == b"nclx" and end - start >= _NCLX_BYTES:
            primaries, transfer, matrix = (unsigned(view, start + at, 2) for at in (4, 6, 8))
            if (primaries, transfer, matrix) == _ANDROID_JFIF:
                return SRGB
            return of_code_points(primaries, transfer)  # the decoder applies matrix and range
    return None
