"""A bounded reader of EXIF: one pass, no exceptions.

Layout: TIFF 6.0, section 2; tags: CIPA DC-008 (Exif 3.0). Hostile files contain loops, counts of billions and
divisions by zero; every read here is limited to the block.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

_EXIF_PREFIX = b"Exif\x00\x00"
_EXIF_POINTER, _GPS_POINTER, _INTEROP_POINTER = 0x8769, 0x8825, 0xA005
_ORIENTATION = 0x0112
_THUMBNAIL, _THUMBNAIL_BYTES = 0x0201, 0x0202
_MAX_THUMBNAIL_BYTES = 1 << 16
_MAX_ENTRIES = 1000
_MAX_VALUE_BYTES = 4096

_ITEM_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 8: 2, 9: 4, 10: 8, 13: 4, 129: 1}
_TEXT_TYPES = {2, 7, 129}
_NUMBER_CODES = {1: "B", 3: "H", 4: "L", 8: "h", 9: "l", 13: "L"}


class Ratio(NamedTuple):
    """A rational number as stored; the denominator may be zero."""

    numerator: int
    denominator: int


Value = bytes | tuple[int, ...] | tuple[Ratio, ...]


@dataclass(frozen=True, slots=True)
class Tags:
    """The entries of the main, Exif, GPS and interoperability directories, by tag number."""

    main: dict[int, Value] = field(default_factory=dict)
    exif: dict[int, Value] = field(default_factory=dict)
    gps: dict[int, Value] = field(default_factory=dict)
    interop: dict[int, Value] = field(default_factory=dict)
    byte_order: str = field(default="<", compare=False)
    thumbnail: bytes = field(default=b"", compare=False)
    """The JPEG of the second directory, if it has at most 64 kB, the size of an EXIF block."""

    @property
    def orientation(self) -> int:
        """Return the orientation, 1 to 8; 1 for any other stored value."""
        value = self.main.get(_ORIENTATION)
        if isinstance(value, tuple) and value and isinstance(value[0], int) and 1 <= value[0] <= 8:
            return value[0]
        return 1


def read_tags(block: bytes) -> Tags:
    """Read an EXIF block, with or without its ``Exif`` prefix; unreadable entries are left out."""
    view = memoryview(block)
    if block[:6] == _EXIF_PREFIX:
        view = view[6:]
    order = {b"II": "<", b"MM": ">"}.get(bytes(view[:2]))
    if order is None or len(view) < 8:
        return Tags()
    reader = _Reader(view, order)
    main_at = reader.unsigned(4)
    main = reader.directory(main_at)
    exif = reader.directory(_offset(main.get(_EXIF_POINTER)))
    return Tags(
        main=main,
        exif=exif,
        gps=reader.directory(_offset(main.get(_GPS_POINTER))),
        interop=reader.directory(_offset(exif.get(_INTEROP_POINTER))),
        byte_order=order,
        thumbnail=reader.thumbnail(reader.directory(reader.following(main_at))),
    )


def read_bytes(block: bytes, tag: int, maximum: int) -> bytes:
    """Return at most ``maximum`` stored bytes of a tag of a TIFF's main directory; empty if none."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 8:
        return b""
    reader = _Reader(memoryview(block), order)
    return reader.raw(reader.unsigned(4), tag, maximum)


def _offset(value: Value | None) -> int:
    return value[0] if isinstance(value, tuple) and value and isinstance(value[0], int) else 0


class _Reader:
    """Reads the directories of one block in one byte order."""

    def __init__(self, view: memoryview, order: str) -> None:
        self._view = view
        self._order = order

    def unsigned(self, at: int, size: int = 4) -> int:
        return int.from_bytes(self._view[at : at + size], "little" if self._order == "<" else "big")

    def directory(self, at: int) -> dict[int, Value]:
        """Return the readable entries of the directory at ``at``; the first of a tag counts."""
        tags: dict[int, Value] = {}
        for entry in self._entries(at):
            value = self._value(entry)
            if value is not None:
                tags.setdefault(self.unsigned(entry, 2), value)
        return tags

    def following(self, at: int) -> int:
        """Return where the directory after the one at ``at`` starts; 0 if there is none."""
        return self.unsigned(at + 2 + 12 * self.unsigned(at, 2)) if 8 <= at <= len(self._view) - 2 else 0

    def thumbnail(self, directory: dict[int, Value]) -> bytes:
        at, size = _offset(directory.get(_THUMBNAIL)), _offset(directory.get(_THUMBNAIL_BYTES))
        return bytes(self._view[at : at + size]) if 0 < size <= _MAX_THUMBNAIL_BYTES else b""

    def raw(self, at: int, tag: int, maximum: int) -> bytes:
        """Return the stored bytes of the first entry of a tag."""
        for entry in self._entries(at):
            if self.unsigned(entry, 2) == tag:
                size = self.unsigned(entry + 4) * _ITEM_BYTES.get(self.unsigned(entry + 2, 2), 0)
                start = entry + 8 if size <= 4 else self.unsigned(entry + 8)
                return bytes(self._view[start : start + min(size, maximum)])
        return b""

    def _entries(self, at: int) -> range:
        """Return where the entries of the directory at ``at`` start."""
        if not 8 <= at <= len(self._view) - 2:
            return range(0)
        count = min(self.unsigned(at, 2), _MAX_ENTRIES)
        return range(at + 2, min(at + 2 + 12 * count, len(self._view) - 11), 12)

    def _value(self, entry: int) -> Value | None:
        kind, count = self.unsigned(entry + 2, 2), self.unsigned(entry + 4)
        item_bytes = _ITEM_BYTES.get(kind)
        if item_bytes is None or not count:
            return None
        count = min(count, _MAX_VALUE_BYTES // item_bytes)
        size = count * item_bytes
        at = entry + 8 if size <= 4 else self.unsigned(entry + 8)
        raw = bytes(self._view[at : at + size])
        if kind in _TEXT_TYPES:
            return raw
        if len(raw) < size:
            return None
        if kind in _NUMBER_CODES:
            return struct.unpack(f"{self._order}{count}{_NUMBER_CODES[kind]}", raw)
        numbers = struct.unpack(f"{self._order}{2 * count}{'L' if kind == 5 else 'l'}", raw)
        return tuple(Ratio(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))
