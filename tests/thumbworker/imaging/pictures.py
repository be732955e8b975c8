"""Generated pictures."""

from __future__ import annotations

import io
import random
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from thumbworker.imaging import Picture, Rendered

CORNERS = {
    "top left": (220, 30, 30),
    "top right": (30, 180, 60),
    "bottom left": (40, 70, 210),
    "bottom right": (235, 210, 40),
}


def quarters(width: int = 160, height: int = 100) -> Image.Image:
    """Return four quarters of different colors, which show every rotation and reflection."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    middle = width // 2, height // 2
    draw.rectangle((0, 0, middle[0] - 1, middle[1] - 1), CORNERS["top left"])
    draw.rectangle((middle[0], 0, width, middle[1] - 1), CORNERS["top right"])
    draw.rectangle((0, middle[1], middle[0] - 1, height), CORNERS["bottom left"])
    draw.rectangle((*middle, width, height), CORNERS["bottom right"])
    return image


def scene(width: int = 1200, height: int = 800, seed: int = 1) -> Image.Image:
    """Return an image like a photo: soft shapes with grain."""
    chance = random.Random(seed)
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, size = (
            chance.randrange(width),
            chance.randrange(height),
            chance.randrange(10, max(11, width // 5)),
        )
        draw.ellipse((x, y, x + size, y + size), tuple(chance.randrange(256) for _ in range(3)))
    image = image.filter(ImageFilter.GaussianBlur(2))
    grain = Image.frombytes("L", (256, 256), chance.randbytes(65536)).resize((width, height)).convert("RGB")
    return Image.blend(image, grain, 0.06)


def saved(image: Image.Image, format: str = "JPEG", **options: Any) -> bytes:  # noqa: A002 - Pillow's word
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def in_shape(picture: Picture) -> list[Rendered]:
    """Return the renditions that have the photo's own shape: all but the card."""
    return [made for made in picture.renditions if not made.spec.other_side]


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def corners(image: Image.Image) -> dict[str, tuple[int, ...]]:
    """Return the colors at an eighth of the sides from each corner."""
    image = image.convert("RGB")
    right, bottom = image.width - 1 - image.width // 8, image.height - 1 - image.height // 8
    left, top = image.width // 8, image.height // 8
    places = {
        "top left": (left, top),
        "top right": (right, top),
        "bottom left": (left, bottom),
        "bottom right": (right, bottom),
    }
    return {name: image.getpixel(place) for name, place in places.items()}


def distance(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    return max(abs(a - b) for a, b in zip(first, second, strict=True))
