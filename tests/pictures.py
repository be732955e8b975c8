"""Generated photos: some with the dimensions and file size of a camera's, some small and flat."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = ((1600, 1067), (1067, 1600), (1600, 1200), (1600, 900), (1200, 1200))
NAMES = ("harbour", "stairs", "kitchen", "ridge", "window", "ferry", "orchard", "tram", "dunes", "market")


def photograph(number: int, size: tuple[int, int] | None = None) -> Image.Image:
    """Return a picture of soft colors with grain; each number gives another."""
    chance = random.Random(number)
    width, height = size or SHAPES[number % len(SHAPES)]
    image = Image.new("RGB", (8, 6))
    hue = chance.randrange(256)
    tones = [
        ((hue + chance.randrange(-24, 24)) % 256, chance.randrange(60, 200), 255 - 5 * i) for i in range(48)
    ]
    swatch = Image.new("HSV", image.size)
    swatch.putdata(tones)
    soft = swatch.convert("RGB").resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((width // 4, height // 4), 24).resize((width, height)).convert("RGB")
    return ImageChops.overlay(soft, grain).filter(ImageFilter.GaussianBlur(1))


def save(folder: Path, count: int = 10) -> list[Path]:
    """Write that many different JPEGs into the folder and return their paths."""
    paths = []
    for number in range(count):
        path = folder / f"{NAMES[number % len(NAMES)]}-{number + 1}.jpg"
        photograph(number).save(path, "JPEG", quality=88)
        paths.append(path)
    return paths


def jpeg(number: int, size: tuple[int, int] = (640, 480)) -> bytes:
    """Return the bytes of one small JPEG."""
    out = io.BytesIO()
    photograph(number, size).save(out, "JPEG", quality=80)
    return out.getvalue()


def flat_jpeg(color: str = "teal", size: tuple[int, int] = (640, 480)) -> bytes:
    """Return the bytes of a JPEG of one color."""
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "JPEG")
    return out.getvalue()
