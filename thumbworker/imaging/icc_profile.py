"""Write an ICC profile for a color space, which lcms then converts. Layout: ICC.1:2010, 7 to 10.

And read the one tag of which lcms makes nothing: the code points of high dynamic range (ICC.1:2022, 10.3).
"""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING

from thumbworker.imaging.colorimetry import of_code_points, to_d50

if TYPE_CHECKING:
    from thumbworker.imaging.colorimetry import ColorSpace

_NODES = 4 * 255 + 1
"""Each level of eight bits is a node of the curve, so nothing is interpolated."""

_MOST_TAGS = 200

_D50 = (0.9642, 1.0, 0.8249)


@functools.lru_cache(maxsize=16)
def profile_of(space: ColorSpace) -> bytes:
    """Return a display profile of three colorants and one sampled curve.

    Raises:
        ArithmeticError: the primaries are absurd.
    """
    red, green, blue = zip(*to_d50(space.primaries), strict=True)
    levels = (space.transfer(space.normalized(node / (_NODES - 1))) for node in range(_NODES))
    samples = [round(65535 * min(1.0, max(0.0, level))) for level in levels]
    curve = b"curv" + struct.pack(f">4xI{_NODES}H2x", _NODES, *samples)
    bodies = {b"wtpt": _xyz(_D50), b"rXYZ": _xyz(red), b"gXYZ": _xyz(green), b"bXYZ": _xyz(blue)}
    at = 128 + 4 + 12 * (len(bodies) + 3)
    tags = []
    for name, body in bodies.items():
        tags.append(name + struct.pack(">II", at, len(body)))
        at += len(body)
    tags += [name + struct.pack(">II", at, len(curve)) for name in (b"rTRC", b"gTRC", b"bTRC")]
    size = at + len(curve)
    header = (
        struct.pack(">I4xI", size, 0x02400000) + b"mntrRGB XYZ " + struct.pack(">6H", 2026, 1, 1, 0, 0, 0)
    )
    header += b"acsp" + bytes(28) + struct.pack(">3i", *map(_fixed, _D50))
    return b"".join(
        [header.ljust(128, b"\x00"), struct.pack(">I", len(tags)), *tags, *bodies.values(), curve]
    )


def high_dynamic_range_of(profile: bytes) -> ColorSpace | None:
    """Return the color space of a profile whose ``cicp`` tag names PQ or HLG, whatever its curves say.

    Curves end at the brightest light, so diffuse white would be nearly black by them.
    """
    if profile[16:20] != b"RGB " or profile[36:40] != b"acsp":
        return None
    tags = 132, 132 + 12 * min(_MOST_TAGS, int.from_bytes(profile[128:132], "big"))
    for at in range(*tags, 12):
        if profile[at : at + 4] == b"cicp":
            start = int.from_bytes(profile[at + 4 : at + 8], "big")
            body = profile[start : start + 12]
            if len(body) == 12 and body.startswith(b"cicp"):
                space = of_code_points(body[8], body[9], full_range=body[11] != 0)
                return space if space and space.high_dynamic_range else None
    return None


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + struct.pack(">4x3i", *map(_fixed, values))


def _fixed(value: float) -> int:
    return round(65536 * value)
