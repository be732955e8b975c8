"""Read the main header of a JPEG 2000 codestream, and estimate what its decoding costs.

Markers: ISO/IEC 15444-1, annex A; geometry: annex B. A file of 300 bytes can contain a billion
code-blocks, and OpenJPEG decodes in one call that our deadline can't end; so time and memory are
estimated before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.formats.isobmff import unsigned

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_COMPONENTS = 4
MAX_BITS = 16
_SIZ, _COD, _COC, _QCD, _QCC, _POC = 0x51, 0x52, 0x53, 0x5C, 0x5D, 0x5F
_SOT, _SOD, _EOC = 0x90, 0x93, 0xD9
_MAX_MARKERS = 10_000
_MAX_TILES = 65_535
_MOST_PLANES = 31
_MOST_LEVELS = 32

_TILE_BYTES = 12_000
_BLOCK_BYTES = 450
_PRECINCT_BYTES = 700
_TILE_NS, _PACKET_NS, _BLOCK_NS = 60_000, 2_000, 2_500
_SAMPLE_NS, _PLANE_NS, _NOISY_PLANE_NS, _BYTE_NS = 30, 5, 23, 150
"""Measured on OpenJPEG 2.5.4: noise of 8 and 16 bits, black, small blocks, small tiles (decision 85)."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How a component is coded: wavelet levels, and sizes of blocks and precincts by their exponents."""

    levels: int
    block: tuple[int, int]
    precincts: tuple[tuple[int, int], ...]
    """For each resolution, the smallest first."""


@dataclass(frozen=True, slots=True)
class Codestream:
    """The main header of a codestream. Sizes in pixels; origins on the reference grid."""

    size: tuple[int, int]
    origin: tuple[int, int]
    tile: tuple[int, int]
    tile_origin: tuple[int, int]
    bits: tuple[int, ...]
    """Of each component."""
    codings: tuple[Coding, ...]
    """Of each component."""
    layers: int
    planes: int
    progressions: int
    tile_offset: int
    """Where the first tile-part begins."""
    data_bytes: int

    @property
    def tiles(self) -> tuple[int, int]:
        """Return the number of tiles across and down."""
        across, down = (
            -(-(self.origin[side] + self.size[side] - self.tile_origin[side]) // self.tile[side])
            for side in (0, 1)
        )
        return across, down

    @property
    def packets(self) -> int:
        """Return the number of packets, which is also the most bytes that empty ones take."""
        tiles = self.tiles[0] * self.tiles[1]
        return tiles * self.layers * sum(sum(precincts) for precincts, _ in self._parts())

    def reduced(self, reduce: int) -> tuple[int, int]:
        """Return the size after leaving out this number of wavelet levels."""
        return -(-self.size[0] >> reduce), -(-self.size[1] >> reduce)

    def reduce_for(self, target: tuple[int, int]) -> int:
        """Return how many levels can be left out so that the image is no smaller than ``target``."""
        tiled = self.tiles != (1, 1)
        if self.origin != (0, 0) or self.tile_origin != (0, 0):
            return 0  # Pillow compares reduced places with the unreduced origin
        reduce = 0
        while reduce < min(coding.levels for coding in self.codings):
            step = 1 << (reduce + 1)
            if any(a < b for a, b in zip(self.reduced(reduce + 1), target, strict=True)):
                break
            if tiled and (self.tile[0] % step or self.tile[1] % step):
                break  # a tile could be left without pixels, which Pillow takes for an error
            reduce += 1
        return reduce

    def cost(self, reduce: int) -> tuple[int, float]:
        """Estimate the decoder's memory in bytes and its processor time in seconds."""
        tiles = self.tiles[0] * self.tiles[1]
        width, height = self.reduced(reduce)
        of_tile = min(width, (self.tile[0] >> reduce) + 1) * min(height, (self.tile[1] >> reduce) + 1)
        parts = list(self._parts())
        blocks = sum(count for _, count in parts)
        precincts = sum(3 * sum(counts) for counts, _ in parts)
        sample_bytes = 4 + 2 * (max(self.bits) > 8) + (max(self.bits) <= 8)
        memory = (
            tiles * _TILE_BYTES
            + blocks * _BLOCK_BYTES
            + precincts * _PRECINCT_BYTES
            + of_tile * len(self.bits) * sample_bytes
            + 4 * width * height
            + self.data_bytes
        )
        samples = width * height * len(self.bits)
        noisy = min(
            self.planes * _PLANE_NS * samples + _BYTE_NS * self.data_bytes,
            self.planes * _NOISY_PLANE_NS * samples,
        )
        nanoseconds = (
            tiles * (_TILE_NS + blocks * _BLOCK_NS)
            + self.packets * self.progressions * _PACKET_NS
            + _SAMPLE_NS * samples
            + noisy
        )
        return memory, nanoseconds / 1e9

    def _parts(self) -> Iterator[tuple[list[int], int]]:
        """Yield for each component of a tile the precincts of each resolution, and the code-blocks.

        Both are upper bounds: a tile may begin anywhere in its first precinct.
        """
        more = self.tiles != (1, 1) or self.origin != (0, 0)
        width, height = min(self.tile[0], self.size[0]), min(self.tile[1], self.size[1])
        for coding in self.codings:
            counts, blocks = [], 0
            for resolution, (across, down) in enumerate(coding.precincts):
                shift = coding.levels - resolution
                wide, high = -(-width >> shift), -(-height >> shift)
                columns, rows = -(-wide >> across) + more, -(-high >> down) + more
                counts.append(columns * rows)
                bands = 3 if resolution else 1
                half = 1 if resolution else 0
                block_wide, block_high = (
                    min(coding.block[0], across - half),
                    min(coding.block[1], down - half),
                )
                blocks += (
                    bands
                    * ((-(-wide >> half) >> max(0, block_wide)) + 1 + columns)
                    * ((-(-high >> half) >> max(0, block_high)) + 1 + rows)
                )
            yield counts, blocks


def read_codestream(view: memoryview) -> Codestream:
    """Read the main header.

    Raises:
        Refused: it is damaged, or the image has components that are not supported.
    """
    size, origin, tile, tile_origin, bits = _read_siz(view)
    codings: dict[int, Coding] = {}
    quantized: list[int] = []
    layers, progressions, at = 0, 1, 2
    for marker, start, end in _markers(view):
        if marker == _COD:
            layers = unsigned(view, start + 2, 2)
            codings[-1] = _coding(view, start + 5, end, sized=bool(view[start] & 1))
        elif marker == _COC and end - start > 6:
            codings[view[start]] = _coding(view, start + 2, end, sized=bool(view[start + 1] & 1))
        elif marker in {_QCD, _QCC}:
            quantized.append(_planes(view, start + (marker == _QCC), end))
        elif marker == _POC:
            progressions += max(1, (end - start) // 7)
        at = end
    if unsigned(view, at, 2) != 0xFF00 | _SOT or -1 not in codings or not quantized or not layers:
        reason = Reason.TRUNCATED if at + 2 > len(view) else Reason.DAMAGED
        raise Refused(reason, "no tile follows the header of the codestream")
    return Codestream(
        size=size,
        origin=origin,
        tile=tile,
        tile_origin=tile_origin,
        bits=bits,
        codings=tuple(codings.get(number, codings[-1]) for number in range(len(bits))),
        layers=layers,
        planes=min(_MOST_PLANES, max(quantized)),
        progressions=progressions,
        tile_offset=at,
        data_bytes=len(view) - at,
    )


Size = tuple[int, int]


def _read_siz(view: memoryview) -> tuple[Size, Size, Size, Size, tuple[int, ...]]:
    if len(view) < 45:
        raise Refused(Reason.TRUNCATED, f"a codestream of {len(view)} bytes")
    right, bottom, left, top, tile_width, tile_height, tile_left, tile_top = (
        unsigned(view, at, 4) for at in range(8, 40, 4)
    )
    count = unsigned(view, 40, 2)
    placed = tile_left <= left < tile_left + tile_width and tile_top <= top < tile_top + tile_height
    if right <= left or bottom <= top or not placed or not count:
        raise Refused(Reason.DAMAGED, f"an image from {left},{top} to {right},{bottom}")
    if count > MAX_COMPONENTS:
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"{count} components")
    components = [bytes(view[at : at + 3]) for at in range(42, 42 + 3 * count, 3)]
    if any(component[1:] != b"\x01\x01" for component in components):
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, "components of different sizes")
    bits = tuple((component[0] & 0x7F) + 1 for component in components)
    if max(bits) > MAX_BITS:
        raise Refused(Reason.SAMPLES_NOT_SUPPORTED, f"{max(bits)} bits")
    return (
        (right - left, bottom - top),
        (left, top),
        (tile_width, tile_height),
        (tile_left, tile_top),
        bits,
    )


def _markers(view: memoryview, at: int = 2) -> Iterator[tuple[int, int, int]]:
    """Yield marker, content start and content end of each segment of a header."""
    for _ in range(_MAX_MARKERS):
        marker, size = unsigned(view, at, 2), unsigned(view, at + 2, 2)
        if marker < 0xFF00 or marker & 0xFF in {_SOT, _SOD, _EOC} or size < 2 or at + 2 + size > len(view):
            return
        yield marker & 0xFF, at + 4, at + 2 + size
        at += 2 + size


def _coding(view: memoryview, at: int, end: int, *, sized: bool) -> Coding:
    if end - at < 5 or view[at] > _MOST_LEVELS or view[at + 1] > 8 or view[at + 2] > 8:
        raise Refused(Reason.DAMAGED, "the coding of a component")
    levels = view[at]
    sizes = bytes(view[at + 5 : end]) if sized else b""
    if sized and (len(sizes) <= levels or any(not size & 15 or not size >> 4 for size in sizes[1:])):
        raise Refused(Reason.DAMAGED, "the precincts of a component")
    precincts = tuple((sizes[r] & 15, sizes[r] >> 4) if sized else (15, 15) for r in range(levels + 1))
    return Coding(levels, (view[at + 1] + 2, view[at + 2] + 2), precincts)


def _planes(view: memoryview, at: int, end: int) -> int:
    """Return the most bit-planes that a quantization allows (A.6.4, E.1)."""
    style = view[at] & 31 if at < end else 0
    step = 2 if style else 1
    exponents = [view[place] >> 3 for place in range(at + 1, end, step)]
    return (view[at] >> 5 if at < end else 0) + max(exponents, default=_MOST_PLANES) - 1


@dataclass(frozen=True, slots=True)
class TileParts:
    """What the tile-parts of a codestream are: bytes and places."""

    lost: int
    """Tiles that lack a part."""
    bodies: tuple[tuple[int, int], ...]
    own_coding: bool
    """A tile has a coding or an order of its own."""
    own_planes: bool


def read_tile_parts(view: memoryview, stream: Codestream) -> TileParts:
    """Walk through the tile-parts (A.4.2), without their data."""
    tiles = stream.tiles[0] * stream.tiles[1]
    parts: dict[int, list[int]] = {}
    bodies: list[tuple[int, int]] = []
    own_coding = own_planes = False
    at = stream.tile_offset
    for _ in range(4 * _MAX_TILES):
        if unsigned(view, at, 2) != 0xFF00 | _SOT or at + 12 > len(view):
            break
        tile, size, count = unsigned(view, at + 4, 2), unsigned(view, at + 6, 4), view[at + 11]
        end = at + size if size else len(view)
        body = at + 12
        for marker, _, segment_end in _markers(view, at + 12):
            own_coding |= marker in {_COD, _COC, _POC}
            own_planes |= marker in {_QCD, _QCC}
            body = segment_end
        bodies.append((body + 2, min(end, len(view))))
        if end <= len(view):
            seen = parts.setdefault(tile, [0, 0])
            seen[0], seen[1] = seen[0] + 1, max(seen[1], count)
        if end < at + 14:
            break
        at = end
    whole = sum(seen >= wanted for tile, (seen, wanted) in parts.items() if tile < tiles)
    return TileParts(max(0, tiles - whole), tuple(bodies), own_coding, own_planes)


def with_most_planes(stream: Codestream) -> Codestream:
    """Return the header as if every tile had as many bit-planes as there can be."""
    return replace(stream, planes=_MOST_PLANES)
