"""Pillow as most projects call it: decode once, scale each size from the whole picture, save as WebP."""

from __future__ import annotations

import io

import pi_heif
from PIL import Image, ImageOps

from bench.runners import SIDES, fitted, run

pi_heif.register_heif_opener()


def naive(data: bytes) -> dict[str, bytes]:
    """Return three renditions, each scaled from the full decode."""
    with Image.open(io.BytesIO(data)) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    made = {}
    for side in SIDES:
        buffer = io.BytesIO()
        image.resize(fitted(*image.size, side), Image.Resampling.LANCZOS).save(buffer, "WEBP", quality=80)
        made[f"{side}.webp"] = buffer.getvalue()
    return made


if __name__ == "__main__":
    run({"naive": naive})
