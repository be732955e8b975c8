"""Copy a HEIC or AVIF without its metadata: zeros in place of it, so that every offset stays right.

Kept are the main image, what it is made of, its auxiliary images such as transparency, if they are coded as
named here, and the boxes and properties that are. All else becomes zeros, in boxes and items of type
``free``: EXIF, XMP, thumbnails, other images, what no item names, what a maker put in. Behind the picture
the file is cut off. Boxes: ISO/IEC 14496-12 (8.11) and 23008-12.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

from thumbworker.imaging.formats.isobmff import FULL_BOX_BYTES, boxes, unsigned
from thumbworker.imaging.formats.profile_copy import NotClean, clean_profile

_TOP = frozenset({b"ftyp", b"meta", b"mdat"})
_IN_META = frozenset({b"hdlr", b"pitm", b"iinf", b"iloc", b"iref", b"iprp", b"idat"})
_PROPERTIES = frozenset(
    b"ispe pixi colr hvcC av1C avcC vvcC lhvC irot imir clap pasp auxC rloc clli mdcv cclv amve lsel a1op"
    b" a1lx tols oinf reve ndwt".split()
)
_PROPERTY_BYTES = {b"ispe": 12, b"irot": 1, b"imir": 1, b"pasp": 8, b"clap": 32, b"clli": 4, b"mdcv": 24}
_PROFILES, _NCLX = frozenset({b"prof", b"rICC"}), b"nclx"
_NCLX_BYTES = 11
_CODED = frozenset(b"hvc1 av01 avc1 vvc1 lhv1 grid iden iovl tmap".split())
"""Types of items that hold a picture alone. A JPEG, for one, has its own EXIF."""
_MADE_OF, _BELONGS_TO = b"dimg", b"auxl"
_FREE = b"free"
_HIDDEN = 1
_NAME_IN_HANDLER = 24
_IN_FILE, _IN_IDAT = 0, 1
_MAX_ENTRIES = 10_000
_MAX_DEPTH = 16
_MAX_DATA_BOXES = 100


class _Box(NamedTuple):
    kind: bytes
    at: int
    start: int
    end: int


class _Reference(NamedTuple):
    box: _Box
    source: int
    targets: list[int]


def clean_isobmff(data: bytes) -> bytes:
    """Return a copy of the file with the same offsets.

    Raises:
        NotClean: it is a sequence, or not built as the standard says.
    """
    return _Copy(data).made()


class _Copy:
    def __init__(self, data: bytes) -> None:
        self._view = memoryview(data)
        top = self._boxes(0, len(data), complete=False)
        kinds = [box.kind for box in top]
        if kinds.count(b"meta") != 1 or b"moov" in kinds:
            raise NotClean
        while top[-1].kind not in _TOP:
            top.pop()
        self._made = bytearray(self._view[: top[-1].end])
        self._free_others(top, _TOP)
        self._data = [box for box in top if box.kind == b"mdat"]
        if len(self._data) > _MAX_DATA_BOXES:
            raise NotClean
        meta = top[kinds.index(b"meta")]
        inner = self._boxes(meta.start + FULL_BOX_BYTES, meta.end)
        self._free_others(inner, _IN_META)
        self._meta = {box.kind: box for box in inner}
        if len(self._meta) != len(inner) or not {b"pitm", b"iinf", b"iloc"} <= self._meta.keys():
            raise NotClean

    def made(self) -> bytes:
        references = self._references()
        kept = self._picture(references)
        for reference in references:
            if reference.source not in kept:
                self._made[reference.box.at + 4 : reference.box.at + 8] = _FREE
        self._clean_entries(kept)
        self._clean_properties()
        if handler := self._meta.get(b"hdlr"):
            self._zero(handler.start + _NAME_IN_HANDLER, handler.end)
        self._clean_data(kept)
        return bytes(self._made)

    def _boxes(self, at: int, end: int, *, complete: bool = True) -> list[_Box]:
        """Return the boxes between two positions. ``complete``: nothing lies behind them."""
        found: list[_Box] = []
        for kind, start, box_end in islice(boxes(self._view, at, end), _MAX_ENTRIES):
            found.append(_Box(kind, at, start, box_end))
            at = box_end
        if not found or (complete and at != end):
            raise NotClean
        return found

    def _zero(self, start: int, end: int) -> None:
        end = min(end, len(self._made))
        if start < end:
            self._made[start:end] = bytes(end - start)

    def _free_others(self, found: list[_Box], kept: frozenset[bytes]) -> None:
        for box in found:
            if box.kind not in kept and box.at < len(self._made):
                self._made[box.at + 4 : box.at + 8] = _FREE
                self._zero(box.start, box.end)

    def _references(self) -> list[_Reference]:
        if b"iref" not in self._meta:
            return []
        _, _, start, end = self._meta[b"iref"]
        wide = 4 if self._view[start] else 2
        found = []
        for box in self._boxes(start + FULL_BOX_BYTES, end):
            first = box.start + wide + 2
            count = min(unsigned(self._view, box.start + wide, 2), (box.end - first) // wide)
            targets = [unsigned(self._view, first + wide * index, wide) for index in range(count)]
            self._zero(first + wide * count, box.end)
            found.append(_Reference(box, unsigned(self._view, box.start, wide), targets))
        return found

    def _picture(self, references: list[_Reference]) -> set[int]:
        """Return the items that make the picture: the main one, its parts, what belongs to one of them."""
        _, _, start, end = self._meta[b"pitm"]
        wide = 4 if self._view[start] else 2
        self._zero(start + FULL_BOX_BYTES + wide, end)
        kept = {unsigned(self._view, start + FULL_BOX_BYTES, wide)}
        before, depth = 0, 0
        while len(kept) > before:
            before, depth = len(kept), depth + 1
            if depth > _MAX_DEPTH:
                raise NotClean
            for reference in references:
                if reference.box.kind == _MADE_OF and reference.source in kept:
                    kept.update(reference.targets)
                elif reference.box.kind == _BELONGS_TO and not kept.isdisjoint(reference.targets):
                    kept.add(reference.source)
        return kept

    def _clean_entries(self, kept: set[int]) -> None:
        """Hide items that are left out, and remove all names."""
        _, _, start, end = self._meta[b"iinf"]
        count_bytes = 4 if self._view[start] else 2
        for entry in self._boxes(start + FULL_BOX_BYTES + count_bytes, end):
            version = self._view[entry.start]
            if entry.kind != b"infe" or version not in {2, 3} or entry.end - entry.start < 12:
                raise NotClean
            id_bytes = 2 if version == 2 else 4
            kind_at = entry.start + FULL_BOX_BYTES + id_bytes + 2
            if unsigned(self._view, entry.start + FULL_BOX_BYTES, id_bytes) in kept:
                if self._view[kind_at : kind_at + 4] not in _CODED:
                    raise NotClean
            else:
                self._made[entry.start + 3] |= _HIDDEN
                self._made[kind_at : kind_at + 4] = _FREE
            self._zero(kind_at + 4, entry.end)

    def _clean_properties(self) -> None:
        if b"iprp" in self._meta:
            _, _, start, end = self._meta[b"iprp"]
            inner = self._boxes(start, end)
            self._free_others(inner, frozenset({b"ipco", b"ipma"}))
            for box in inner:
                if box.kind == b"ipco":
                    properties = self._boxes(box.start, box.end)
                    self._free_others(properties, _PROPERTIES)
                    for each in properties:
                        self._clean_property(each)

    def _clean_property(self, box: _Box) -> None:
        size = box.end - box.start
        if size > _PROPERTY_BYTES.get(box.kind, size):
            raise NotClean
        if box.kind == b"colr":
            kind, start = bytes(self._view[box.start : box.start + 4]), box.start + 4
            if kind in _PROFILES:
                self._made[start : box.end] = clean_profile(bytes(self._view[start : box.end]))
            elif kind != _NCLX or size > _NCLX_BYTES:
                raise NotClean

    def _clean_data(self, kept: set[int]) -> None:
        """Keep what the items' extents name, and nothing else."""
        in_file, in_idat = self._extents(kept)
        for box in self._data:
            self._keep(in_file, box.start, box.end)
        if idat := self._meta.get(b"idat"):
            spans = [(idat.start + first, idat.start + last) for first, last in in_idat]
            self._keep(spans, idat.start, idat.end)
            if any(last > idat.end for _, last in spans):
                raise NotClean
        elif in_idat:
            raise NotClean
        for first, last in in_file:
            if not any(box.start <= first and last <= box.end for box in self._data):
                # It would be removed.
                raise NotClean

    def _keep(self, spans: list[tuple[int, int]], at: int, end: int) -> None:
        for first, last in sorted(spans):
            if first < end and last > at:
                self._zero(at, first)
                at = last
        self._zero(at, end)

    def _extents(self, kept: set[int]) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return where the data of the items is: in the file, and in the box ``idat``."""
        view, (_, _, at, end) = self._view, self._meta[b"iloc"]
        version, sizes = self._view[at], unsigned(view, at + 4, 2)
        offset_bytes, length_bytes, base_bytes = (sizes >> shift & 15 for shift in (12, 8, 4))
        index_bytes = sizes & 15 if version else 0
        wide = 4 if version == 2 else 2
        count, at = unsigned(view, at + 6, wide), at + 6 + wide
        found: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        for _ in range(min(count, _MAX_ENTRIES)):
            item, at = unsigned(view, at, wide), at + wide
            method, at = (unsigned(view, at, 2) & 15, at + 2) if version else (_IN_FILE, at)
            elsewhere, base = unsigned(view, at, 2), unsigned(view, at + 2, base_bytes)
            extents, at = unsigned(view, at + 2 + base_bytes, 2), at + 4 + base_bytes
            step = index_bytes + offset_bytes + length_bytes
            if item in kept:
                if elsewhere or method not in {_IN_FILE, _IN_IDAT} or at + extents * step > end:
                    raise NotClean
                for place in range(at + index_bytes, at + index_bytes + extents * step, step or 1):
                    first = base + unsigned(view, place, offset_bytes)
                    length = unsigned(view, place + offset_bytes, length_bytes)
                    if not length:
                        # To the end of the file, or nothing.
                        raise NotClean
                    found[method].append((first, first + length))
            at += extents * step
        if count > _MAX_ENTRIES or sum(map(len, found)) > _MAX_ENTRIES:
            raise NotClean
        self._zero(at, end)
        return found
