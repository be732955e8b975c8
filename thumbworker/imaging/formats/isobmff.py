"""Read a few values of an ISO base media file without its decoder.

Boxes: ISO/IEC 14496-12 (8.11) and 23008-12; AV1: AV1-ISOBMFF 2.3.3. Every read is limited to its box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADER_BYTES = 1 << 16
FULL_BOX_BYTES = 4
_DESCRIBES = b"cdsc"
_MAX_EXIF_BYTES = 1 << 20
_MAX_NAMES_BYTES = 1 << 10
_XMP = b"application/rdf+xml"


class Av1Depth(NamedTuple):
    """How an AV1 image stores its samples."""

    bytes_per_sample: int
    chroma_share: float
    """Samples of both chroma planes for each sample of luminance."""


def av1_depths(data: bytes) -> Av1Depth:
    """Return the most expensive coding in the file's configurations (``av1C``).

    The third byte of a configuration contains high_bitdepth, twelve_bit, monochrome and the subsampling.
    """
    header = data[:_HEADER_BYTES]
    found = [Av1Depth(1, 0.0)]
    at = header.find(b"av1C")
    while 0 <= at < len(header) - 7:
        flags = header[at + 6]
        monochrome, horizontal, vertical = flags & 0x10, flags & 0x08, flags & 0x04
        chroma = 0.0 if monochrome else 2 / ((2 if horizontal else 1) * (2 if vertical else 1))
        found.append(Av1Depth(2 if flags & 0x40 else 1, chroma))
        at = header.find(b"av1C", at + 4)
    if len(found) == 1:
        return Av1Depth(2, 2.0)  # none found: assume the worst case
    return Av1Depth(max(f.bytes_per_sample for f in found), max(f.chroma_share for f in found))


def without_metadata(data: bytes) -> bytes:
    """Return the file with its metadata items detached from its images.

    pi-heif 1.4 reads all of them when it opens a file, and crashes if a type is not UTF-8.
    """
    for kind, start, end in boxes(memoryview(data), 0, len(data)):
        if kind == b"meta" and _DESCRIBES in data[start:end]:
            return data[:start] + data[start:end].replace(_DESCRIBES, b"free") + data[end:]
    return data


def exif_of(data: bytes) -> bytes:
    """Return the first EXIF item of the file; empty if there is none that can be read."""
    payload = _first_payload(data, b"Exif")
    at = 4 + int.from_bytes(payload[:4], "big")  # some writers put JPEG's "Exif" prefix before it
    return payload[at if payload[at : at + 2] in {b"II", b"MM"} else 4 :]


def xmp_of(data: bytes) -> bytes:
    """Return the first XMP item of the file; empty if there is none that can be read."""
    return _first_payload(data, b"mime", _XMP)


def seconds_since_1904(data: bytes) -> int:
    """Return when the file's movie was created, in seconds of UTC (ISO/IEC 14496-12, 8.2.2); 0 if unknown."""
    view = memoryview(data)
    for kind, start, end in boxes(view, 0, len(view)):
        if kind == b"moov":
            for inner, at, inner_end in boxes(view, start, end):
                if inner == b"mvhd" and inner_end - at >= 12:
                    return unsigned(view, at + FULL_BOX_BYTES, 8 if view[at] == 1 else 4)
    return 0


def _first_payload(data: bytes, wanted: bytes, media_type: bytes = b"") -> bytes:
    """Return the bytes of the first item of a type; empty if there is none that can be read."""
    view = memoryview(data)
    for kind, start, end in boxes(view, 0, len(view)):
        if kind == b"meta":
            inner = {k: (s, e) for k, s, e in boxes(view, start + FULL_BOX_BYTES, end)}
            item = _first_item(view, *inner.get(b"iinf", (0, 0)), wanted=wanted, media_type=media_type)
            return _item(view, item, inner.get(b"iloc", (0, 0)), inner.get(b"idat", (0, 0)))
    return b""


def boxes(view: memoryview, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield type, content start and content end of each box between two positions."""
    while at + 8 <= end:
        size, start = unsigned(view, at, 4), at + 8
        if size == 1:
            size, start = unsigned(view, at + 8, 8), at + 16
        box_end = end if size == 0 else min(end, at + size)
        if box_end < start:
            return
        yield bytes(view[at + 4 : at + 8]), start, box_end
        at = box_end


def stated_end(view: memoryview) -> int:
    """Return where the last box of a file ends as its header states, which may be beyond the file's end."""
    last, at = 0, 0
    for _, _, end in boxes(view, 0, len(view)):
        last, at = at, end
    size = unsigned(view, last, 4)
    return last + (unsigned(view, last + 8, 8) if size == 1 else size) if size else len(view)


def _first_item(view: memoryview, start: int, end: int, *, wanted: bytes, media_type: bytes) -> int:
    """Return the id of the first item of a type in an item information box; 0 if there is none.

    An item of type ``mime`` has a media type after its name.
    """
    count_bytes = 2 if start < end and view[start] == 0 else 4
    for kind, entry, entry_end in boxes(view, start + FULL_BOX_BYTES + count_bytes, end):
        if kind != b"infe" or entry_end - entry < 12 or view[entry] < 2:
            continue
        id_bytes = 2 if view[entry] == 2 else 4
        at = entry + FULL_BOX_BYTES
        if bytes(view[at + id_bytes + 2 : at + id_bytes + 6]) != wanted:
            continue
        names = bytes(view[at + id_bytes + 6 : min(entry_end, at + _MAX_NAMES_BYTES)]).split(b"\x00")
        if not media_type or media_type in names[1:2]:
            return unsigned(view, at, id_bytes)
    return 0


def _item(view: memoryview, item: int, iloc: tuple[int, int], idat: tuple[int, int]) -> bytes:
    """Return the bytes of an item that is stored in one extent, in the file or the ``idat`` box."""
    start, end = iloc
    if not item or end - start < 8:
        return b""
    version = view[start]
    sizes = unsigned(view, start + 4, 2)
    offset_bytes, length_bytes, base_bytes, index_bytes = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide = 4 if version == 2 else 2
    at = start + 6 + wide
    while at < end:
        number, at = unsigned(view, at, wide), at + wide
        method, at = (unsigned(view, at, 2) & 15, at + 2) if version else (0, at)
        base, at = unsigned(view, at + 2, base_bytes), at + 2 + base_bytes
        extents, at = unsigned(view, at, 2), at + 2
        skipped = index_bytes if version else 0
        if number == item and extents == 1:
            at += skipped
            offset = base + unsigned(view, at, offset_bytes) + (idat[0] if method == 1 else 0)
            length = unsigned(view, at + offset_bytes, length_bytes)
            return bytes(view[offset : offset + min(length, _MAX_EXIF_BYTES)])
        at += extents * (skipped + offset_bytes + length_bytes)
    return b""


def unsigned(view: memoryview, at: int, size: int) -> int:
    """Return the big-endian integer of ``size`` bytes at a position; bytes behind the end count as absent."""
    return int.from_bytes(view[at : at + size], "big")
