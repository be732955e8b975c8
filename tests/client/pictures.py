"""Small pictures on disk, each different from every other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path


def save(folder: Path, count: int) -> Path:
    """Save small JPEGs in folders of a hundred; return the folder."""
    for number in range(count):
        below = folder / f"roll-{number // 100:02}"
        below.mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", (96, 64), (number % 256, number // 256 * 16, 128))
        picture.paste((255, 255, 255), (number % 90, 10, number % 90 + 6, 16))
        picture.save(below / f"photo-{number:04}.jpg")
    return folder
