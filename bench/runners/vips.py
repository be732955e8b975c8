"""libvips through pyvips, by its own advice: ``thumbnail`` from the file for each size, or a cascade.

Upright, in sRGB and without metadata, like all others.
"""

from __future__ import annotations

import os

os.environ["VIPS_CONCURRENCY"] = "1"

import pyvips

from bench.runners import SIDES, run


def each(data: bytes) -> dict[str, bytes]:
    """Return three renditions, each from the file by shrink-on-load."""
    pyvips.cache_set_max(0)
    return {f"{side}.webp": _webp(_thumbnail(data, side)) for side in SIDES}


def cascade(data: bytes) -> dict[str, bytes]:
    """Return three renditions, each from the one above it."""
    pyvips.cache_set_max(0)
    image = _thumbnail(data, SIDES[0]).copy_memory()
    made = {}
    for side in SIDES:
        if side != SIDES[0]:
            image = image.thumbnail_image(side, height=side, size="down").copy_memory()
        made[f"{side}.webp"] = _webp(image)
    return made


def _thumbnail(data: bytes, side: int) -> pyvips.Image:
    return pyvips.Image.thumbnail_buffer(data, side, height=side, size="down", output_profile="srgb")


def _webp(image: pyvips.Image) -> bytes:
    written: bytes = image.webpsave_buffer(Q=80, keep="none")
    return written


if __name__ == "__main__":
    run({"each": each, "cascade": cascade})
