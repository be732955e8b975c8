"""Orientation is applied exactly once, in every format."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, in_shape, opened, quarters, saved
from thumbworker.imaging import render

LAID_DOWN = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
"""The Image.Transpose that an EXIF orientation undoes."""


def lying(orientation: int) -> tuple[Image.Image, Image.Exif]:
    upright = quarters(320, 200)
    image = upright if orientation == 1 else upright.transpose(Image.Transpose(LAID_DOWN[orientation]))
    exif = image.getexif()
    exif[0x0112] = orientation
    return image, exif


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_orientation__every_value_is_upright(file_format: str, orientation: int) -> None:
    image, exif = lying(orientation)
    picture = render(
        saved(image, file_format, exif=exif, **({} if file_format in {"PNG", "TIFF"} else {"quality": 95}))
    )
    assert (picture.width, picture.height) == (320, 200)
    for made in in_shape(picture):
        found = corners(opened(made.data))
        assert {name for name, color in CORNERS.items() if distance(found[name], color) > 24} == set()


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_orientation__invalid_is_upright(orientation: int) -> None:
    image = quarters()
    exif = image.getexif()
    exif[0x0112] = orientation
    assert render(saved(image, exif=exif)).width == 160


@pytest.mark.parametrize(
    ("quarter_turns", "mirror_axis", "clockwise_from_top_left"),
    [
        (0, None, ("top left", "top right", "bottom right", "bottom left")),
        (1, None, ("top right", "bottom right", "bottom left", "top left")),
        (2, None, ("bottom right", "bottom left", "top left", "top right")),
        (3, None, ("bottom left", "top left", "top right", "bottom right")),
        (0, 0, ("bottom left", "bottom right", "top right", "top left")),
        (0, 1, ("top right", "top left", "bottom left", "bottom right")),
    ],
)
def test_orientation__heic_ignores_exif(
    quarter_turns: int, mirror_axis: int | None, clockwise_from_top_left: tuple[str, ...]
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = heic(
        quarter_turns=quarter_turns, mirror_axis=mirror_axis, exif=b"Exif\x00\x00" + exif.tobytes()[6:]
    )
    found = corners(opened(render(data).renditions[-1].data))
    places = ("top left", "top right", "bottom right", "bottom left")
    for place, name in zip(places, clockwise_from_top_left, strict=True):
        assert distance(found[place], CORNERS[name]) < 24, place
