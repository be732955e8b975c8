"""Turn decoded pixels into the working image: 8-bit RGB in sRGB, upright, no larger than needed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.imaging import color, normalize
from thumbworker.imaging.errors import decoder_errors
from thumbworker.imaging.memory_estimate import factor_for
from thumbworker.imaging.scaling import resized

if TYPE_CHECKING:
    from thumbworker.imaging.frames import Box, Frame
    from thumbworker.imaging.opening import Opened

_BAND_PIXELS = 1 << 20
_DIRECT_MODES = {"RGB", "L", "CMYK"}

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
    """Return the size that fits a square of ``longest_side``; never enlarged, at least one pixel.

    >>> fitted((6000, 4000), 1600), fitted((3, 2), 320), fitted((20000, 1), 320)
    ((1600, 1067), (3, 2), (320, 1))
    """
    width, height = size
    scale = longest_side / max(size)
    if scale >= 1:
        return size
    return max(1, round(width * scale)), max(1, round(height * scale))


def decode(opened: Opened, longest_side: int) -> Image.Image:
    """Decode and return the working image, its longer side at most ``longest_side`` pixels.

    Raises:
        Refused: the pixels are damaged, incomplete, or of an unsupported type.
    """
    frame = opened.frame
    with decoder_errors():
        box = frame.load(fitted(frame.size, longest_side))
        scaled = _scaled(frame, box, fitted(frame.size, longest_side), color.white_level(opened.colors))
        frame.close()
        return upright(color.to_srgb(scaled, opened.colors), opened.orientation)


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """Return the image upright, given its EXIF orientation (1 to 8)."""
    transposition = _TRANSPOSITIONS.get(orientation)
    return image if transposition is None else image.transpose(transposition)


def _scaled(frame: Frame, box: Box, target: tuple[int, int], white: int) -> Image.Image:
    factor = factor_for(min(box[2] / target[0], box[3] / target[1]))
    whole = frame.whole()
    if whole is not None and whole.mode in _DIRECT_MODES and frame.transparency is None:
        reduced = whole.reduce(factor) if factor > 1 else whole
        return resized(reduced, target, (0.0, 0.0, box[2] / factor, box[3] / factor))
    narrow = _narrowed_by_bands(frame, box, target[0], factor, white)
    return resized(narrow, target, (0.0, 0.0, float(target[0]), box[3] / factor))


def _narrowed_by_bands(frame: Frame, box: Box, width: int, factor: int, white: int) -> Image.Image:
    """Normalize, average ``factor`` squared pixels and scale to ``width``, a band of rows at a time.

    Filters work across and down one after another, so bands change no pixel. A band stays in the processor's
    cache; a copy of the whole image would cost twice the memory and a tenth of a HEIC's time.
    """
    columns, height = int(box[2]), int(box[3])
    rows = max(1, _BAND_PIXELS // columns // factor) * factor
    narrow: Image.Image | None = None
    for top in range(0, height, rows):
        band = normalize.normalize(frame.rows(top, min(top + rows, height)), frame.transparency, white)
        band = band.reduce(factor) if factor > 1 else band
        band = resized(band, (width, band.height), (0.0, 0.0, box[2] / factor, float(band.height)))
        if narrow is None:
            narrow = Image.new(band.mode, (width, -(-height // factor)))
        narrow.paste(band, (0, top // factor))
    if narrow is None:
        raise ValueError("no rows")
    return narrow
