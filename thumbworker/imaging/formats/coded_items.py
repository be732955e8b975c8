"""Find the coded data of the image in an AVIF or HEIC, and how much of it is overwritten.

Places: ISO/IEC 14496-12 (8.7 and 8.11). AV1 (its section 5.3) and HEVC (H.265, 7.3.1) are coded
by ranges: after the first wrong byte the rest of a tile means nothing. Decoders fill it and say nothing.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from thumbworker.imaging.filler import fillers
from thumbworker.imaging.formats.isobmff import FULL_BOX_BYTES, boxes, unsigned
from thumbworker.imaging.formats.stream_colors import of_av1

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from thumbworker.imaging.colorimetry import ColorSpace

Span = tuple[int, int]

_MAX_ITEMS = 10_000
_HEADER_BYTES = 4096
_NOWHERE = (0, 0)
_SAMPLE_TABLE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_OBU_TILES = {4, 6}
"""Tile group, and frame with tile group (AV1, 6.2.2)."""
_SLICE_TYPES = 32
_HOLE = bytes(16)
"""An HEVC slice has never three zeros in a row (H.265, 7.4.2), an AV1 tile of a photo seldom two."""


def missing_of_avif(data: bytes, items: Sequence[int]) -> float:
    """Return the share of the image whose coded data is overwritten by zeros, one byte, or text."""
    spans = _first_sample(data) if data[8:12] == b"avis" else _extents(data, items)
    return _missing(data, spans, _hole_in_av1)


def color_of_avif(data: bytes, items: Sequence[int]) -> ColorSpace | None:
    """Return the color that the header of the first item names (AV1-ISOBMFF, 2.3.1: it begins with one)."""
    spans = _first_sample(data) if data[8:12] == b"avis" else _extents(data, items[:1])
    named = of_av1(data[spans[0][0][0] :][:_HEADER_BYTES]) if spans else None
    return named.space() if named else None


def missing_of_heic(data: bytes, items: Sequence[int]) -> float:
    """Return the share of the image whose coded data is overwritten by zeros."""
    return _missing(data, _extents(data, items), _hole_in_hevc)


def _missing(data: bytes, found: list[list[Span]], hole: Callable[[bytes, int, int], int]) -> float:
    """Return the mean share over the items, which are tiles of one size."""
    lost = 0.0
    for spans in found:
        total, before = sum(end - start for start, end in spans), 0
        for start, end in spans:
            at = hole(data, start, end)
            if at < end:
                lost += 1 - (before + at - start) / total
                break
            before += end - start
    return lost / max(1, len(found))


def _hole_in_av1(data: bytes, start: int, end: int) -> int:
    """Return where the data breaks off; ``end`` if it does not."""
    for at, obu_end in _tile_obus(data, start, end):
        for first, _ in fillers(data, at, obu_end):
            return first
    return end


def _tile_obus(data: bytes, at: int, end: int) -> Iterator[Span]:
    for _ in range(_MAX_ITEMS):
        if at >= end:
            return
        header = data[at]
        body = at + (2 if header & 4 else 1)
        obu_end = end
        if header & 2:
            size = shift = 0
            while body < end and shift < 56:
                size, shift, body = size | (data[body] & 0x7F) << shift, shift + 7, body + 1
                if data[body - 1] < 0x80:
                    break
            obu_end = min(end, body + size)
        if header >> 3 & 15 in _OBU_TILES:
            yield body, obu_end
        at = obu_end


def _hole_in_hevc(data: bytes, at: int, end: int) -> int:
    """Return where the data breaks off; ``end`` if it does not."""
    for _ in range(_MAX_ITEMS):
        if at + 6 > end:
            return end
        nal_end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        if nal_end == at + 4 or nal_end > end:
            return at
        if data[at + 4] >> 1 & 63 < _SLICE_TYPES:
            hole = data.find(_HOLE, at + 4, nal_end)
            if hole >= 0:
                return hole
        at = nal_end
    return end


def _first_sample(data: bytes) -> list[list[Span]]:
    """Return where the first frame of a sequence is (8.7.3 and 8.7.5)."""
    view = memoryview(data)
    start, end = 0, len(view)
    for wanted in _SAMPLE_TABLE:
        inner = islice(boxes(view, start, end), _MAX_ITEMS)
        start, end = next(((s, e) for kind, s, e in inner if kind == wanted), _NOWHERE)
    tables = {kind: (s, e) for kind, s, e in islice(boxes(view, start, end), _MAX_ITEMS)}
    sizes, offsets = tables.get(b"stsz", _NOWHERE)[0], tables.get(b"stco", _NOWHERE)[0]
    if not sizes or not offsets:
        return []
    size = unsigned(view, sizes + 4, 4) or unsigned(view, sizes + 12, 4)
    at = unsigned(view, offsets + 8, 4)
    return [[(at, at + size)]] if 0 < at < at + size <= len(view) else []


def _extents(data: bytes, items: Sequence[int]) -> list[list[Span]]:
    """Return where each item's data is, for those whose data is in the file (8.11.3)."""
    view = memoryview(data)
    inner: dict[bytes, Span] = {}
    for kind, start, end in islice(boxes(view, 0, len(view)), _MAX_ITEMS):
        if kind == b"meta":
            inner = {k: (s, e) for k, s, e in islice(boxes(view, start + FULL_BOX_BYTES, end), _MAX_ITEMS)}
            break
    places = dict(islice(_locations(view, *inner.get(b"iloc", _NOWHERE)), _MAX_ITEMS))
    return [spans for item in items if (spans := places.get(item))]


def _locations(view: memoryview, start: int, end: int) -> Iterator[tuple[int, list[Span]]]:
    if end - start < 8:
        return
    version = view[start]
    sizes = unsigned(view, start + 4, 2)
    offset_bytes, length_bytes, base_bytes = (sizes >> shift & 15 for shift in (12, 8, 4))
    index_bytes = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    at = start + 6 + wide
    step = index_bytes + offset_bytes + length_bytes
    while at < end:
        item, at = unsigned(view, at, wide), at + wide
        method, at = (unsigned(view, at, 2) & 15, at + 2) if version else (0, at)
        base, at = unsigned(view, at + 2, base_bytes), at + 2 + base_bytes
        count, at = unsigned(view, at, 2), at + 2
        spans = []
        for place in range(at, min(end, at + count * step), step or 1):
            offset = base + unsigned(view, place + index_bytes, offset_bytes)
            length = unsigned(view, place + index_bytes + offset_bytes, length_bytes)
            spans.append((offset, min(len(view), offset + length)))
        at += count * step
        if method == 0 and spans and all(first < last for first, last in spans):
            yield item, spans
