"""Copy an ICC profile without what it says beside its colors.

Programs embed the profile of a display, which names it, its serial number, and who measured it when.
Layout: ICC.1:2022, section 7.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

_HEADER, _ENTRY = 128, 12
_IDENTITY = slice(84, 100)
_MOST_TAGS = 200
_COLORS = frozenset(
    b"wtpt bkpt chad lumi cicp rXYZ gXYZ bXYZ rTRC gTRC bTRC kTRC A2B0 A2B1 A2B2 B2A0 B2A1 B2A2 D2B0 D2B1"
    b" D2B2 D2B3 B2D0 B2D1 B2D2 B2D3 gamt aarg aagg aabg rig0 rig2 view meas tech".split()
)
_EMPTY = {
    # A text ends by NUL, which is counted; an entry of a translated one has 12 bytes.
    b"desc": struct.pack(">4sLL", b"desc", 0, 1),
    b"mluc": struct.pack(">4sLLL", b"mluc", 0, 0, 12),
}


class NotClean(Exception):
    """The file has no copy without metadata: its structure is not known."""


class _Tag(NamedTuple):
    name: bytes
    at: int
    end: int


def clean_profile(profile: bytes) -> bytes:
    """Return a profile of the same colors and length. What else it had is empty: names, numbers, texts.

    Raises:
        NotClean: it is not built as the standard says.
    """
    count = int.from_bytes(profile[_HEADER : _HEADER + 4], "big")
    body = _HEADER + 4 + _ENTRY * count
    if count > _MOST_TAGS or not _HEADER + 4 <= body <= len(profile) or profile[36:40] != b"acsp":
        raise NotClean
    made = bytearray(profile[:body]) + bytes(len(profile) - body)
    # It is that of the bytes, and may be none.
    made[_IDENTITY] = bytes(16)
    tags = [_tag(profile, _HEADER + 4 + _ENTRY * number) for number in range(count)]
    for tag in sorted(tags, key=lambda tag: tag.name in _COLORS):
        if tag.at < body or tag.end > len(profile):
            raise NotClean
        if tag.name in _COLORS:
            made[tag.at : tag.end] = profile[tag.at : tag.end]
        else:
            kind = profile[tag.at : min(tag.at + 4, tag.end)]
            empty = _EMPTY.get(kind, kind)[: tag.end - tag.at]
            made[tag.at : tag.at + len(empty)] = empty
    return bytes(made)


def _tag(profile: bytes, at: int) -> _Tag:
    name, start, size = struct.unpack_from(">4sLL", profile, at)
    return _Tag(name, start, start + size)
