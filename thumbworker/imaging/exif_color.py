"""The color space that EXIF names.

DCF 2.0 (CIPA DC-009), 4.3: an interoperability index of R03 means Adobe RGB, R98 sRGB. Exif 3.0: ColorSpace
and Gamma. TIFF 6.0, section 20: WhitePoint and PrimaryChromaticities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.imaging.colorimetry import ADOBE_RGB, SRGB, of_chromaticities
from thumbworker.imaging.exif import Ratio

if TYPE_CHECKING:
    from thumbworker.imaging.colorimetry import ColorSpace
    from thumbworker.imaging.exif import Tags, Value

_INDEX = 0x0001
_BY_INDEX = {b"R03": ADOBE_RGB, b"R98": SRGB}
_COLOR_SPACE, _GAMMA = 0xA001, 0xA500
_BY_COLOR_SPACE = {1: SRGB, 2: ADOBE_RGB}
"""2 is not in the standard; cameras before DCF 2.0 wrote it."""

_WHITE_POINT, _PRIMARIES = 318, 319
_DEFAULT_GAMMA = 2.2


def space_of(tags: Tags) -> ColorSpace | None:
    """Return the color space; ``None`` if EXIF leaves it open."""
    index = tags.interop.get(_INDEX)
    found = _BY_INDEX.get(index[:3]) if isinstance(index, bytes) else None
    color_space = tags.exif.get(_COLOR_SPACE)
    if found is None and isinstance(color_space, tuple) and isinstance(color_space[0], int):
        found = _BY_COLOR_SPACE.get(color_space[0])
    return found or _measured(tags)


def _measured(tags: Tags) -> ColorSpace | None:
    values = [*_numbers(tags.main.get(_WHITE_POINT)), *_numbers(tags.main.get(_PRIMARIES))]
    if len(values) != 8:
        return None
    white, red, green, blue = zip(values[::2], values[1::2], strict=True)
    gamma = _numbers(tags.exif.get(_GAMMA)) or [_DEFAULT_GAMMA]
    return of_chromaticities(white, red, green, blue, gamma[0])


def _numbers(value: Value | None) -> list[float]:
    """Return rational numbers; empty if one is not."""
    if not isinstance(value, tuple):
        return []
    ratios = [ratio for ratio in value if isinstance(ratio, Ratio) and ratio.denominator]
    return [ratio.numerator / ratio.denominator for ratio in ratios] if len(ratios) == len(value) else []
