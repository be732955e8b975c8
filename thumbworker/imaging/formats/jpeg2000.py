"""Read the boxes of a JPEG 2000 file without its decoder.

Boxes: ISO/IEC 15444-1, annex I (JP2), and 15444-2, annex M (JPX). The decoder gets the codestream
only, so what the boxes say of colors, channels and palette is applied here. Every read is limited to its box.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.colorimetry import ROMM_RGB, SRGB, of_code_points
from thumbworker.imaging.errors import Refused
from thumbworker.imaging.formats.isobmff import boxes, unsigned

if TYPE_CHECKING:
    from thumbworker.imaging.colorimetry import ColorSpace

SOC = b"\xff\x4f\xff\x51"
"""Start of a codestream: its first two markers."""

EXIF_UUID = b"JpgTiffExif->JP2"
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
IPTC_UUID = bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38")

_MAX_BOXES = 10_000
_MAX_ENTRIES = 256
_ENUMERATED, _ICC_PROFILES, _CODE_POINTS = 1, {2, 3}, 5
_CMYK, _SRGB, _GRAY, _SYCC, _ROMM = 12, 16, 17, 18, 21
_MODELS = {_CMYK: "CMYK", _SRGB: "RGB", _GRAY: "L", _SYCC: "YCbCr", _ROMM: "RGB"}
_SPACES = {_SRGB: SRGB, _SYCC: SRGB, _ROMM: ROMM_RGB}
_PROFILE_MODELS = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}
_COLOR, _OPACITIES = 0, {1, 2}


@dataclass(frozen=True, slots=True)
class Boxes:
    """What a file says about its codestream, which is between ``start`` and ``end``.

    ``model`` is Pillow's name of the color model; empty if the file names none. ``opacity`` is the
    component that is the opacity, -1 if unknown; ``order`` has the components in the order of the model's
    channels. ``palette`` has a table of 256 levels for each channel.
    """

    start: int = 0
    end: int = 0
    model: str = ""
    icc_profile: bytes = b""
    space: ColorSpace | None = None
    described: bool = False
    opacity: int = -1
    order: tuple[int, ...] = ()
    palette: tuple[tuple[int, ...], ...] = field(default=(), repr=False)


def read_boxes(data: bytes) -> Boxes:
    """Return what the boxes say; of a bare codestream, where it is.

    Raises:
        Refused: there is no codestream, or its channels mean something that is not supported.
    """
    if data.startswith(SOC):
        return Boxes(0, len(data))
    view = memoryview(data)
    found: dict[bytes, list[tuple[int, int]]] = {}
    for kind, start, end in islice(boxes(view, 0, len(view)), _MAX_BOXES):
        found.setdefault(kind, []).append((start, end))
        if kind == b"jp2c":
            break
    if b"jp2c" not in found or not data.startswith(SOC, found[b"jp2c"][0][0]):
        reason = Reason.DAMAGED if b"jp2c" in found or b"jp2h" not in found else Reason.TRUNCATED
        raise Refused(reason, "no codestream")
    start, end = found[b"jp2c"][0]
    inner: dict[bytes, list[tuple[int, int]]] = {}
    for at, header_end in found.get(b"jp2h", [])[:1]:
        for kind, s, e in islice(boxes(view, at, header_end), _MAX_BOXES):
            inner.setdefault(kind, []).append((s, e))
    model, icc_profile, space = _colors(view, inner.get(b"colr", []))
    described, opacity, order = _channels(view, inner.get(b"cdef", []))
    palette = _palette(view, inner[b"pclr"][0], inner.get(b"cmap", [])) if b"pclr" in inner else ()
    return Boxes(start, end, model, icc_profile, space, described, opacity, order, palette)


def uuid_payload(data: bytes, uuid: bytes, max_bytes: int) -> bytes:
    """Return the content of the first ``uuid`` box with this id; empty if there is none."""
    if data.startswith(SOC):
        return b""
    view = memoryview(data)
    for kind, start, end in islice(boxes(view, 0, len(view)), _MAX_BOXES):
        if kind == b"uuid" and bytes(view[start : start + 16]) == uuid:
            return bytes(view[start + 16 : min(end, start + 16 + max_bytes)])
    return b""


def _colors(view: memoryview, found: list[tuple[int, int]]) -> tuple[str, bytes, ColorSpace | None]:
    """Return model, profile and color space of the first ``colr`` box that can be used (I.5.3.3)."""
    for start, end in found[:_MAX_ENTRIES]:
        method, content = view[start] if start < end else 0, view[start + 3 : end]
        if method == _ENUMERATED and len(content) >= 4:
            number = unsigned(content, 0, 4)
            if number in _MODELS:
                return _MODELS[number], b"", _SPACES.get(number)
        elif method in _ICC_PROFILES and bytes(content[16:20]) in _PROFILE_MODELS:
            return _PROFILE_MODELS[bytes(content[16:20])], bytes(content), None
        elif method == _CODE_POINTS and len(content) >= 7:
            primaries, transfer, matrix = (unsigned(content, at, 2) for at in (0, 2, 4))
            space = of_code_points(primaries, transfer, full_range=bool(content[6] & 0x80))
            if space is not None and matrix == 0:
                return "RGB", b"", space
    if found:
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, "the colors are of no supported model")
    return "", b"", None


def _channels(view: memoryview, found: list[tuple[int, int]]) -> tuple[bool, int, tuple[int, ...]]:
    """Return whether channels are defined, which is the opacity, and those of color in order (I.5.3.6)."""
    if not found:
        return False, -1, ()
    start, end = found[0]
    opacity, colors = -1, {}
    for at in range(start + 2, min(end - 5, start + 2 + 6 * _MAX_ENTRIES), 6):
        channel, kind, association = (unsigned(view, at + shift, 2) for shift in (0, 2, 4))
        if kind in _OPACITIES and association == 0:
            opacity = channel
        elif kind == _COLOR and 0 < association < _MAX_ENTRIES:
            colors[association] = channel
    return True, opacity, tuple(colors[number] for number in sorted(colors))


def _palette(
    view: memoryview, pclr: tuple[int, int], cmap: list[tuple[int, int]]
) -> tuple[tuple[int, ...], ...]:
    """Return a table of 256 levels for each channel (I.5.3.4 and I.5.3.5).

    Raises:
        Refused: the palette is broken, has more than 256 entries, or is for some of the components only.
    """
    start, end = pclr
    entries, columns = unsigned(view, start, 2), unsigned(view, start + 2, 1)
    depths = [(depth & 0x7F) + 1 for depth in view[start + 3 : min(end, start + 3 + columns)]]
    sizes = [(depth + 7) // 8 for depth in depths]
    first, row_bytes = start + 3 + columns, sum(sizes)
    if not 0 < entries <= _MAX_ENTRIES or not 0 < len(depths) <= 4 or max(depths) > 16:
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"a palette of {entries} entries and {columns} columns")
    if first + entries * row_bytes > end:
        raise Refused(Reason.DAMAGED, "the palette is cut")
    tables = []
    for column, (depth, size) in enumerate(zip(depths, sizes, strict=True)):
        offset, most = sum(sizes[:column]), (1 << depth) - 1
        at = range(first + offset, first + entries * row_bytes, row_bytes)
        levels = [min(unsigned(view, place, size), most) * 255 // most for place in at]
        tables.append(tuple(levels + [0] * (256 - entries)))
    order = range(columns)
    for map_start, map_end in cmap[:1]:
        mapped = [bytes(view[at : at + 4]) for at in range(map_start, min(map_end, map_start + 16), 4)]
        if any(len(one) < 4 or one[:3] != b"\x00\x00\x01" or one[3] >= columns for one in mapped):
            raise Refused(Reason.FORMAT_NOT_SUPPORTED, "a palette for some components")
        order = [one[3] for one in mapped]  # type: ignore[assignment]
    return tuple(tables[column] for column in order)
