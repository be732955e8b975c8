from __future__ import annotations

import logging
import struct
import zlib

import pytest
from PIL import Image

from tests.thumbworker.imaging.color_files import png_of
from tests.thumbworker.imaging.icc_files import (
    DISPLAY_P3,
    GREEN_AND_BLUE_SWAPPED,
    SRGB,
    gray_profile,
    rgb_profile,
)
from tests.thumbworker.imaging.pictures import corners, distance, opened, saved
from thumbworker.imaging import render


def color_of(image: Image.Image, file_format: str = "PNG", **options: object) -> tuple[int, ...]:
    return corners(opened(render(saved(image, file_format, **options)).renditions[-1].data))["top left"]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_profile__applied_in_every_format(file_format: str) -> None:
    quality = {} if file_format in {"PNG", "TIFF"} else {"quality": 95}
    image = Image.new("RGB", (40, 40), (200, 40, 120))
    found = color_of(image, file_format, icc_profile=rgb_profile(GREEN_AND_BLUE_SWAPPED), **quality)
    assert distance(found, (200, 120, 40)) < 14


def test_profile__display_p3_to_srgb() -> None:
    red, green, blue = color_of(
        Image.new("RGB", (40, 40), (200, 80, 80)), icc_profile=rgb_profile(DISPLAY_P3)
    )
    assert red > 208
    assert max(green, blue) < 78


def test_profile__linear_light_to_srgb() -> None:
    found = color_of(Image.new("RGB", (40, 40), (55, 55, 55)), icc_profile=rgb_profile(SRGB, gamma=1.0))
    assert distance(found, (128, 128, 128)) < 6


def test_profile__equal_to_srgb_is_skipped() -> None:
    found = color_of(Image.new("RGB", (40, 40), (200, 150, 120)), icc_profile=rgb_profile(SRGB))
    assert distance(found, (200, 150, 120)) < 4


def test_profile__gray_on_gray_image() -> None:
    found = color_of(Image.new("L", (40, 40), 55), icc_profile=gray_profile(1.0))
    assert distance(found, (128, 128, 128)) < 6


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_profile__gray_on_gray_with_transparency(file_format: str) -> None:
    image = Image.new("LA", (40, 40), (55, 255))
    image.paste((0, 0), (20, 0, 40, 40))
    found = corners(
        opened(render(saved(image, file_format, icc_profile=gray_profile(1.0))).renditions[-1].data)
    )
    assert distance(found["top left"], (128, 128, 128)) < 6
    assert distance(found["top right"], (255, 255, 255)) < 6


def test_profile__gray_on_gray_with_a_transparent_level() -> None:
    found = color_of(Image.new("L", (40, 40), 55), icc_profile=gray_profile(1.0), transparency=5)
    assert distance(found, (128, 128, 128)) < 6


def test_profile__gray_on_gray_of_16_bits_with_transparency() -> None:
    row = b"\x00" + struct.pack(">HH", 55 * 257, 65535) * 40
    header = struct.pack(">IIBBBBB", 40, 40, 16, 4, 0, 0, 0)
    profile = b"x\x00\x00" + zlib.compress(gray_profile(1.0))
    data = png_of((b"IHDR", header), (b"iCCP", profile), (b"IDAT", zlib.compress(row * 40)), (b"IEND", b""))
    found = corners(opened(render(data).renditions[-1].data))["top left"]
    assert distance(found, (128, 128, 128)) < 6


def test_profile__rgb_on_gray_image() -> None:
    found = color_of(Image.new("L", (40, 40), 55), icc_profile=rgb_profile(SRGB, gamma=1.0))
    assert distance(found, (128, 128, 128)) < 6


@pytest.mark.parametrize(
    "profile", [b"garbage", bytes(200), rgb_profile()[:100], gray_profile(2.2), bytes(4_000_001)]
)
def test_profile__invalid_is_ignored_and_logged(profile: bytes, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        found = color_of(Image.new("RGB", (40, 40), (200, 80, 30)), "TIFF", icc_profile=profile)
    assert distance(found, (200, 80, 30)) < 4
    assert "profile ignored" in caplog.text
