"""Find the JPEG previews in a camera raw of the TIFF family.

Directories: TIFF 6.0, section 2; DNG 1.7.1. The makers' own parts: ExifTool's tables of Nikon, Olympus and
Panasonic tags. Hostile files contain loops and offsets outside of the file: a directory is read once, at most
32 of them, and a preview counts only if it lies within the file and begins as a JPEG does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

_MAX_DIRECTORIES = 32
_MAX_ENTRIES = 1000
_MAX_VALUES = 16

_ITEM_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 7: 1, 13: 4}
_PANASONIC_JPEG = 0x2E
_COMPRESSION, _PHOTOMETRIC, _STRIPS, _STRIP_BYTES = 0x103, 0x106, 0x111, 0x117
_TILES, _TILE_BYTES = 0x144, 0x145
_SUB_DIRECTORIES, _JPEG, _JPEG_BYTES = 0x14A, 0x201, 0x202
_ELSEWHERE = 0xFFFFFFFF
"""An offset of Panasonic: where the strip is, another tag says."""
_EXIF, _MAKER_NOTE = 0x8769, 0x927C
_NIKON_PREVIEW = 0x11
_OLYMPUS_THUMBNAIL, _OLYMPUS_SETTINGS = 0x100, 0x2020
_OLYMPUS_PREVIEW, _OLYMPUS_PREVIEW_BYTES = 0x101, 0x102

_JPEG_COMPRESSIONS = {6, 7}
_SENSOR_COMPRESSIONS = {32767, 32769, 32770, 32772, 34713, 65535}
"""Of Sony, Epson, Samsung (two), Nikon and Pentax."""
_SENSOR_PHOTOMETRICS = {32803, 34892}
"""A color filter array, and linear raw."""
_JPEG_START = b"\xff\xd8\xff"


class Span(NamedTuple):
    """Where bytes are in the file."""

    start: int
    end: int


class _Field(NamedTuple):
    """An entry of a directory; ``at`` is the position of its value in the file."""

    kind: int
    items: int
    at: int


@dataclass(frozen=True, slots=True)
class _Block:
    """A TIFF structure in the file: its byte order, and the position that its offsets count from."""

    view: memoryview
    base: int
    order: str

    def unsigned(self, at: int, size: int) -> int:
        return int.from_bytes(self.view[at : at + size], "little" if self.order == "II" else "big")

    def directory(self, at: int) -> tuple[dict[int, _Field], int]:
        """Return the entries of the directory at a position in the file, and the offset of the next one."""
        fields: dict[int, _Field] = {}
        count = min(self.unsigned(at, 2), _MAX_ENTRIES)
        end = at + 2 + 12 * count
        for entry in range(at + 2, min(end, len(self.view) - 11), 12):
            kind, values = self.unsigned(entry + 2, 2), self.unsigned(entry + 4, 4)
            inline = values * _ITEM_BYTES.get(kind, 8) <= 4
            value_at = entry + 8 if inline else self.base + self.unsigned(entry + 8, 4)
            fields.setdefault(self.unsigned(entry, 2), _Field(kind, values, value_at))
        return fields, self.unsigned(end, 4)

    def numbers(self, field: _Field | None) -> list[int]:
        if field is None or field.kind not in {3, 4, 13}:
            return []
        size = _ITEM_BYTES[field.kind]
        count = min(field.items, _MAX_VALUES)
        return [self.unsigned(field.at + size * index, size) for index in range(count)]

    def last_number(self, field: _Field | None) -> int:
        if field is None or field.kind not in {3, 4, 13} or not field.items:
            return 0
        size = _ITEM_BYTES[field.kind]
        return self.unsigned(field.at + size * (field.items - 1), size)


@dataclass(slots=True)
class RawTiff:
    """What the directories list.

    ``previews`` in the file, whether there is ``sensor`` data, and the ``end`` of the last strip or tile,
    which may be beyond that of the file.
    """

    previews: dict[Span, None]
    sensor: bool = False
    end: int = 0


def read(data: bytes) -> RawTiff:
    """Walk the directories of a file in the TIFF container, whatever its third and fourth byte."""
    return _Walk(data).run()


class _Walk:
    """One walk over chains, sub-directories, and the directories in the maker's note."""

    def __init__(self, data: bytes) -> None:
        self._view = memoryview(data)
        self._found = RawTiff({})
        self._seen: set[int] = set()
        block = _Block(self._view, 0, data[:2].decode("latin-1"))
        self._todo: list[tuple[_Block, int, bool]] = [(block, block.unsigned(4, 4), False)]

    def run(self) -> RawTiff:
        while self._todo and len(self._seen) < _MAX_DIRECTORIES:
            block, offset, is_note = self._todo.pop(0)
            at = block.base + offset
            if at in self._seen or not 8 <= at <= len(self._view) - 6:
                continue
            self._seen.add(at)
            fields, following = block.directory(at)
            if is_note:
                self._read_note(block, fields)
            else:
                self._read_image(block, fields)
                self._follow(block, following)
        return self._found

    def _follow(self, block: _Block, *offsets: int) -> None:
        self._todo += [(block, offset, False) for offset in offsets if offset]

    def _read_image(self, block: _Block, fields: dict[int, _Field]) -> None:
        compression = block.numbers(fields.get(_COMPRESSION))[:1]
        photometric = block.numbers(fields.get(_PHOTOMETRIC))[:1]
        is_sensor = bool(_SENSOR_PHOTOMETRICS & {*photometric} or _SENSOR_COMPRESSIONS & {*compression})
        self._found.sensor |= is_sensor
        self._add_pair(block, fields, _JPEG, _JPEG_BYTES)
        if _JPEG_COMPRESSIONS & {*compression} and not is_sensor:
            self._add_pair(block, fields, _STRIPS, _STRIP_BYTES)
        for offset, length in ((_STRIPS, _STRIP_BYTES), (_TILES, _TILE_BYTES), (_JPEG, _JPEG_BYTES)):
            start, size = block.last_number(fields.get(offset)), block.last_number(fields.get(length))
            if size and start != _ELSEWHERE:
                self._found.end = max(self._found.end, block.base + start + size)
        self._add_value(fields.get(_PANASONIC_JPEG))
        self._follow(
            block, *block.numbers(fields.get(_SUB_DIRECTORIES)), *block.numbers(fields.get(_EXIF))[:1]
        )
        if _MAKER_NOTE in fields:
            self._open_note(block, fields[_MAKER_NOTE].at)

    def _open_note(self, block: _Block, at: int) -> None:
        """Queue the maker's note, whose offsets count from its own start or from the file's."""
        beginning = bytes(self._view[at : at + 18])
        if beginning.startswith(b"Nikon\x00\x02"):
            note = _Block(self._view, at + 10, beginning[10:12].decode("latin-1"))
            self._todo.append((note, note.unsigned(at + 14, 4), True))
        elif beginning.startswith(b"OLYMPUS\x00"):
            self._todo.append((_Block(self._view, at, beginning[8:10].decode("latin-1")), 12, True))
        elif beginning.startswith(b"OM SYSTEM\x00"):
            self._todo.append((_Block(self._view, at, beginning[12:14].decode("latin-1")), 16, True))
        elif beginning.startswith(b"OLYMP\x00"):
            self._todo.append((block, at + 8 - block.base, True))

    def _read_note(self, block: _Block, fields: dict[int, _Field]) -> None:
        self._add_pair(block, fields, _OLYMPUS_PREVIEW, _OLYMPUS_PREVIEW_BYTES)
        self._add_value(fields.get(_OLYMPUS_THUMBNAIL))
        self._follow(block, *block.numbers(fields.get(_NIKON_PREVIEW))[:1])
        settings = fields.get(_OLYMPUS_SETTINGS)
        if settings is not None:  # older cameras store the directory itself, newer ones its offset
            inside = settings.kind not in {4, 13}
            offset = settings.at - block.base if inside else block.unsigned(settings.at, 4)
            self._todo.append((block, offset, True))

    def _add_pair(self, block: _Block, fields: dict[int, _Field], offset: int, length: int) -> None:
        offsets, lengths = block.numbers(fields.get(offset)), block.numbers(fields.get(length))
        if len(offsets) == len(lengths) == 1:
            self._add(block.base + offsets[0], lengths[0])

    def _add_value(self, field: _Field | None) -> None:
        if field is not None and field.kind in {1, 7}:
            self._add(field.at, field.items)

    def _add(self, start: int, length: int) -> None:
        within = start + length <= len(self._view)
        if within and self._view[start : start + 3] == _JPEG_START:
            self._found.previews[Span(start, start + length)] = None
