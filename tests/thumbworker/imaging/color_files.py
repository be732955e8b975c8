"""Pictures of a few flat patches, written in any color space by the formulas of its standard.

Everything is computed here from sRGB to the other space; the worker computes the way back.
Sources: ITU-T H.273, tables 2 and 3 (encoding functions); BT.2100; CIE 15 (color differences).
"""

from __future__ import annotations

import math
import struct
import zlib
from typing import TYPE_CHECKING

from PIL import Image

from tests.thumbworker.imaging.exif_blocks import Entry, exif_block, short
from tests.thumbworker.imaging.pictures import CORNERS, saved

if TYPE_CHECKING:
    from collections.abc import Callable

Color = tuple[int, int, int]

PATCHES: tuple[Color, ...] = (
    (255, 255, 255),
    (128, 128, 128),
    (30, 30, 30),
    (200, 90, 80),
    (90, 160, 90),
    (70, 90, 170),
    (225, 200, 80),
    (230, 180, 160),
)
DEEP_PATCHES = (*PATCHES[:3], *CORNERS.values(), PATCHES[-1])
PATCH_SIDE = 16

D65 = (0.3127, 0.3290)
CHROMATICITIES = {
    "BT.709": (D65, (0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "BT.601-625": (D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    "BT.601-525": (D65, (0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    "BT.2020": (D65, (0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    "P3 theater": ((0.314, 0.351), (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    "P3": (D65, (0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
    "Adobe RGB": (D65, (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
    "ROMM RGB": ((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)),
}
PRIMARIES_CODES = {"BT.709": 1, "BT.601-625": 5, "BT.601-525": 6, "BT.2020": 9, "P3 theater": 11, "P3": 12}


def _bt709(light: float) -> float:
    return 4.5 * light if light < 0.018 else 1.099 * light**0.45 - 0.099


def _smpte_240m(light: float) -> float:
    return 4 * light if light < 0.0228 else 1.1115 * light**0.45 - 0.1115


def _srgb(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def pq(nits: float) -> float:
    power = (nits / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


def _hlg(scene: float) -> float:
    return (
        math.sqrt(3 * scene)
        if scene <= 1 / 12
        else 0.17883277 * math.log(12 * scene - 0.28466892) + 0.55991073
    )


ENCODERS: dict[int, Callable[[float], float]] = {
    1: _bt709,
    4: lambda light: light ** (1 / 2.2),
    5: lambda light: light ** (1 / 2.8),
    6: _bt709,
    7: _smpte_240m,
    8: lambda light: light,
    13: _srgb,
    14: _bt709,
    16: lambda light: pq(203 * light),
}
PQ, HLG = 16, 18


def encoded(color: Color, primaries: str, transfer: float) -> Color:
    """Return the levels of eight bits for an sRGB color in another space."""
    red, green, blue = (round(255 * code) for code in codes_of(color, primaries, transfer))
    return red, green, blue


def codes_of(color: Color, primaries: str, transfer: float) -> list[float]:
    """Return the code values of an sRGB color; ``transfer`` is H.273's code, or a gamma if it is a float."""
    linear = tuple(_from_srgb(level) for level in color)
    xyz = _times(rgb_to_xyz(*CHROMATICITIES["BT.709"]), linear)
    adapted = _times(adaptation(D65, CHROMATICITIES[primaries][0]), xyz)
    light = [max(0.0, part) for part in _times(inverse(rgb_to_xyz(*CHROMATICITIES[primaries])), adapted)]
    if transfer == HLG:
        nits = [203 * part for part in light]
        luminance = sum(
            part * share for part, share in zip(nits, rgb_to_xyz(*CHROMATICITIES[primaries])[1], strict=True)
        )
        codes = [_hlg(part / 1000 * (luminance / 1000) ** (-0.2 / 1.2)) if part else 0.0 for part in nits]
    elif isinstance(transfer, float):
        codes = [part ** (1 / transfer) for part in light]
    else:
        codes = [ENCODERS[transfer](part) for part in light]
    return [min(1.0, code) for code in codes]


def patches(
    primaries: str = "BT.709", transfer: float = 13, colors: tuple[Color, ...] = PATCHES
) -> Image.Image:
    """Return flat patches side by side, which are ``colors`` once they are converted to sRGB."""
    image = Image.new("RGB", (PATCH_SIDE * len(colors), PATCH_SIDE))
    for place, color in enumerate(colors):
        box = PATCH_SIDE * place, 0, PATCH_SIDE * (place + 1), PATCH_SIDE
        image.paste(encoded(color, primaries, transfer), box)
    return image


def patch_colors(image: Image.Image, count: int = len(PATCHES)) -> list[Color]:
    """Return the color in the middle of each patch."""
    image = image.convert("RGB")
    return [
        image.getpixel((PATCH_SIDE * place + PATCH_SIDE // 2, image.height // 2)) for place in range(count)
    ]  # type: ignore[misc]


def largest_difference(found: list[Color], wanted: tuple[Color, ...] | list[Color]) -> float:
    """Return the largest color difference as CIE 1976 Delta E, which is never less than CIEDE2000 by much."""
    return max(math.dist(_lab(a), _lab(b)) for a, b in zip(found, wanted, strict=True))


def png(image: Image.Image, *chunks: tuple[bytes, bytes], **options: object) -> bytes:
    """Return a PNG with more chunks behind IHDR."""
    data = saved(image, "PNG", **options)
    more = b"".join(_chunk(*chunk) for chunk in chunks)
    return data[:33] + more + data[33:]


def png16(
    colors: tuple[Color, ...],
    primaries: str,
    transfer: float,
    *chunks: tuple[bytes, bytes],
    alpha: bool = False,
) -> bytes:
    """Return a PNG of 16 bits per sample with flat patches; ``alpha``: the last one is clear."""
    row = b"\x00"
    for place, color in enumerate(colors):
        samples = [round(65535 * code) for code in codes_of(color, primaries, transfer)]
        samples += [0 if place == len(colors) - 1 else 65535] if alpha else []
        row += struct.pack(f">{len(samples)}H", *samples) * PATCH_SIDE
    header = struct.pack(">IIBBBBB", PATCH_SIDE * len(colors), PATCH_SIDE, 16, 6 if alpha else 2, 0, 0, 0)
    pixels = zlib.compress(row * PATCH_SIDE)
    return png_of((b"IHDR", header), *chunks, (b"IDAT", pixels), (b"IEND", b""))


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    """Return a PNG of just these chunks."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def cicp(primaries: int, transfer: int, matrix: int = 0, full_range: int = 1) -> tuple[bytes, bytes]:
    return b"cICP", bytes([primaries, transfer, matrix, full_range])


def chrm(name: str) -> tuple[bytes, bytes]:
    values = [round(100_000 * value) for point in CHROMATICITIES[name] for value in point]
    return b"cHRM", struct.pack(">8I", *values)


def gama(exponent: float) -> tuple[bytes, bytes]:
    return b"gAMA", struct.pack(">I", round(100_000 / exponent))


def avif(image: Image.Image, primaries: int, transfer: int, **options: object) -> bytes:
    """Return an AVIF with these code points; its matrix and range stay as the encoder wrote them."""
    data = saved(image, "AVIF", quality=100, subsampling="4:4:4", **options)
    at = data.index(b"colrnclx") + 8
    return data[:at] + struct.pack(">HH", primaries, transfer) + data[at + 4 :]


def with_properties(data: bytes, *boxes: tuple[bytes, bytes], essential: bool = True) -> bytes:
    """Return a one-item AVIF of Pillow's with more properties of its picture, in this order."""
    added = b"".join(struct.pack(">I", 8 + len(body)) + kind + body for kind, body in boxes)
    ipma = data.index(b"ipma") - 4
    count = data[ipma + 18]
    present = len([at for at in range(count) if data[ipma + 19 + at] & 0x7F])
    indexes = bytes(0x80 * essential | present + 1 + place for place in range(len(boxes)))
    grown = data[:ipma] + added + data[ipma : ipma + 18] + bytes([count + len(boxes)])
    grown += data[ipma + 19 : ipma + 19 + count] + indexes + data[ipma + 19 + count :]
    sizes = {
        b"meta": len(added) + len(indexes),
        b"iprp": len(added) + len(indexes),
        b"ipco": len(added),
        b"ipma": len(indexes),
    }
    for kind, more in sizes.items():
        grown = _increased(grown, grown.index(kind) - 4, more)
    return _increased(grown, grown.index(b"iloc") + 18, len(added) + len(indexes))


def _increased(data: bytes, at: int, more: int) -> bytes:
    value = int.from_bytes(data[at : at + 4], "big") + more
    return data[:at] + value.to_bytes(4, "big") + data[at + 4 :]


def clap(width: int, height: int, right: int = 0, down: int = 0) -> tuple[bytes, bytes]:
    """Return a crop around the middle of the picture, moved by whole pixels."""
    return b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 1, down, 1)


def dcf_exif(
    index: bytes = b"R03", color_space: int | None = 0xFFFF, main: list[Entry] | None = None
) -> bytes:
    """Return an EXIF block with an interoperability directory, as cameras write it for Adobe RGB."""
    exif = [] if color_space is None else [short(0xA001, color_space)]
    block = exif_block(main, [*exif, (0xA005, 4, 1, bytes(4))])
    directory = struct.pack("<H", 1) + struct.pack("<HHL", 1, 2, 4) + index.ljust(4, b"\x00") + bytes(4)
    return _with_value(block, 0xA005, len(block)) + directory


def tiff(image: Image.Image, main: list[Entry] | None = None, *, dcf: bool = False) -> bytes:
    """Return an uncompressed TIFF with more entries in its directory."""
    pixels = image.tobytes()
    entries = [
        short(256, image.width),
        short(257, image.height),
        (258, 3, 3, struct.pack("<3H", 8, 8, 8)),
        short(259, 1),
        short(262, 2),
        (273, 4, 1, bytes(4)),
        short(277, 3),
        short(278, image.height),
        (279, 4, 1, struct.pack("<L", len(pixels))),
        *(main or []),
    ]
    block = dcf_exif(main=entries) if dcf else exif_block(entries)
    return _with_value(block, 273, len(block)) + pixels


def _with_value(block: bytes, tag: int, value: int) -> bytes:
    at = block.index(struct.pack("<HHL", tag, 4, 1)) + 8
    return block[:at] + struct.pack("<L", value) + block[at + 4 :]


def _from_srgb(level: int) -> float:
    code = level / 255
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4


def _lab(color: Color) -> tuple[float, float, float]:
    xyz = _times(rgb_to_xyz(*CHROMATICITIES["BT.709"]), tuple(_from_srgb(level) for level in color))
    white = _times(rgb_to_xyz(*CHROMATICITIES["BT.709"]), (1.0, 1.0, 1.0))
    x, y, z = (
        ratio ** (1 / 3) if ratio > 216 / 24389 else (24389 / 27 * ratio + 16) / 116
        for ratio in (value / of_white for value, of_white in zip(xyz, white, strict=True))
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def rgb_to_xyz(white, red, green, blue):
    """Return the matrix from linear RGB to XYZ."""
    columns = [(x / y, 1.0, (1 - x - y) / y) for x, y in (red, green, blue)]
    unscaled = tuple(zip(*columns, strict=True))
    x, y = white
    shares = _times(inverse(unscaled), (x / y, 1.0, (1 - x - y) / y))
    return tuple(tuple(value * share for value, share in zip(row, shares, strict=True)) for row in unscaled)


def adaptation(source, target):
    """Return Bradford's matrix from one white to another."""
    bradford = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
    cones = [_times(bradford, (x / y, 1.0, (1 - x - y) / y)) for x, y in (source, target)]
    back = inverse(bradford)
    scaled = tuple(tuple(value * b / a for value in row) for row, a, b in zip(bradford, *cones, strict=True))
    return tuple(_times_row(row, scaled) for row in back)


def inverse(matrix):
    """Return the inverse of a 3 x 3 matrix by elimination."""
    rows = [list(map(float, row)) + [float(i == j) for j in range(3)] for i, row in enumerate(matrix)]
    for i in range(3):
        pivot = max(range(i, 3), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(3):
            if j != i:
                rows[j] = [a - rows[j][i] * b for a, b in zip(rows[j], rows[i], strict=True)]
    return tuple(tuple(row[3:]) for row in rows)


def _times(matrix, column):
    return tuple(sum(a * b for a, b in zip(row, column, strict=True)) for row in matrix)


def _times_row(row, matrix):
    return tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*matrix, strict=True))
