"""Primaries and transfer functions of ITU-T H.273 (07/2024, tables 2 and 3), and what is computed from them.

A transfer function here decodes: it turns a code of 0..1 into linear light of 0..1. PQ's light is absolute,
HLG's is the scene's, not the display's: ``hdr`` maps both.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

Point = tuple[float, float]
Row = tuple[float, float, float]
Matrix = tuple[Row, Row, Row]
Transfer = Callable[[float], float]

UNSPECIFIED = 2

PQ_NITS = 10_000.0
WHITE_NITS = 203.0
"""The luminance of diffuse white in cd/m² (BT.2408), which becomes the white of sRGB."""

_COMPACT_WHITE = 180 / 255


class Primaries(NamedTuple):
    """Chromaticities x and y (CIE 1931)."""

    white: Point
    red: Point
    green: Point
    blue: Point


_D65 = (0.3127, 0.3290)
_C = (0.310, 0.316)
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))

BT709 = Primaries(_D65, (0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
ADOBE_RGB_1998 = Primaries(_D65, (0.640, 0.330), (0.210, 0.710), (0.150, 0.060))
_ROMM = Primaries((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
_SMPTE_170M = Primaries(_D65, (0.630, 0.340), (0.310, 0.595), (0.155, 0.070))

PRIMARIES = {
    1: BT709,
    4: Primaries(_C, (0.67, 0.33), (0.21, 0.71), (0.14, 0.08)),  # BT.470 M
    5: Primaries(_D65, (0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),  # BT.601, 625 lines
    6: _SMPTE_170M,  # BT.601, 525 lines
    7: _SMPTE_170M,  # SMPTE 240M
    8: Primaries(_C, (0.681, 0.319), (0.243, 0.692), (0.145, 0.049)),  # film
    9: Primaries(_D65, (0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),  # BT.2020
    10: Primaries((1 / 3, 1 / 3), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)),  # SMPTE 428: XYZ
    11: Primaries((0.314, 0.351), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # SMPTE 431
    12: Primaries(_D65, (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),  # Display P3
    22: Primaries(_D65, (0.630, 0.340), (0.295, 0.605), (0.155, 0.077)),  # EBU 3213
}


def srgb(code: float) -> float:
    """Decode sRGB (IEC 61966-2-1)."""
    return code / 12.92 if code <= 0.04045 else math.pow((code + 0.055) / 1.055, 2.4)


def encode_srgb(light: float) -> float:
    """Return the sRGB code of linear light."""
    return 12.92 * light if light <= 0.0031308 else 1.055 * math.pow(light, 1 / 2.4) - 0.055


def linear(code: float) -> float:
    """Return the code, which is the light."""
    return code


@functools.lru_cache(maxsize=64)
def gamma(exponent: float) -> Transfer:
    """Return a power function; the same object for the same exponent."""
    return linear if exponent == 1 else lambda code: math.pow(code, exponent)


def _bt709(code: float) -> float:
    return code / 4.5 if code < 0.081 else math.pow((code + 0.099) / 1.099, 1 / 0.45)


def _smpte_240m(code: float) -> float:
    return code / 4 if code < 0.0913 else math.pow((code + 0.1115) / 1.1115, 1 / 0.45)


def _logarithmic(decades: float) -> Transfer:
    return lambda code: 10 ** (decades * (code - 1)) if code > 0 else 0.0


def _smpte_428(code: float) -> float:
    return min(1.0, 52.37 / 48 * math.pow(code, 2.6))


def pq(code: float) -> float:
    """Decode PQ (SMPTE ST 2084) to luminance relative to 10,000 cd/m²."""
    root = math.pow(code, 1 / 78.84375)
    return math.pow(max(root - 0.8359375, 0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125)


def encode_pq(luminance: float) -> float:
    """Return the PQ code of a luminance relative to 10,000 cd/m²."""
    power = math.pow(luminance, 0.1593017578125)
    return math.pow((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power), 78.84375)


def compact(code: float) -> float:
    """Decode our own eight bits of PQ to luminance relative to 10,000 cd/m².

    180 levels are sRGB's up to diffuse white, where PQ has 148; the rest is logarithmic.
    """
    if code <= _COMPACT_WHITE:
        return srgb(code / _COMPACT_WHITE) * WHITE_NITS / PQ_NITS
    return math.pow(PQ_NITS / WHITE_NITS, (code - 1) / (1 - _COMPACT_WHITE))


def encode_compact(luminance: float) -> float:
    """Return the code of a luminance relative to 10,000 cd/m²."""
    light = luminance * PQ_NITS / WHITE_NITS
    if light <= 1:
        return _COMPACT_WHITE * encode_srgb(light)
    return _COMPACT_WHITE + (1 - _COMPACT_WHITE) * math.log(light, PQ_NITS / WHITE_NITS)


def hlg(code: float) -> float:
    """Decode HLG (ARIB STD-B67, BT.2100) to light of the scene."""
    if code <= 0.5:
        return code * code / 3
    return (math.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12


TRANSFERS: dict[int, Transfer] = {
    1: _bt709,
    4: gamma(2.2),
    5: gamma(2.8),
    6: _bt709,
    7: _smpte_240m,
    8: linear,
    9: _logarithmic(2),
    10: _logarithmic(2.5),
    11: _bt709,  # xvYCC: the same from 0 to 1
    12: _bt709,  # BT.1361: the same from 0 to 1
    13: srgb,
    14: _bt709,
    15: _bt709,
    16: pq,
    17: _smpte_428,
    18: hlg,
}


@dataclass(frozen=True, slots=True)
class ColorSpace:
    """Primaries, transfer function and range of RGB samples; ``full_range``: black is 0, else 16 of 255."""

    primaries: Primaries
    transfer: Transfer
    full_range: bool = True

    @property
    def high_dynamic_range(self) -> bool:
        """Return whether the codes reach beyond the white of paper."""
        return self.transfer in {pq, compact, hlg}

    def normalized(self, code: float) -> float:
        """Return a code of 0..1 as if it were of full range."""
        return code if self.full_range else min(1.0, max(0.0, (code * 255 - 16) / 219))


SRGB = ColorSpace(BT709, srgb)
ADOBE_RGB = ColorSpace(ADOBE_RGB_1998, gamma(563 / 256))
ROMM_RGB = ColorSpace(_ROMM, gamma(1.8))


def of_code_points(primaries: int, transfer: int, *, full_range: bool = True) -> ColorSpace | None:
    """Return the color space of H.273's code points.

    A single unspecified one is taken as sRGB's. ``None`` if both are unspecified, or one is reserved.
    """
    if primaries == transfer == UNSPECIFIED:
        return None
    found = PRIMARIES.get(1 if primaries == UNSPECIFIED else primaries)
    decode = TRANSFERS.get(13 if transfer == UNSPECIFIED else transfer)
    return ColorSpace(found, decode, full_range) if found and decode else None


def of_chromaticities(
    white: Point, red: Point, green: Point, blue: Point, exponent: float
) -> ColorSpace | None:
    """Return the color space of measured primaries and a decoding exponent; ``None`` if they are absurd.

    sRGB's primaries and an exponent of about 2.2 are sRGB, for which many encoders write them.
    """
    primaries = Primaries(white, red, green, blue)
    if not 0.2 <= exponent <= 10:
        return None
    try:
        colorants = to_d50(primaries)
    except ArithmeticError:
        return None
    if 2.15 <= exponent <= 2.25 and _near(primaries, BT709):
        return SRGB
    largest = max(abs(value) for row in colorants for value in row)
    return ColorSpace(primaries, gamma(exponent)) if largest < 2 else None


def _near(primaries: Primaries, others: Primaries) -> bool:
    return all(math.dist(a, b) < 0.003 for a, b in zip(primaries, others, strict=True))


def luminances(primaries: Primaries) -> Row:
    """Return the share of red, green and blue in the luminance of white."""
    return _to_xyz(primaries)[1]


def to_d50(primaries: Primaries) -> Matrix:
    """Return the matrix from linear RGB to XYZ, adapted by Bradford from its white to D50 (ICC.1, annex E).

    Raises:
        ArithmeticError: the primaries are on one line, or white is outside their triangle.
    """
    from_white = _times(_BRADFORD, _xyz(primaries.white))
    to_white = _times(_BRADFORD, _D50)
    scales = tuple(target / source for source, target in zip(from_white, to_white, strict=True))
    back = _inverse(_BRADFORD)
    columns = zip(*_to_xyz(primaries), strict=True)
    adapted = []
    for column in columns:
        cone = _times(_BRADFORD, column)
        adapted.append(_times(back, tuple(c * s for c, s in zip(cone, scales, strict=True))))
    return tuple(zip(*adapted, strict=True))  # type: ignore[return-value]


def _to_xyz(primaries: Primaries) -> Matrix:
    colors = [(x, y, 1 - x - y) for x, y in primaries[1:]]
    unscaled: Matrix = tuple(zip(*colors, strict=True))  # type: ignore[assignment]
    shares = _times(_inverse(unscaled), _xyz(primaries.white))
    if min(shares) <= 0:
        raise ArithmeticError("white is outside the triangle of the primaries")
    return tuple(  # type: ignore[return-value]
        tuple(value * share for value, share in zip(row, shares, strict=True)) for row in unscaled
    )


def _xyz(point: Point) -> Row:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _times(matrix: Matrix, column: tuple[float, ...]) -> Row:
    return tuple(sum(a * b for a, b in zip(row, column, strict=True)) for row in matrix)  # type: ignore[return-value]


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    if abs(determinant) < 1e-9:
        raise ArithmeticError("primaries on one line")
    return (
        ((e * i - f * h) / determinant, (c * h - b * i) / determinant, (b * f - c * e) / determinant),
        ((f * g - d * i) / determinant, (a * i - c * g) / determinant, (c * d - a * f) / determinant),
        ((d * h - e * g) / determinant, (b * g - a * h) / determinant, (a * e - b * d) / determinant),
    )
