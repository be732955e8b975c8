"""Convert pixels to eight bits per channel, without palette and transparency."""

from __future__ import annotations

from PIL import Image, ImageMath

from thumbworker.contract.reasons import Reason
from thumbworker.imaging.errors import Refused

_SIXTEEN_BIT_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}
_GRAY_MODES = {"1", "L", "LA", "La"}
_CLEAR_MODES = {"LA", "PA", "RGBA", "RGBa", "La"}
_COLOR_KEY_MODES = {"1", "L", "P", "RGB"}


def normalize(band: Image.Image, transparency: object = None, white: int = 255) -> Image.Image:
    """Return pixels as RGB, L, CMYK or LAB; transparent ones are laid over white, whose level is given.

    Raises:
        Refused: the samples are 32-bit integers or floats, whose range is unknown.
    """
    if band.mode in _SIXTEEN_BIT_MODES:
        return _from_sixteen_bits(band, transparency, white)
    if band.mode in {"F", "I"}:
        raise Refused(Reason.SAMPLES_NOT_SUPPORTED, f"samples of mode {band.mode}")
    if band.mode in {"CMYK", "LAB"}:
        return band
    if band.mode in _CLEAR_MODES or transparency is not None:
        return _over_white(band, transparency, white)
    return band if band.mode in {"RGB", "L"} else band.convert("L" if band.mode == "1" else "RGB")


def _over_white(band: Image.Image, transparency: object, white: int) -> Image.Image:
    if isinstance(transparency, tuple) and max(transparency) > 255:
        transparency = tuple(level >> 8 for level in transparency)  # PNG gives 16 bits, Pillow decodes 8
    if transparency is not None and band.mode in _COLOR_KEY_MODES:
        band.info["transparency"] = transparency
    mode = "L" if band.mode in _GRAY_MODES else "RGB"  # gray stays gray: its profile fits nothing else
    clear = band.convert("LA" if mode == "L" else "RGBA")
    over = Image.new(mode, band.size, (white,) * len(mode))
    over.paste(clear.convert(mode), mask=clear.getchannel("A"))
    return over


def _from_sixteen_bits(band: Image.Image, transparency: object, white: int) -> Image.Image:
    """Scale 16-bit gray: Pillow's own conversion clips everything above 255 to white."""
    wide = band.convert("I")
    scaled = wide.point(lambda level: level * (1 / 257) + 0.5).convert("L")
    if isinstance(transparency, int):
        clear = ImageMath.lambda_eval(lambda names: names["wide"] == transparency, wide=wide)
        scaled.paste(white, mask=clear.point(lambda value: value * 255).convert("L"))
    return scaled
