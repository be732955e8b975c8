"""From a decoder's pixels to the working picture: plain 8-bit RGB in sRGB, upright, no larger than needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageMath

from thumbworker.contract.reasons import Reason
from thumbworker.imaging import color
from thumbworker.imaging.opening import decoder_failures
from thumbworker.imaging.refusal import Refused
from thumbworker.imaging.sniffing import Format

if TYPE_CHECKING:
    from thumbworker.imaging.opening import Opened

Box = tuple[float, float, float, float]

_BAND_PIXELS = 1 << 20
_DIRECT_MODES = {"RGB", "L", "CMYK"}
_SIXTEEN_BIT_MODES = {"I;16", "I;16L", "I;16B", "I;16N"}
_BLANK_SHARE_MAXIMUM = 0.05
"""A picture that lacks more than its last twentieth is refused instead of shown."""

_TRANSPOSITIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def fitted(size: tuple[int, int], longest_side: int) -> tuple[int, int]:
    """Return the size within a square of ``longest_side``; never larger, never below one pixel.

    >>> fitted((6000, 4000), 1600), fitted((3, 2), 320), fitted((20000, 1), 320)
    ((1600, 1067), (3, 2), (320, 1))
    """
    width, height = size
    scale = longest_side / max(size)
    if scale >= 1:
        return size
    return max(1, round(width * scale)), max(1, round(height * scale))


def decode(opened: Opened, longest_side: int) -> Image.Image:
    """Decode and return the working picture, its longer side at most ``longest_side`` pixels.

    Raises:
        Refused: the pixels are damaged, cut short, or of a kind that is not taken.
    """
    image = opened.image
    size = image.size
    target = fitted(size, longest_side)
    with decoder_failures():
        # The fitted size, not the square: a scale that still covers it decodes up to four times fewer pixels.
        drafted = image.draft(None, target)
        box = drafted[1] if drafted else (0, 0, size[0], size[1])
        _load(opened)
        working = _resized(image, box, target)
        working = color.to_srgb(working, opened.icc_profile)
    return upright(working, opened.orientation)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Turn pixels that lie by an EXIF orientation of 1 to 8."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def _load(opened: Opened) -> None:
    """Decode the pixels; accept what browsers would show of a file that is damaged near its end."""
    image = opened.image
    try:
        image.load()
    except OSError as problem:
        # Pillow clears the tiles once its decoder has stopped: what came before is there.
        if opened.format is not Format.JPEG or getattr(image, "tile", None):
            raise
        opened.complete = False
        if blank_rows(image, 0) > _BLANK_SHARE_MAXIMUM * image.height:
            raise Refused(Reason.DAMAGED, str(problem)) from problem
    if not opened.complete:
        missing = max(blank_rows(image, 128), blank_rows(image, 0))
        if missing > _BLANK_SHARE_MAXIMUM * image.height:
            raise Refused(Reason.TRUNCATED, f"{missing} of {image.height} rows are missing")


def blank_rows(image: Image.Image, level: int) -> int:
    """Count the rows at the bottom that hold nothing but one level in every channel."""
    low, high = 0, image.height
    while low < high:
        middle = (low + high) // 2
        extrema = image.crop((0, middle, image.width, image.height)).getextrema()
        pairs = extrema if isinstance(extrema[0], tuple) else (extrema,)
        if all(pair == (level, level) for pair in pairs):
            high = middle
        else:
            low = middle + 1
    return image.height - low


def _resized(image: Image.Image, box: Box, target: tuple[int, int]) -> Image.Image:
    factor = max(1, int(min(box[2] / target[0], box[3] / target[1]) / 2))
    if image.mode in _DIRECT_MODES and "transparency" not in image.info:
        return image.resize(target, Image.Resampling.LANCZOS, box=box, reducing_gap=2.0)
    reduced = _reduced_by_bands(image, factor)
    box = (0.0, 0.0, box[2] / factor, box[3] / factor)
    return reduced.resize(target, Image.Resampling.LANCZOS, box=box)


def _reduced_by_bands(image: Image.Image, factor: int) -> Image.Image:
    """Convert to RGB over white and average ``factor`` squared pixels, a band of rows at a time.

    A conversion of the whole picture at once would double the memory that a large PNG takes.
    """
    width, height = image.size
    rows = max(factor, _BAND_PIXELS // width // factor * factor)
    reduced: Image.Image | None = None
    for top in range(0, height, rows):
        band = _plain(image.crop((0, top, width, min(top + rows, height))), image)
        band = band.reduce(factor) if factor > 1 else band
        if reduced is None:
            reduced = Image.new(band.mode, (band.width, -(-height // factor)))
        reduced.paste(band, (0, top // factor))
    if reduced is None:
        raise Refused(Reason.DAMAGED, "no rows")
    return reduced


def _plain(band: Image.Image, whole: Image.Image) -> Image.Image:
    """Return a band as RGB, L, CMYK or LAB: scaled from 16 bits, without palette and transparency."""
    transparency = whole.info.get("transparency")
    if band.mode in _SIXTEEN_BIT_MODES:
        return _from_sixteen_bits(band, transparency)
    if band.mode in {"F", "I"}:
        # Their range is anybody's guess: a measurement, not a photograph.
        raise Refused(Reason.FORMAT_NOT_SUPPORTED, f"samples of mode {band.mode}")
    if band.mode in {"CMYK", "LAB"}:
        return band
    if band.mode in {"LA", "PA", "RGBA", "RGBa", "La"} or transparency is not None:
        if isinstance(transparency, tuple) and max(transparency) > 255:
            transparency = tuple(level >> 8 for level in transparency)
        if transparency is not None and band.mode in {"1", "L", "P", "RGB"}:
            band.info["transparency"] = transparency
        clear = band.convert("RGBA")
        over = Image.new("RGB", band.size, "white")
        over.paste(clear.convert("RGB"), mask=clear.getchannel("A"))
        return over
    return band if band.mode in {"RGB", "L"} else band.convert("L" if band.mode == "1" else "RGB")


def _from_sixteen_bits(band: Image.Image, transparency: object) -> Image.Image:
    wide = band.convert("I")
    plain = wide.point(lambda level: level * (1 / 257) + 0.5).convert("L")
    if isinstance(transparency, int):
        clear = ImageMath.lambda_eval(lambda names: names["wide"] == transparency, wide=wide)
        plain.paste(255, mask=clear.point(lambda value: value * 255).convert("L"))
    return plain
