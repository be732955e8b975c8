"""Resize by Lanczos: with SIMD where cykooz-resizer has a wheel (x86-64), elsewhere by Pillow.

Both filter in fixed point with the same window, so a rendition looks the same whichever processor made it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

try:
    import cykooz_resizer as simd
except ImportError:
    simd = None

if TYPE_CHECKING:
    from collections.abc import Callable

    Box = tuple[float, float, float, float]

_SIMD_MODES = {"RGB", "L", "CMYK"}


def by_pillow(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    """Resize what is in ``box`` (left, top, right, bottom in pixels) by Pillow."""
    return image.resize(size, Image.Resampling.LANCZOS, box=box)


def by_simd(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    """Resize what is in ``box`` by cykooz-resizer; LAB, which it doesn't read, by Pillow.

    First across, then down, as Pillow does: in one call it would be the other way around, and light edges,
    which are clipped between the two, would differ by up to twelve levels.
    """
    if image.mode not in _SIMD_MODES:
        return by_pillow(image, size, box)
    left, top, right, bottom = box
    if (left, right) == (0.0, image.width) and size[0] == image.width:
        return _convolved(image, size, box)
    if (top, bottom) == (0.0, image.height) and size[1] == image.height:
        return _convolved(image, size, box)
    across = _convolved(image, (size[0], image.height), (left, 0.0, right, float(image.height)))
    return _convolved(across, size, (0.0, top, float(size[0]), bottom))


def _convolved(image: Image.Image, size: tuple[int, int], box: Box) -> Image.Image:
    left, top, right, bottom = box
    made = Image.new(image.mode, size, None)  # not filled: every pixel is written
    options = simd.ResizeOptions(
        resize_alg=simd.ResizeAlg.convolution(simd.FilterType.lanczos3),
        crop_box=simd.CropBox(left, top, right - left, bottom - top),
    )
    simd.Resizer().resize_pil(image, made, options)  # one resizer for each call: it keeps its buffers
    return made


resize: Callable[[Image.Image, tuple[int, int], Box], Image.Image] = by_simd if simd else by_pillow


def resized(image: Image.Image, size: tuple[int, int], box: Box | None = None) -> Image.Image:
    """Return what is in ``box``, without one the whole image, as a new image of this size in pixels."""
    return resize(image, size, box or (0.0, 0.0, float(image.width), float(image.height)))
