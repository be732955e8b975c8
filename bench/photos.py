"""Generated photographs: soft, busy and fine-grained ones in sizes of cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


class Kind(NamedTuple):
    """How a made photograph looks: ``roughness`` is what an octave keeps of the one before it."""

    roughness: float
    shapes: int
    grain: float


KINDS = {
    "portrait": Kind(0.5, 40, 2.0),
    "street": Kind(0.65, 300, 3.0),
    "forest": Kind(0.78, 60, 4.0),
    "gravel": Kind(0.9, 20, 6.0),
}
MEGAPIXELS = {12: (4000, 3000), 24: (6000, 4000), 48: (8000, 6000)}
WANTED = [("portrait", 12), ("street", 24), ("forest", 12), ("gravel", 24), ("street", 48)]


def make_photos(folder: Path) -> list[Path]:
    """Return the made photographs, writing those that are not there yet (JPEG quality 92, 4:2:0)."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = []
    for seed, (kind, megapixels) in enumerate(WANTED):
        photo = folder / f"{kind}-{megapixels}mp.jpg"
        if not photo.exists():
            _made(KINDS[kind], MEGAPIXELS[megapixels], seed).save(photo, quality=92)
        photos.append(photo)
    return photos


def _made(kind: Kind, size: tuple[int, int], seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    light = _octaves(chance, size, kind.roughness, 10)
    warm, cold = (_octaves(chance, size, 0.4, 5) for _ in range(2))
    channels = [light + 0.35 * warm, light, light + 0.35 * cold]
    image = Image.merge("RGB", [_levels(128 + 50 * channel) for channel in channels])
    _draw_shapes(image, kind.shapes, chance)
    image = image.filter(ImageFilter.GaussianBlur(1))  # no lens draws an edge within one pixel
    return Image.merge("RGB", [_with_grain(band, kind.grain, chance) for band in image.split()])


def _octaves(
    chance: np.random.Generator, size: tuple[int, int], roughness: float, count: int
) -> NDArray[np.float32]:
    """Return noise whose amplitude falls with its frequency, as in photographs."""
    total = np.zeros((size[1], size[0]), np.float32)
    for octave in range(count):
        cells = 4 << octave
        grid = chance.standard_normal((cells * size[1] // size[0] + 1, cells), dtype=np.float32)
        scaled = Image.fromarray(grid).resize(size, Image.Resampling.BICUBIC)
        total += roughness**octave * np.asarray(scaled)
    return total / np.float32(sum(roughness ** (2 * octave) for octave in range(count)) ** 0.5)


def _levels(channel: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(np.clip(channel, 0, 255).astype(np.uint8))


def _with_grain(band: Image.Image, grain: float, chance: np.random.Generator) -> Image.Image:
    levels = np.asarray(band, np.float32)
    return _levels(levels + grain * chance.standard_normal(levels.shape, dtype=np.float32))


def _draw_shapes(image: Image.Image, count: int, chance: np.random.Generator) -> None:
    """Draw hard edges: signs, windows, wires."""
    draw = ImageDraw.Draw(image)
    for _ in range(count):
        x, y = (int(chance.integers(0, side)) for side in image.size)
        width, height = (int(chance.integers(8, max(9, image.width // 25))) for _ in range(2))
        light = int(chance.integers(20, 236))
        color = tuple(light + int(tint) for tint in chance.integers(-20, 21, 3))
        if chance.random() < 0.5:
            draw.rectangle((x, y, x + width, y + height), color)
        else:
            draw.line((x, y, x + 3 * width, y + height), color, width=int(chance.integers(1, 9)))
