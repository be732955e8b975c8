"""Measure the inputs of the calculation: the CPU of worker and page, and the bytes of both."""

from __future__ import annotations

import io
import os
import platform
import statistics
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bench.contenders import FOLDER
from bench.cost.figures import Measured
from bench.cost.timing import median_ms
from bench.photos import make_photos
from thumbworker.imaging import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

REPEATS = 5
LEAST_PIXELS = 6_000_000
CORPUS = "PHOTO_CORPUS"
"""A folder with photographs, for the bytes of tiles; without it, generated ones are used."""


def measure() -> Measured:
    """Return everything measured in this run."""
    # Imported here: it starts a gallery, which only this needs.
    from bench.cost.page import measure_page  # noqa: PLC0415

    made = [photo.read_bytes() for photo in make_photos(FOLDER / "photos") if "-12mp" in photo.name]
    photographs = _photographs() or made
    tiles = [
        {one.spec.name: len(one.data) for one in render(photograph).renditions} for photograph in photographs
    ]
    page = measure_page(REPEATS * 10)
    where = "made" if photographs is made else "of the corpus"
    return Measured(
        machine=f"{_processor()}, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}, "
        f"{datetime.now(UTC):%Y-%m-%d}",
        photos=f"{len(made)} made photographs of 12 MP",
        tiles=f"{len(photographs)} photographs {where}",
        render_ms=_mean_of_medians(render, made),
        naive_ms=_mean_of_medians(_naive_tile, made),
        **page,
        tile_bytes=_mean(sizes["320"] for sizes in tiles),
        dense_tile_bytes=_mean(sizes["800"] for sizes in tiles),
        naive_tile_bytes=_mean(len(_naive_tile(photograph)) for photograph in photographs),
        rendition_bytes=_mean(sum(sizes.values()) for sizes in tiles),
    )


def _photographs() -> list[bytes]:
    folder = os.environ.get(CORPUS)
    found = sorted((Path(folder) / "photos").glob("*.jpg")) if folder else []
    return [data for data in (path.read_bytes() for path in found) if _is_large(data)]


def _is_large(data: bytes) -> bool:
    with Image.open(io.BytesIO(data)) as image:
        return image.width * image.height >= LEAST_PIXELS


def _naive_tile(data: bytes) -> bytes:
    """Return one JPEG of 800 pixels from a full decode, as a first pipeline makes it."""
    with Image.open(io.BytesIO(data)) as opened:
        image = opened.convert("RGB")
    image.thumbnail((800, 800), reducing_gap=None)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _mean_of_medians(work: Callable[[bytes], object], photographs: list[bytes]) -> float:
    """Return the CPU milliseconds of one photograph: medians of the repeats, their mean."""
    return statistics.mean(median_ms(partial(work, photograph), REPEATS) for photograph in photographs)


def _mean(sizes: Iterable[int]) -> int:
    return round(statistics.mean(sizes))


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":")[1].strip()
    return platform.machine()
