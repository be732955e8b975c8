"""What decoding costs in resident memory, told from the header.

The factors are bytes a pixel, measured on the decoders inside Pillow's and pi-heif's wheels; a test
holds them against ``ru_maxrss`` of child processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.imaging.sniffing import Format

if TYPE_CHECKING:
    from PIL import Image

    from thumbworker.imaging.jpeg import JpegHeader
    from thumbworker.imaging.png import PngHeader

IDLE_BYTES = 60_000_000
"""The interpreter with Pillow, its libraries and the renditions in the making."""

SCANNED_PIXELS_MAXIMUM = 3_000_000_000
"""Every scan of a progressive JPEG walks over the whole picture; a hundred megapixels in thirty scans."""


def of_jpeg(header: JpegHeader) -> int:
    """Estimate a JPEG: scaled decoding is cheap unless all coefficients are held at once (2 bytes each)."""
    pixels = header.width * header.height
    coefficients = 2 * header.samples_per_pixel * pixels if header.buffered else 0
    scaled = max(4 * pixels // 4, 4 * 1600 * 1600 * 4) if pixels > 1600 * 1600 else 4 * pixels
    return int(coefficients + min(scaled, 60_000_000))


def of_png(header: PngHeader) -> int:
    """Estimate a PNG: Pillow holds the whole picture, interlaced or not."""
    pixels = header.width * header.height
    if header.color_type == 0 and header.bit_depth == 16:
        return 2 * pixels
    return pixels * (1 if header.color_type in {0, 3} else 4)


def of_webp(size: tuple[int, int]) -> int:
    """Estimate a WebP: two canvases, the frame and its copy, at 4 bytes a pixel each."""
    return 16 * size[0] * size[1]


def of_heif(size: tuple[int, int], mode: str) -> int:
    """Estimate a HEIC: planes, interleaved pixels and Pillow's copy of them."""
    return (12 if mode.endswith(("A", "a")) else 10) * size[0] * size[1]


def of_pillow(image: Image.Image, found: Format, data_bytes: int) -> int:
    """Estimate a format whose header Pillow has read."""
    pixels = image.width * image.height
    if found is Format.AVIF:
        return 15 * pixels
    if found is Format.WEBP:
        return of_webp(image.size)
    if found is Format.GIF:
        return pixels
    bytes_per_pixel = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2}.get(image.mode, 4)
    return 2 * bytes_per_pixel * pixels + data_bytes
