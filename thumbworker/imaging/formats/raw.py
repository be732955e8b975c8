"""Find what a camera raw says about itself: its JPEG previews and its EXIF. No sensor data is decoded.

RAF: ExifTool's FujiFilm module (offset and length of the JPEG at byte 84). CR3: "Canon CR3" by L. Clévy and
ISO/IEC 14496-12: previews in boxes ``THMB`` and ``PRVW`` and as samples of tracks, EXIF in ``CMT…``.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from thumbworker.contract.formats import Format
from thumbworker.imaging import exif
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.formats import jpeg, raw_tiff
from thumbworker.imaging.formats.isobmff import boxes, stated_end
from thumbworker.imaging.formats.raw_tiff import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MAKERS = {
    b"NIKON": Format.NEF,
    b"SONY": Format.ARW,
    b"PENTAX": Format.PEF,
    b"RICOH": Format.PEF,
    b"SAMSUNG": Format.SRW,
}
_DNG_VERSION, _MAKE, _NEW_SUBFILE_TYPE = 50706, 0x10F, 254
_MAX_PREVIEWS, _MAX_HEADER_BYTES = 16, 1 << 20
_MAX_BOXES, _MAX_DEPTH = 1000, 4
_MAX_EXIF_BYTES = 1 << 16
_CONTAINERS = {b"moov", b"trak", b"mdia", b"minf"}
_UUID_BYTES = {
    bytes.fromhex("85c0b687820f11e08111f4ce462b6a48"): 16,
    bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16"): 24,
}
"""Canon's boxes that contain boxes: metadata and preview, and where those begin."""
_LENGTH_AT = {b"THMB": 8, b"PRVW": 12}
"""Where these boxes state the length of their JPEG, which follows their header."""
_CANON_HEADER_BYTES = 16
_RAF_PARTS = (84, 92, 100)
"""Where the header states offset and length of the preview, of notes, and of the sensor data."""
_ZEROS = 1 << 16
"""So many zeros are no part of a picture."""
_JPEG_START = b"\xff\xd8\xff"


@dataclass(frozen=True, slots=True)
class CameraRaw:
    """A camera raw: where its ``previews`` are, and the ``tags`` outside of them.

    ``missing`` is the share of the file, from 0 to 1, that is cut off or zeros.
    """

    format: Format
    tags: exif.Tags
    previews: tuple[Span, ...]
    missing: float = 0.0


def largest_first(data: bytes, found: CameraRaw) -> list[Span]:
    """Return the previews that a JPEG decoder can read, by their number of pixels."""
    pixels: dict[Span, int] = {}
    for span in found.previews[:_MAX_PREVIEWS]:
        with suppress(Refused):  # the sensor data of some raws is a lossless JPEG
            header = jpeg.read_header(data[span.start : min(span.end, span.start + _MAX_HEADER_BYTES)])
            pixels[span] = header.width * header.height
    return sorted(pixels, key=lambda span: (-pixels[span], span))


def merged(own: exif.Tags, of_preview: exif.Tags) -> exif.Tags:
    """Return the raw's own tags, completed by those of its preview."""
    if not own.main:
        return of_preview
    return replace(
        own,
        main=of_preview.main | own.main,
        exif=own.exif or of_preview.exif,
        gps=own.gps or of_preview.gps,
        interop=own.interop or of_preview.interop,
    )


def of_tiff(data: bytes, tags: exif.Tags) -> CameraRaw | None:
    """Return the camera raw in a TIFF; ``None`` if it is a plain image.

    Raws are DNG, whatever has sensor data, and files whose first image is a reduced one of another.
    """
    found = raw_tiff.read(data)
    reduced = tags.main.get(_NEW_SUBFILE_TYPE)
    is_reduced = isinstance(reduced, tuple) and isinstance(reduced[0], int) and bool(reduced[0] & 1)
    if _DNG_VERSION in tags.main:
        kind = Format.DNG
    elif found.sensor or is_reduced:
        make = tags.main.get(_MAKE)
        maker = make.upper() if isinstance(make, bytes) else b""
        kind = next((kind for name, kind in _MAKERS.items() if maker.startswith(name)), Format.RAW)
    else:
        return None
    return CameraRaw(kind, tags, tuple(found.previews), _missing(data, found.end))


def read(data: bytes, kind: Format) -> CameraRaw:
    """Read a camera raw that is recognized by its first bytes."""
    if kind is Format.RAF:
        view = memoryview(data)
        preview, *others = (_span(_number(view, at), _number(view, at + 4)) for at in _RAF_PARTS)
        end = max(span.end for span in (preview, *others))
        return CameraRaw(kind, exif.Tags(), _within(data, [preview]), _missing(data, end))
    if kind is Format.CR3:
        return _read_cr3(data)
    found = raw_tiff.read(data)
    return CameraRaw(kind, exif.read_tags(data), tuple(found.previews), _missing(data, found.end))


def _missing(data: bytes, end: int) -> float:
    """Return the share of a file that should reach up to an end, and ends before or has zeros at its end."""
    left = min(end, len(data))
    while left > _ZEROS and data[left - _ZEROS : left].count(0) == _ZEROS:
        left -= _ZEROS
    return 1 - left / end if left < end else 0.0


def _within(data: bytes, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the spans that are in the file and begin as a JPEG does."""
    return tuple(span for span in spans if span.end <= len(data) and data.startswith(_JPEG_START, span.start))


def _read_cr3(data: bytes) -> CameraRaw:
    view = memoryview(data)
    blocks = dict.fromkeys((b"CMT1", b"CMT2", b"CMT4"), exif.Tags())
    spans: list[Span] = []
    for kind, start, end in islice(_canon_boxes(view, 0, len(view)), _MAX_BOXES):
        if kind in blocks:
            blocks[kind] = exif.read_tags(bytes(view[start : min(end, start + _MAX_EXIF_BYTES)]))
        elif kind in _LENGTH_AT:
            spans.append(_span(start + _CANON_HEADER_BYTES, _number(view, start + _LENGTH_AT[kind])))
        elif kind == b"stbl":
            spans.append(_first_sample(view, start, end))
    main, more, gps = blocks.values()
    tags = replace(main, exif=more.main, gps=gps.main)
    return CameraRaw(Format.CR3, tags, _within(data, spans), _missing(data, stated_end(view)))


def _canon_boxes(view: memoryview, start: int, end: int, depth: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes between two positions and those in the containers among them."""
    for kind, at, box_end in boxes(view, start, end):
        yield kind, at, box_end
        skipped = _UUID_BYTES.get(bytes(view[at : at + 16]), 0) if kind == b"uuid" else 0
        if depth < _MAX_DEPTH and (kind in _CONTAINERS or skipped):
            yield from _canon_boxes(view, at + skipped, box_end, depth + 1)


def _first_sample(view: memoryview, start: int, end: int) -> Span:
    """Return where the first sample of a track is."""
    inner = {kind: at for kind, at, _ in islice(boxes(view, start, end), _MAX_BOXES)}
    sizes, offsets, wide = inner.get(b"stsz"), inner.get(b"stco"), inner.get(b"co64")
    if sizes is None:
        return Span(0, 0)
    # One size for all samples, or 0 and a list of sizes.
    length = _number(view, sizes + 4) or _number(view, sizes + 12)
    if wide is not None:
        return _span(_number(view, wide + 8, 8), length)
    return Span(0, 0) if offsets is None else _span(_number(view, offsets + 8), length)


def _span(start: int, length: int) -> Span:
    return Span(start, start + length)


def _number(view: memoryview, at: int, size: int = 4) -> int:
    return int.from_bytes(view[at : at + size], "big")
