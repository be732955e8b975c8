"""Encode renditions, without any metadata."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from thumbworker.contract.policy import RenditionSpec


_AOM_OPTIONS = {"tune": "ssim", "enable-cdef": "1", "disable-trellis-quant": "1"}
"""For aom: at equal bytes, cdef gains 0.0005 of SSIM at no measurable time. Without trellis quantization
it takes 15 to 25 % less CPU, for 8 % more bytes at equal SSIM: docs/decisions/0156-cheaper-avif.md.
"""

_SMALL_EFFORT = 4
"""For images smaller than their rendition, such as icons: rare, cheap, and closer in saturated colors."""

_MAX_DRAWING_COLORS = 1024
"""Photos have more colors than this in any corner; charts, logos and screenshots have fewer in total."""


def encode(image: Image.Image, spec: RenditionSpec) -> bytes:
    """Return the encoded image, without EXIF, XMP, profile, comment or thumbnail.

    Pillow's writers copy profiles and comments from ``info``, so it is emptied first.
    """
    image.info = {}
    buffer = io.BytesIO()
    drawing = image.getcolors(_MAX_DRAWING_COLORS) is not None
    if spec.format == "avif":
        image.save(
            buffer,
            "AVIF",
            quality=spec.quality,
            speed=spec.effort,
            subsampling="4:4:4" if drawing else "4:2:0",
            max_threads=1,
            advanced=_AOM_OPTIONS,
        )
    elif spec.format == "jpeg":
        # Without passes over the coefficients: a tenth of a card's bytes for twice its time.
        image.save(buffer, "JPEG", quality=spec.quality, subsampling="4:4:4" if drawing else "4:2:0")
    elif drawing:
        # Exact, and a third to a tenth of the bytes; subsampled color blurs hard edges.
        image.save(buffer, "WEBP", lossless=True, quality=50, method=2)
    else:
        effort = spec.effort if max(image.size) >= spec.longest_side else _SMALL_EFFORT
        image.save(buffer, "WEBP", quality=spec.quality, method=effort)
    return buffer.getvalue()
