"""Every supported format and sample type renders correctly."""

from __future__ import annotations

import io
import struct
import sys
from typing import Any

import pytest
from PIL import Image

from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, opened, quarters, saved, scene
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render

COLOR_KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "jpeg": ("JPEG", {"quality": 95}),
    "jpeg progressive": ("JPEG", {"quality": 95, "progressive": True}),
    "jpeg 4:4:4": ("JPEG", {"quality": 95, "subsampling": 0}),
    "jpeg stored as RGB": ("JPEG", {"quality": 95, "keep_rgb": True}),
    "jpeg with restart marks": ("JPEG", {"quality": 95, "restart_marker_rows": 1}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": 95}),
    "webp lossless": ("WEBP", {"lossless": True}),
    "gif": ("GIF", {}),
    "avif": ("AVIF", {"quality": 90}),
    "avif 4:4:4": ("AVIF", {"quality": 90, "subsampling": "4:4:4"}),
    "tiff": ("TIFF", {}),
    "tiff lzw": ("TIFF", {"compression": "tiff_lzw"}),
    "tiff deflate": ("TIFF", {"compression": "tiff_adobe_deflate"}),
    "tiff packbits": ("TIFF", {"compression": "packbits"}),
    "tiff jpeg": ("TIFF", {"compression": "jpeg", "quality": 95}),
}


def shown(data: bytes) -> Image.Image:
    return opened(render(data).renditions[-1].data).convert("RGB")


def assert_quarters(image: Image.Image, tolerance: int = 20) -> None:
    found = corners(image)
    assert {name: color for name, color in CORNERS.items() if distance(found[name], color) > tolerance} == {}


@pytest.mark.parametrize("kind", COLOR_KINDS)
def test_formats__colors_in_place(kind: str) -> None:
    file_format, options = COLOR_KINDS[kind]
    assert_quarters(shown(saved(quarters(), file_format, **options)))


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "AVIF", "TIFF"])
def test_transparency__alpha_on_white(file_format: str) -> None:
    image = quarters().convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 80, 50))
    image.paste((255, 0, 0, 128), (80, 0, 160, 50))
    found = corners(shown(saved(image, file_format, **({"lossless": True} if file_format == "WEBP" else {}))))
    assert distance(found["top left"], (255, 255, 255)) < 8
    assert distance(found["top right"], (255, 127, 127)) < 12
    assert distance(found["bottom left"], CORNERS["bottom left"]) < 20


@pytest.mark.parametrize("file_format", ["PNG", "GIF"])
def test_transparency__palette_entry_on_white(file_format: str) -> None:
    image = quarters().quantize(4)
    index = image.getpixel((5, 5))
    found = corners(shown(saved(image, file_format, transparency=index)))
    assert distance(found["top left"], (255, 255, 255)) < 8
    assert distance(found["bottom right"], CORNERS["bottom right"]) < 20


def test_transparency__truecolor_key_on_white() -> None:
    data = saved(quarters(), "PNG", transparency=CORNERS["top left"])
    assert distance(corners(shown(data))["top left"], (255, 255, 255)) < 8


def test_transparency__16_bit_gray_key_on_white() -> None:
    row = struct.pack("<40H", *[30_000] * 20, *[10_000] * 20)
    image = Image.frombytes("I;16", (40, 40), row * 40)
    found = corners(shown(saved(image, "PNG", transparency=30_000)))
    assert distance(found["top left"], (255, 255, 255)) < 4
    assert distance(found["top right"], (39, 39, 39)) < 4


@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_normalize__16_bits_scaled_not_clipped(file_format: str) -> None:
    image = Image.new("I;16", (40, 40), 32_768)
    assert distance(corners(shown(saved(image, file_format)))["top left"], (128, 128, 128)) <= 2


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA"])
def test_formats__gray_and_palette(mode: str) -> None:
    image = Image.new("L", (40, 40), 255)
    image.paste(0, (0, 0, 20, 40))
    found = corners(shown(saved(image.convert(mode), "TIFF" if mode == "PA" else "PNG")))
    assert distance(found["top left"], (0, 0, 0)) < 4
    assert distance(found["top right"], (255, 255, 255)) < 4


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_formats__cmyk_not_inverted(file_format: str) -> None:
    found = corners(shown(saved(quarters().convert("CMYK"), file_format)))
    assert all(distance(found[name], color) < 60 for name, color in CORNERS.items())


def test_formats__lab_to_srgb() -> None:
    lab = Image.merge("LAB", [Image.new("L", (20, 20), level) for level in (136, 208, 195)])
    assert distance(corners(shown(saved(lab, "TIFF")))["top left"], (255, 0, 0)) < 40


@pytest.mark.parametrize("mode", ["F", "I"])
def test_tiff__scientific_data_is_refused(mode: str) -> None:
    with pytest.raises(Refused) as refused:
        render(saved(Image.new(mode, (20, 20)), "TIFF"))
    assert refused.value.reason is Reason.SAMPLES_NOT_SUPPORTED


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "AVIF", "PNG", "TIFF"])
def test_formats__first_frame(file_format: str) -> None:
    others = [Image.new("RGB", (160, 100), color) for color in ("black", "white", "blue")]
    data = saved(quarters(), file_format, save_all=True, append_images=others)
    assert_quarters(shown(data), tolerance=32)


def test_jpeg__first_of_two_images() -> None:
    data = saved(quarters(), "MPO", save_all=True, append_images=[Image.new("RGB", (160, 100))], quality=95)
    assert Image.open(io.BytesIO(data)).format == "MPO"
    assert_quarters(shown(data))


def test_jpeg__ignores_appended_video() -> None:
    data = saved(quarters(), quality=95) + b"\x00\x00\x00\x18ftypmp42" + bytes(5000)
    assert_quarters(shown(data))


@pytest.mark.parametrize("tiles", [(1, 1), (3, 2)])
def test_heic__renders(tiles: tuple[int, int]) -> None:
    picture = render(heic(*tiles))
    assert (picture.format, picture.width, picture.height) == ("HEIF", 64 * tiles[0], 64 * tiles[1])
    tile = opened(picture.renditions[-1].data).crop((0, 0, 64, 64))
    assert_quarters(tile, tolerance=24)


def test_heic__refused_without_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(Refused) as refused:
        render(heic())
    assert refused.value.reason is Reason.HEIC_NOT_READ


def test_tiff__raw_without_preview_is_refused() -> None:
    for tag, value in ((50706, b"\x01\x04\x00\x00"), (254, 1)):
        directory = {tag: value}
        with pytest.raises(Refused) as refused:
            render(saved(scene(60, 40), "TIFF", tiffinfo=directory))
        assert refused.value.reason is Reason.RAW_WITHOUT_PREVIEW


@pytest.mark.parametrize("marker", [0xC3, 0xC5, 0xCB])
def test_jpeg__unsupported_coding_is_refused(marker: int) -> None:
    data = saved(quarters()).replace(b"\xff\xc0", bytes([0xFF, marker]), 1)
    with pytest.raises(Refused) as refused:
        render(data)
    assert refused.value.reason is Reason.FORMAT_NOT_SUPPORTED


def test_jpeg__12_bits_is_refused() -> None:
    data = saved(quarters())
    at = data.index(b"\xff\xc0") + 4
    with pytest.raises(Refused) as refused:
        render(data[:at] + b"\x0c" + data[at + 1 :])
    assert refused.value.reason is Reason.FORMAT_NOT_SUPPORTED


def test_sniffing__only_recognized_parser_runs() -> None:
    bomb = b"BLP1" + struct.pack("<I", 1) + bytes(300)
    for data in (bomb, b"8BPS" + bytes(60), b"\x00\x00\x01\x00\x01\x00" + bytes(60), b"v/1\x01" + bytes(60)):
        with pytest.raises(Refused) as refused:
            render(data)
        assert refused.value.reason in {Reason.FORMAT_NOT_SUPPORTED, Reason.DOCUMENT}
