"""The picture that other sites show beside a link: of one size, whatever the photo's shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from thumbworker.imaging.scaling import resized

if TYPE_CHECKING:
    Size = tuple[int, int]

BACKGROUND = 24
"""Near black, as the room around an enlarged photo."""
LEAST_KEPT = 0.5
"""Of a photo that would lose more than this by cropping, such as an upright one, the whole is shown."""


def card_of(image: Image.Image, size: Size) -> Image.Image:
    """Return the middle of the photo in this size, or the whole on a background. Nothing is enlarged."""
    (width, height), (across, down) = image.size, size
    scale = max(across / width, down / height)
    kept = across * down / (width * height * scale * scale)
    if scale <= 1 and kept >= LEAST_KEPT:
        left, top = (width - across / scale) / 2, (height - down / scale) / 2
        return resized(image, size, (left, top, width - left, height - top))
    scale = min(across / width, down / height, 1)
    shown = max(1, round(width * scale)), max(1, round(height * scale))
    made = Image.new(image.mode, size, (BACKGROUND,) * len(image.getbands()))
    made.paste(
        image if shown == image.size else resized(image, shown),
        ((across - shown[0]) // 2, (down - shown[1]) // 2),
    )
    return made
