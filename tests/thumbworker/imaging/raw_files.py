"""Camera raws around JPEGs of ours, laid out as the cameras do it, without any sensor data."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.thumbworker.imaging.exif_blocks import exif_block, text
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.contract.formats import Format

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT, LONG, BYTES, TEXT = 3, 4, 7, 2
Values = int | list[int] | bytes
Entries = dict[int, tuple[int, Values]]

DATE = b"2026:05:01 12:34:56"
LARGE, SMALL = (320, 200), (160, 100)


def lossless(data: bytes) -> bytes:
    """The JPEG as if it were coded as sensor data is: without loss, which no preview is."""
    return data.replace(b"\xff\xc0", b"\xff\xc3", 1)


@dataclass
class Container:
    """A TIFF structure that is written from its end to its beginning: what is pointed to comes first."""

    order: str = "<"
    magic: bytes = b""
    header_bytes: int = 8
    data: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self.data += bytes(self.header_bytes)

    def put(self, blob: bytes) -> int:
        at = len(self.data)
        self.data += blob + bytes(len(blob) % 2)
        return at

    def directory(self, entries: Entries, following: int = 0) -> int:
        packed = b""
        for tag, (kind, values) in sorted(entries.items()):
            if isinstance(values, bytes):
                value, count = values, len(values)
            else:
                numbers = values if isinstance(values, list) else [values]
                count = len(numbers)
                value = struct.pack(f"{self.order}{count}{'H' if kind == SHORT else 'L'}", *numbers)
            if len(value) > 4:
                value = struct.pack(self.order + "L", self.put(value))
            packed += struct.pack(self.order + "HHL", tag, kind, count) + value.ljust(4, b"\x00")
        return self.put(
            struct.pack(self.order + "H", len(entries)) + packed + struct.pack(self.order + "L", following)
        )

    def jpeg(self, data: bytes) -> Entries:
        """A directory's entries for a JPEG, by the tags of thumbnails."""
        return {0x103: (SHORT, 6), 0x201: (LONG, self.put(data)), 0x202: (LONG, len(data))}

    def strip(self, data: bytes, compression: int, photometric: int) -> Entries:
        return {
            0x103: (SHORT, compression),
            0x106: (SHORT, photometric),
            0x111: (LONG, self.put(data)),
            0x117: (LONG, len(data)),
        }

    def facts(self, make: bytes, orientation: int, note: bytes = b"") -> Entries:
        exif: Entries = {0x9003: (TEXT, DATE + b"\x00")}
        if note:
            exif[0x927C] = (BYTES, note)
        return {
            0x10F: (TEXT, make + b"\x00"),
            0x110: (TEXT, b"Model 1\x00"),
            0x112: (SHORT, orientation),
            0x8769: (LONG, self.directory(exif)),
        }

    def done(self, first: int) -> bytes:
        magic = self.magic or (b"II*\x00" if self.order == "<" else b"MM\x00*")
        self.data[:8] = magic + struct.pack(self.order + "L", first)
        return bytes(self.data)


def dng(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order)
    sensor = file.directory(file.strip(lossless(large), 7, 32803) | {254: (LONG, 0)})
    preview = file.directory(file.strip(large, 7, 6) | {254: (LONG, 1)})
    thumbnail = file.directory(file.strip(small, 7, 6) | {254: (LONG, 1)})
    first = {254: (LONG, 1), 50706: (1, b"\x01\x04\x00\x00"), 0x14A: (LONG, [sensor, preview, thumbnail])}
    return file.done(file.directory(file.facts(b"Google", orientation) | first))


def cr2(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order, header_bytes=16)
    sensor = file.directory(file.strip(lossless(large), 6, 2))
    thumbnail = file.directory(file.jpeg(small), sensor)
    file.data[8:11] = b"CR\x02"
    return file.done(file.directory(file.facts(b"Canon", orientation) | file.strip(large, 6, 6), thumbnail))


def nef(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    inner = Container(order)
    preview = inner.directory(inner.jpeg(small))
    note = b"Nikon\x00\x02\x10\x00\x00" + inner.done(inner.directory({0x11: (LONG, preview)}))
    file = Container(order)
    sensor = file.directory(file.strip(b"sensor", 34713, 32803))
    subs = [file.directory(file.jpeg(large)), sensor]
    first = {254: (LONG, 1), 0x14A: (LONG, subs)} | file.strip(bytes(48), 1, 2)
    return file.done(file.directory(file.facts(b"NIKON CORPORATION", orientation, note) | first))


def arw(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order)
    sensor = file.directory(file.strip(b"sensor", 32767, 32803))
    whole = file.directory(file.jpeg(large))
    thumbnail = file.directory(file.jpeg(small), whole)
    first = {254: (LONG, 1), 0x14A: (LONG, sensor)} | file.jpeg(small)
    return file.done(file.directory(file.facts(b"SONY", orientation) | first, thumbnail))


def pef(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order)
    preview = file.directory(file.jpeg(large))
    thumbnail = file.directory(file.jpeg(small), preview)
    first = file.facts(b"PENTAX", orientation) | file.strip(b"sensor", 65535, 32803)
    return file.done(file.directory(first, thumbnail))


def srw(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order)
    sensor = file.directory(file.strip(b"sensor", 32770, 32803))
    preview = file.directory(file.jpeg(large))
    first = file.facts(b"SAMSUNG", orientation) | {0x14A: (LONG, [preview, sensor])} | file.jpeg(small)
    return file.done(file.directory(first))


def orf(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    mark = b"II" if order == "<" else b"MM"
    note = Container(order, b"OLYMPUS\x00", header_bytes=12)
    del note.data[12:]
    # The directory of a note follows its header, so what it points to comes behind it.
    directory_bytes = 2 + 2 * 12 + 4
    note.data += bytes(directory_bytes)
    thumbnail = note.put(small)
    settings = note.directory({0x100: (LONG, 1), 0x101: (LONG, note.put(large)), 0x102: (LONG, len(large))})
    note.data[12 : 12 + directory_bytes] = struct.pack(
        order + "HHHLLHHLLL", 2, 0x100, BYTES, len(small), thumbnail, 0x2020, 13, 1, settings, 0
    )
    note.data[:12] = b"OLYMPUS\x00" + mark + struct.pack(order + "H", 3)
    file = Container(order, b"IIRO" if order == "<" else b"MMOR")
    facts = file.facts(b"OLYMPUS CORPORATION", orientation, bytes(note.data))
    return file.done(file.directory(facts | file.strip(b"sensor", 1, 1)))


def rw2(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    file = Container(order, b"IIU\x00", header_bytes=24)
    elsewhere = {0x111: (LONG, 0xFFFFFFFF), 0x117: (LONG, 1000)}
    preview = {0x2E: (BYTES, large)}
    return file.done(file.directory(file.facts(b"Panasonic", orientation) | elsewhere | preview))


def raf(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    header = b"FUJIFILMCCD-RAW 0201" + bytes(64) + struct.pack(">LL", 160, len(large))
    return header.ljust(160, b"\x00") + large + b"sensor"


def box(kind: bytes, *contents: bytes) -> bytes:
    body = b"".join(contents)
    return struct.pack(">L", 8 + len(body)) + kind + body


def cr3(large: bytes, small: bytes, orientation: int = 1, order: str = "<") -> bytes:
    one, two = Container(order), Container(order)
    facts = one.facts(b"Canon", orientation)
    del facts[0x8769]
    thumbnail = box(b"THMB", struct.pack(">LHHLHH", 0, *SMALL, len(small), 1, 0), small)
    exif = box(b"CMT1", one.done(one.directory(facts)))
    exif += box(b"CMT2", two.done(two.directory({0x9003: (TEXT, DATE + b"\x00")})))
    canon = box(b"uuid", bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"), exif, thumbnail)
    preview = box(b"PRVW", struct.pack(">LHHHHL", 0, 1, *SMALL, 1, len(small)), small)
    uuid = box(b"uuid", bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16"), bytes(8), preview)

    def head(at: int) -> bytes:
        sizes = box(b"stsz", struct.pack(">LLL", 0, len(large), 1))
        table = box(b"stbl", sizes, box(b"co64", struct.pack(">LLQ", 0, 1, at)))
        track = box(b"trak", box(b"mdia", box(b"minf", table)))
        brand = box(b"ftyp", b"crx \x00\x00\x00\x01crx isom")
        return brand + box(b"moov", canon, track) + uuid

    return head(len(head(0)) + 8) + box(b"mdat", large)


MAKERS: dict[Format, Callable[..., bytes]] = {
    Format.DNG: dng,
    Format.CR2: cr2,
    Format.CR3: cr3,
    Format.NEF: nef,
    Format.ARW: arw,
    Format.RAF: raf,
    Format.ORF: orf,
    Format.RW2: rw2,
    Format.PEF: pef,
    Format.SRW: srw,
}
ORDERS = {kind: "<" if kind in {Format.RW2, Format.RAF, Format.CR3} else "<>" for kind in MAKERS}
"""Byte orders in which cameras write them: CR2 and ARW have only ever been little-endian, but need not be."""


def raw(kind: Format, orientation: int = 1, order: str = "<") -> bytes:
    """A raw whose large preview shows four quarters, and whose small one is black."""
    exif = exif_block(
        [text(0x10F, b"FUJIFILM"), (0x112, 3, 1, struct.pack("<H", orientation))], [text(0x9003, DATE)]
    )
    own = {"exif": b"Exif\x00\x00" + exif} if kind in {Format.RAF, Format.RW2} else {}
    large = saved(quarters(*LARGE), quality=95, **own)
    return MAKERS[kind](large, saved(quarters(*SMALL).convert("L"), quality=80), orientation, order)
