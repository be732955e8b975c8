"""Map pictures of high dynamic range (PQ and HLG) to the range of paper white.

Sources: ITU-R BT.2100-2 (functions), BT.2408-7 (203 cd/m² for diffuse white), BT.2390-11, 5.4 (the curve).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PIL import Image, ImageChops, ImageMath

from thumbworker.imaging.colorimetry import (
    PQ_NITS,
    WHITE_NITS,
    compact,
    encode_compact,
    encode_pq,
    encode_srgb,
    hlg,
    luminances,
    pq,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.imaging.colorimetry import ColorSpace

_HLG_NITS = 1000.0
_HLG_SYSTEM_GAMMA = 1.2
"""The display that BT.2100 assumes for HLG."""

_SPARED_SHARE = 0.001
"""The brightest pixels that may clip: sparks and single hot pixels don't darken a picture."""

_STEPS = 4096


def white_level(space: ColorSpace) -> int:
    """Return the 8-bit level of diffuse white, on which transparent pictures are laid."""
    code = 1.0
    if space.transfer is pq:
        code = encode_pq(WHITE_NITS / PQ_NITS)
    elif space.transfer is compact:
        code = encode_compact(WHITE_NITS / PQ_NITS)
    elif space.transfer is hlg:
        code = 0.75  # BT.2408, table 1
    return round(255 * code) if space.full_range else round(16 + 219 * code)


def to_sdr(image: Image.Image, space: ColorSpace) -> Image.Image:
    """Return an RGB image with the same primaries, in full range and with sRGB's transfer function.

    Each channel passes the curve of BT.2390 from the luminance of the picture's brightest pixels to that of
    diffuse white. A picture with nothing brighter than diffuse white is not changed.
    """
    return _hlg_to_sdr(image, space) if space.transfer is hlg else _pq_to_sdr(image, space)


def tone_curve(peak_nits: float) -> Callable[[float], float]:
    """Return the function from luminance in cd/m² to linear light, where 1 is diffuse white.

    The EETF of BT.2390-11, 5.4.1, without black lift: up to a knee nothing changes.
    """
    source = encode_pq(max(peak_nits, WHITE_NITS) / PQ_NITS)
    target = encode_pq(WHITE_NITS / PQ_NITS) / source
    knee = 1.5 * target - 0.5

    def curve(nits: float) -> float:
        code = min(1.0, encode_pq(nits / PQ_NITS) / source)
        if code > knee and knee < 1:
            t = (code - knee) / (1 - knee)
            code = (
                (2 * t**3 - 3 * t**2 + 1) * knee
                + (t**3 - 2 * t**2 + t) * (1 - knee)
                + (-2 * t**3 + 3 * t**2) * target
            )
        return min(1.0, PQ_NITS * pq(code * source) / WHITE_NITS)

    return curve


def _pq_to_sdr(image: Image.Image, space: ColorSpace) -> Image.Image:
    nits = [PQ_NITS * space.transfer(space.normalized(level / 255)) for level in range(256)]
    curve = tone_curve(nits[_peak_level(_brightest(image.split()))])
    table = [round(255 * encode_srgb(curve(luminance))) for luminance in nits]
    return image.point(table * 3)


def _hlg_to_sdr(image: Image.Image, space: ColorSpace) -> Image.Image:
    scene = [hlg(space.normalized(level / 255)) for level in range(256)]
    bands = [band.point(scene, "F") for band in image.split()]
    display = _to_display(bands, luminances(space.primaries))
    levels = [ImageMath.lambda_eval(_root_of_light, light=light).convert("L") for light in display]
    curve = tone_curve(_HLG_NITS * (_peak_level(_brightest(levels)) / 255) ** 2)
    coded = [
        round(255 * encode_srgb(curve(_HLG_NITS * (step / (_STEPS - 1)) ** 2))) for step in range(_STEPS)
    ]
    table = [level for level in coded for _ in range(65536 // _STEPS)]
    return Image.merge("RGB", [_fine(light).point(table, "L") for light in display])


def _to_display(bands: list[Image.Image], weights: tuple[float, float, float]) -> list[Image.Image]:
    """Apply HLG's OOTF (BT.2100, table 5): each channel times a power of the scene's luminance."""
    red, green, blue = weights

    def ootf(names: dict[str, Any]) -> Any:
        luminance = names["r"] * red + names["g"] * green + names["b"] * blue
        return names["channel"] * luminance ** (_HLG_SYSTEM_GAMMA - 1)

    r, g, b = bands
    return [ImageMath.lambda_eval(ootf, channel=channel, r=r, g=g, b=b) for channel in bands]


def _root_of_light(names: dict[str, Any]) -> Any:
    return names["light"] ** 0.5 * 255.0


def _fine(light: Image.Image) -> Image.Image:
    root: Image.Image = ImageMath.lambda_eval(lambda names: names["light"] ** 0.5 * 65535.0, light=light)
    return root.convert("I")


def _brightest(bands: list[Image.Image] | tuple[Image.Image, ...]) -> Image.Image:
    red, green, blue = bands
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _peak_level(levels: Image.Image) -> int:
    spared = int(_SPARED_SHARE * levels.width * levels.height)
    for level, count in reversed(list(enumerate(levels.histogram()))):
        spared -= count
        if spared < 0:
            return level
    return 0
