"""Estimate from the header how much resident memory decoding takes.

The factors are bytes per pixel, measured on the decoders in Pillow's and pi-heif's wheels; a test compares
them with ``ru_maxrss`` of child processes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from thumbworker.imaging.formats.isobmff import Av1Depth
    from thumbworker.imaging.formats.jpeg import JpegHeader
    from thumbworker.imaging.formats.png import PngHeader

IDLE_BYTES = 80_000_000
"""The interpreter with Pillow, pi-heif and the AWS clients before the first photo."""

ENCODING_BYTES = 75_000_000
"""The encoders, which run once the decoder's memory is free."""

MAX_SCANNED_PIXELS = 3_000_000_000
"""Each scan of a progressive JPEG passes over the whole image: this is 30 scans of the largest that fits."""

LARGEST_RENDITION = max(spec.longest_side for spec in CURRENT.renditions)
_SCALING_BYTES = 20_000_000
"""The final filter's rows and the working image."""

SPARE = 1.15
"""The least factor by which a JPEG with fine detail is decoded larger than its rendition.

The decoder's own scaling shifts such detail a little, and a final filter that scales by less cannot correct
it (SSIM 0.978 at 1.02, 0.990 at 1.15, on an 8 MP photo of mountains).
"""

_BYTES_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2}


_HEIF_BYTES_PER_PIXEL = {
    (False, 0): 3.0,
    (False, 420): 5.2,
    (False, 422): 8.6,
    (False, 444): 9.6,
    (True, 0): 6.0,
    (True, 420): 8.0,
    (True, 422): 16.5,
    (True, 444): 16.5,
}
"""By more than eight bits or not, and chroma (0 for gray)."""


def factor_for(ratio: float) -> int:
    """Return how many pixels per side are averaged before the final filter, at least 1.

    A factor of 1.5 or more is left to the final filter, which keeps its sharpness.
    """
    return max(1, int(ratio / 1.5))


def of_jpeg(header: JpegHeader) -> int:
    """Estimate a JPEG: scaled decoding is cheap unless all coefficients are in memory (2 bytes each).

    The smallest scale is an eighth; one in a single scan that looks damaged is decoded at it twice more.
    """
    pixels = header.width * header.height
    extra = 2 * header.samples_per_pixel * pixels if header.buffered else 8 * pixels / 64
    scale = SPARE * LARGEST_RENDITION / max(header.width, header.height)
    eighths = next((count for count in (1, 2, 3, 4) if count / 8 >= scale), 8)
    return int(extra + 4 * pixels * (eighths / 8) ** 2) + _SCALING_BYTES


def of_png(header: PngHeader, images: int = 1) -> int:
    """Estimate a PNG: Pillow decodes all of it, ``images`` times; interlacing costs time, not memory."""
    if header.color_type == 0 and header.bit_depth == 16:
        bytes_per_pixel = 2
    else:
        bytes_per_pixel = 1 if header.color_type in {0, 3} else 4
    size = header.width, header.height
    return images * bytes_per_pixel * header.width * header.height + _averaged(size)


def of_webp(size: tuple[int, int]) -> int:
    """Estimate a WebP: two canvases and the frame, at 4 bytes per pixel each."""
    return 12 * size[0] * size[1] + _averaged(size)


def of_avif(size: tuple[int, int], depth: Av1Depth, mode: str) -> int:
    """Estimate an AVIF: planes, and the interleaved frame twice."""
    planes = depth.bytes_per_sample * (1 + depth.chroma_share + (mode == "RGBA"))
    return int((planes + 2 * len(mode) + 1) * size[0] * size[1]) + _averaged(size)


def of_heif(size: tuple[int, int], info: Mapping[str, Any], mode: str, *, wide: bool = False) -> int:
    """Estimate a HEIC: libheif keeps each step of its conversion until the last is finished.

    ``wide``: it is decoded to samples of 16 bits.
    """
    deep = info.get("bit_depth", 8) > 8
    bytes_per_pixel = _HEIF_BYTES_PER_PIXEL[deep, info.get("chroma", 0 if mode[0] in "LI" else 444)]
    if mode.endswith(("A", "a")):
        bytes_per_pixel += 4 if deep else 2.5
    bytes_per_pixel += len(mode) if wide else 0
    return int(bytes_per_pixel * size[0] * size[1]) + _averaged(size)


def of_tiff(size: tuple[int, int], mode: str, block_bytes: int, *, turned: bool) -> int:
    """Estimate a TIFF: the image, twice if Pillow turns it, and one decoded strip or tile."""
    pictures = (2 if turned else 1) * _BYTES_PER_PIXEL.get(mode, 4) * size[0] * size[1]
    return pictures + block_bytes + _averaged(size)


def of_gif(size: tuple[int, int]) -> int:
    """Estimate a GIF: one byte per pixel."""
    return size[0] * size[1] + _averaged(size)


def of_bmp(size: tuple[int, int]) -> int:
    """Estimate a BMP: 4 bytes per pixel, also for 1 byte that is run-length encoded and copied twice."""
    return 4 * size[0] * size[1] + _averaged(size)


def of_jpeg2000(decoder_bytes: int, size: tuple[int, int]) -> int:
    """Estimate a JPEG 2000 that is decoded at a size; ``decoder_bytes`` as its codestream tells."""
    return decoder_bytes + _averaged(size)


def _averaged(size: tuple[int, int]) -> int:
    """Estimate the image between averaging and the final filter, at 4 bytes per pixel."""
    factor = factor_for(max(size) / LARGEST_RENDITION)
    return 4 * (size[0] // factor + 1) * (size[1] // factor + 1) + _SCALING_BYTES
