"""A bounded reader of IPTC-IIM records and of the Photoshop resources that contain them.

Layout: IPTC-IIM 4.2, sections 3 and 6; Adobe Photoshop File Formats, "Image Resource Blocks".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from thumbworker.imaging.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_DATASETS = 500
_MAX_RESOURCES = 500
_MAX_VALUES = 100
_MAX_VALUE_BYTES = 4096

_RECORDS, _DIGEST = 0x0404, 0x0425
_CHARSET = (1, 90)
_CHARSETS = {b"\x1b%G": "utf-8", b"\x1b%/G": "utf-8", b"\x1b.A": "iso8859-1", b"\x1b-A": "iso8859-1"}
"""Escape sequences of ISO 2022; all others are left to the evidence."""

_NAMES = {
    (2, 5): "title",
    (2, 25): "keywords",
    (2, 55): "date",
    (2, 60): "time",
    (2, 62): "digital_date",
    (2, 63): "digital_time",
    (2, 80): "creator",
    (2, 116): "rights",
    (2, 120): "description",
}


@dataclass(frozen=True, slots=True)
class Records:
    """The values of each used dataset by name.

    ``newer_than_xmp``: a program without XMP changed them, which shows by a digest of what they were before
    (Metadata Working Group, Guidelines 2.0, 3.3).
    """

    values: Mapping[str, tuple[str, ...]]
    newer_than_xmp: bool = False


NONE = Records({})


def read_resources(block: bytes) -> Records:
    """Return the records in Photoshop resources; empty if there are none."""
    found: dict[int, bytes] = {}
    for number, content in _resources(block):
        found.setdefault(number, content)
    records = found.get(_RECORDS, b"")
    digest = found.get(_DIGEST, b"")[:16]
    changed = (
        len(digest) == 16 and any(digest) and digest != hashlib.md5(records, usedforsecurity=False).digest()
    )
    return Records(read_records(records).values, newer_than_xmp=changed)


def _resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield number and content of each resource."""
    at = 0
    for _ in range(_MAX_RESOURCES):
        if block[at : at + 4] != b"8BIM" or at + 12 > len(block):
            return
        number = int.from_bytes(block[at + 4 : at + 6], "big")
        at += 6 + (block[at + 6] + 2 & ~1)  # a name with its length, padded to an even size
        size = int.from_bytes(block[at : at + 4], "big")
        yield number, block[at + 4 : at + 4 + size]
        at += 4 + (size + 1 & ~1)


def read_records(block: bytes) -> Records:
    """Return the used datasets of IIM records; empty if there are none."""
    raw: dict[str, list[bytes]] = {}
    charset = ""
    for key, value in _datasets(block):
        if key == _CHARSET:
            charset = _CHARSETS.get(value, "")
        name = _NAMES.get(key)
        if name and len(raw.setdefault(name, [])) < _MAX_VALUES:
            raw[name].append(value[:_MAX_VALUE_BYTES])
    texts = {name: tuple(decoded(value, charset).strip() for value in values) for name, values in raw.items()}
    return Records({name: tuple(text for text in values if text) for name, values in texts.items()})


def _datasets(block: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield record and dataset number, and the value, of each dataset."""
    at = block.find(b"\x1c")
    for _ in range(_MAX_DATASETS):
        if at < 0 or at + 5 > len(block) or block[at] != 0x1C:
            return
        key = (block[at + 1], block[at + 2])
        size = int.from_bytes(block[at + 3 : at + 5], "big")
        at += 5
        if size & 0x8000:  # an extended dataset: the size of its size follows
            width = size & 0x7FFF
            if width > 4:
                return
            size = int.from_bytes(block[at : at + width], "big")
            at += width
        yield key, block[at : at + size]
        at += size
