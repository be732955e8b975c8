"""What decoding costs in resident memory, told from the header.

The factors are bytes a pixel, measured on the decoders inside Pillow's and pi-heif's wheels; a test
holds them against ``ru_maxrss`` of child processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from thumbworker.imaging.isobmff import Av1Depth
    from thumbworker.imaging.jpeg import JpegHeader
    from thumbworker.imaging.png import PngHeader

IDLE_BYTES = 80_000_000
"""The interpreter with Pillow, pi-heif and the AWS clients before the first photo."""

ENCODING_BYTES = 75_000_000
"""The renditions in the making, once the decoder's own memory is free again."""

SCANNED_PIXELS_MAXIMUM = 3_000_000_000
"""Every scan of a progressive JPEG walks over the whole picture; a hundred megapixels in thirty scans."""

_SCALED_BYTES = 45_000_000
"""A picture scaled to at most twice the largest rendition, and the rendition beside it."""


def of_jpeg(header: JpegHeader) -> int:
    """Estimate a JPEG: scaled decoding is cheap unless all coefficients are held at once (2 bytes each)."""
    pixels = header.width * header.height
    coefficients = 2 * header.samples_per_pixel * pixels if header.buffered else 0
    return int(coefficients) + _SCALED_BYTES


def of_png(header: PngHeader) -> int:
    """Estimate a PNG: Pillow holds the whole picture; interlacing costs time, not memory."""
    pixels = header.width * header.height
    if header.color_type == 0 and header.bit_depth == 16:
        return 2 * pixels + _SCALED_BYTES
    return pixels * (1 if header.color_type in {0, 3} else 4) + _SCALED_BYTES


def of_webp(size: tuple[int, int]) -> int:
    """Estimate a WebP: two canvases and the frame, at 4 bytes a pixel each."""
    return 12 * size[0] * size[1] + _SCALED_BYTES


def of_avif(size: tuple[int, int], depth: Av1Depth, mode: str) -> int:
    """Estimate an AVIF: planes, once more where film grain is added, and the interleaved frame."""
    planes = depth.bytes_per_sample * (1 + depth.chroma_share + (mode == "RGBA"))
    return int((2 * planes + len(mode)) * size[0] * size[1]) + _SCALED_BYTES


def of_heif(size: tuple[int, int], bit_depth: int) -> int:
    """Estimate a HEIC: planes and the interleaved frame."""
    planes = 3 if bit_depth <= 8 else 6
    return (planes + 4) * size[0] * size[1] + _SCALED_BYTES


def of_tiff(size: tuple[int, int], mode: str, block_bytes: int) -> int:
    """Estimate a TIFF: the picture, one strip or tile, and the picture once more if it is turned."""
    bytes_per_pixel = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}.get(mode, 4)
    return bytes_per_pixel * size[0] * size[1] + 2 * block_bytes + _SCALED_BYTES


def of_gif(size: tuple[int, int]) -> int:
    """Estimate a GIF: one byte a pixel."""
    return size[0] * size[1] + _SCALED_BYTES
