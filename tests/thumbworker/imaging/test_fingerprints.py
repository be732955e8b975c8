from __future__ import annotations

import base64

import pytest
from PIL import Image, ImageFilter

from tests.thumbworker.imaging.pictures import opened, saved, scene
from thumbworker.imaging import render
from thumbworker.imaging.fingerprints import dhash, dominant_color, thumbhash

# What rgbaToThumbHash of the npm package thumbhash 0.1.1 says of patterned(width, height), and the
# average color that its thumbHashToAverageRGBA reads back from that.
JAVASCRIPT = {
    (32, 20): ("XycGJIogc7l5dXaqhsV0QPCNeA==", (129, 109, 139)),
    (20, 32): ("XicGJAoQeGWpdnqmikpEgOLPig==", (125, 105, 135)),
    (32, 32): ("nxcGHwYAUbhJZYiJdZVaiJylNQYm37oH", (127, 115, 134)),
    (32, 1): ("nxU+mYp4d3iIiAiHY4f/iyg=", (106, 94, 177)),
}


def patterned(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            image.putpixel(
                (x, y), ((x * 37 + y * 11) % 256, (x * x + 3 * y) % 256, (255 - 5 * x + y * y) % 256)
            )
    return image


def average_of(hashed: str) -> tuple[int, ...]:
    """The average color that a ThumbHash carries, as its JavaScript decoder reads it."""
    header = int.from_bytes(base64.b64decode(hashed)[:3], "little")
    light = (header & 63) / 63
    yellow_blue = (header >> 6 & 63) / 31.5 - 1
    red_green = (header >> 12 & 63) / 31.5 - 1
    blue = light - 2 / 3 * yellow_blue
    red = (3 * light - blue + red_green) / 2
    return tuple(round(255 * max(0.0, min(1.0, level))) for level in (red, red - red_green, blue))


@pytest.mark.parametrize("size", JAVASCRIPT)
def test_thumbhash__equals_javascript_encoder(size: tuple[int, int]) -> None:
    expected, average = JAVASCRIPT[size]
    assert thumbhash(patterned(*size)) == expected
    assert average_of(expected) == pytest.approx(average, abs=1)


@pytest.mark.parametrize("size", [(1, 1), (1, 1600), (1600, 1), (3, 2)])
def test_thumbhash__length_is_bounded(size: tuple[int, int]) -> None:
    assert 5 < len(base64.b64decode(thumbhash(Image.new("RGB", size, "tomato")))) <= 25


def test_thumbhash__has_average_color() -> None:
    found = average_of(thumbhash(Image.new("RGB", (320, 200), (200, 60, 30))))
    assert found == pytest.approx((200, 60, 30), abs=8)


def test_dhash__survives_scaling_and_recompression() -> None:
    image = scene(900, 600)
    again = opened(saved(image.resize((450, 300)), quality=60))
    assert (int(dhash(image), 16) ^ int(dhash(again), 16)).bit_count() <= 4


def test_dhash__differs_between_images() -> None:
    different = int(dhash(scene(seed=1)), 16) ^ int(dhash(scene(seed=2)), 16)
    assert different.bit_count() > 12


def test_dhash__bit_order() -> None:
    falling = Image.linear_gradient("L").rotate(90)
    assert dhash(falling.convert("RGB")) in {"f" * 16, "0" * 16}
    image = Image.new("RGB", (9, 8))
    image.putpixel((0, 0), (255, 255, 255))
    assert dhash(image) == "8" + "0" * 15


def test_dominant_color__largest_group_not_mean() -> None:
    image = Image.new("RGB", (100, 100), (200, 30, 30))
    image.paste((20, 20, 220), (0, 0, 100, 35))
    found = dominant_color(image.filter(ImageFilter.GaussianBlur(1)))
    assert [int(found[i : i + 2], 16) for i in (1, 3, 5)] == pytest.approx([200, 30, 30], abs=12)


def test_fingerprints__of_upright_image() -> None:
    image = scene(400, 300)
    exif = image.getexif()
    exif[0x0112] = 6
    lying = render(saved(image.transpose(Image.Transpose.ROTATE_90), quality=95, exif=exif))
    upright = render(saved(image, quality=95))
    assert (int(lying.dhash, 16) ^ int(upright.dhash, 16)).bit_count() <= 2
