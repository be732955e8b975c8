"""A picture that people turned: after the camera's own orientation, exactly, and known again by its hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops, ImageStat

from tests.thumbworker.imaging.pictures import in_shape, opened, quarters, saved, scene
from thumbworker.imaging import render
from thumbworker.imaging.encoding import encode
from thumbworker.imaging.rendering import turned

if TYPE_CHECKING:
    from collections.abc import Callable


CLOCKWISE: dict[int, Callable[[Image.Image], Image.Image]] = {
    # Written as one pixel after the other, as Pillow's names count the other way round.
    1: lambda image: _mapped(image, lambda x, y: (y, image.height - 1 - x), (image.height, image.width)),
    2: lambda image: _mapped(image, lambda x, y: (image.width - 1 - x, image.height - 1 - y), image.size),
    3: lambda image: _mapped(image, lambda x, y: (image.width - 1 - y, x), (image.height, image.width)),
}


def _mapped(
    image: Image.Image, source: Callable[[int, int], tuple[int, int]], size: tuple[int, int]
) -> Image.Image:
    result = Image.new(image.mode, size)
    result.putdata([image.getpixel(source(x, y)) for y in range(size[1]) for x in range(size[0])])
    return result


def _difference(one: Image.Image, other: Image.Image) -> float:
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 5, 11])
def test_turned__pixel_for_pixel(turns: int) -> None:
    image = scene(7, 5)
    expected = CLOCKWISE[turns % 4](image) if turns % 4 else image
    assert turned(image, turns).size == expected.size
    assert turned(image, turns).tobytes() == expected.tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("turns", [1, 2, 3])
def test_render__turns_after_the_camera_does(orientation: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(scene(900, 600), quality=95, exif=exif.tobytes())
    plain, picture = render(data), render(data, turns)
    sides = (plain.width, plain.height)
    assert (picture.width, picture.height) == (sides[::-1] if turns % 2 else sides)
    for before, after in zip(in_shape(plain), in_shape(picture), strict=True):
        shown = opened(after.data).convert("RGB")
        assert shown.size == (after.width, after.height)
        # Encoders see other blocks; the pixels that they are given are the same.
        assert _difference(shown, turned(opened(before.data).convert("RGB"), turns)) < 6
        assert _difference(shown, turned(opened(before.data).convert("RGB"), turns + 2)) > 20
    assert (picture.dhash, picture.sha256) == (plain.dhash, plain.sha256)
    assert picture.dominant_color == plain.dominant_color
    assert picture.thumbhash != plain.thumbhash


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_render__encodes_the_turned_pixels(turns: int) -> None:
    # Small enough not to be scaled, so that the pixels are known.
    image = quarters(160, 120)
    picture = render(saved(image, "PNG"), turns)
    for made in in_shape(picture):
        assert made.data == encode(CLOCKWISE[turns](image), made.spec)
    assert render(saved(CLOCKWISE[turns](image), "PNG")).thumbhash == picture.thumbhash


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "AVIF"])
def test_render__turns_every_format(file_format: str) -> None:
    data = saved(quarters(160, 120), file_format)
    plain, picture = render(data), render(data, 1)
    assert (picture.width, picture.height) == (plain.height, plain.width)
    assert render(data, 4).renditions == plain.renditions
