"""Hand-made EXIF blocks, also invalid ones that no library writes."""

from __future__ import annotations

import struct

Entry = tuple[int, int, int, bytes]
"""Tag, type, count and value; a value above four bytes is placed behind the directories."""


def exif_block(
    main: list[Entry] | None = None,
    exif: list[Entry] | None = None,
    gps: list[Entry] | None = None,
    *,
    order: str = "<",
) -> bytes:
    """A block with its main directory at 8 and the Exif and GPS directories behind it."""
    main, exif, gps = list(main or []), exif or [], gps or []
    exif_at = 8 + 6 + 12 * (len(main) + bool(exif) + bool(gps))
    gps_at = exif_at + (6 + 12 * len(exif) if exif else 0)
    if exif:
        main.append((0x8769, 4, 1, struct.pack(order + "L", exif_at)))
    if gps:
        main.append((0x8825, 4, 1, struct.pack(order + "L", gps_at)))
    values_at = gps_at + (6 + 12 * len(gps) if gps else 0)
    block = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "L", 8)
    values = b""
    for directory in (main, exif, gps):
        if not directory:
            continue
        block += struct.pack(order + "H", len(directory))
        for tag, kind, count, value in directory:
            if len(value) > 4:
                field = struct.pack(order + "L", values_at + len(values))
                values += value
            else:
                field = value.ljust(4, b"\x00")
            block += struct.pack(order + "HHL", tag, kind, count) + field
        block += bytes(4)
    return block + values


def text(tag: int, value: bytes) -> Entry:
    return tag, 2, len(value) + 1, value + b"\x00"


def short(tag: int, value: int, order: str = "<") -> Entry:
    return tag, 3, 1, struct.pack(order + "H", value)


def ratios(tag: int, *pairs: tuple[int, int], order: str = "<") -> Entry:
    return tag, 5, len(pairs), b"".join(struct.pack(order + "LL", *pair) for pair in pairs)


def signed_ratio(tag: int, numerator: int, denominator: int) -> Entry:
    return tag, 10, 1, struct.pack("<ll", numerator, denominator)
