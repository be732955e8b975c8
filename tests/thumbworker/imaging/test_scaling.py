"""How close the working image is to the ideal: decoded at full scale, then resized by Lanczos."""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageFilter

from bench.similarity import ssim
from tests.thumbworker.imaging.pictures import opened, saved, scene
from thumbworker.imaging import render, scaling
from thumbworker.imaging.limits import DEFAULT_LIMITS
from thumbworker.imaging.opening import Opened, open_original
from thumbworker.imaging.pixels import decode
from thumbworker.imaging.source import Deadline


def grainy(width: int, height: int) -> Image.Image:
    chance = np.random.default_rng(7)
    return Image.fromarray(chance.integers(60, 196, (height, width), np.uint8)).convert("RGB")


def opened_original(data: bytes) -> Opened:
    return open_original(data, DEFAULT_LIMITS, Deadline(60, 60))


def likeness(data: bytes) -> float:
    made = decode(opened_original(data), 1600)
    whole = Image.open(io.BytesIO(data)).convert("RGB")
    return ssim(whole.resize(made.size, Image.Resampling.LANCZOS), made)


@pytest.mark.parametrize("width", [3264, 3520])
def test_scaling__fine_detail_in_place(width: int) -> None:
    assert likeness(saved(grainy(width, 320), quality=90)) > 0.95


def test_scaling__fine_detail_at_full_scale() -> None:
    fine = opened_original(saved(grainy(3264, 320), quality=90)).frame
    assert fine.load((1600, 157)) == (0, 0, 3264, 320)


def test_scaling__no_fine_detail_at_half_scale() -> None:
    soft = grainy(3264, 320).filter(ImageFilter.GaussianBlur(8))
    data = saved(soft, quality=80)
    frame = opened_original(data).frame
    assert frame.load((1600, 157)) == (0, 0, 1632, 160)
    assert likeness(data) > 0.99


@pytest.mark.parametrize(
    ("width", "height"),
    [
        (5401, 333),
        *(pytest.param(*size, marks=pytest.mark.slow) for size in [(6000, 4000), (5185, 3889), (5311, 2991)]),
    ],
)
@pytest.mark.parametrize("options", [{}, {"subsampling": "4:4:4"}, {"progressive": True}], ids=str)
def test_scaling__three_eighths_cover_image(width: int, height: int, options: dict[str, object]) -> None:
    soft = grainy(width // 20, max(height // 20, 2)).resize((width, height), Image.Resampling.BICUBIC)
    data = saved(soft, quality=75, **options)
    frame = opened_original(data).frame
    box = frame.load((1600, max(1, round(1600 * height / width))))
    assert box == (0, 0, width * 3 / 8, height * 3 / 8)
    assert likeness(data) > 0.99


needs_simd = pytest.mark.skipif(scaling.simd is None, reason="cykooz-resizer has no wheel for this processor")

WITHOUT_SIMD = """
import base64, json, sys
sys.modules["cykooz_resizer"] = None  # as on a processor that it has no wheel for
from thumbworker.imaging import render, scaling
assert scaling.simd is None
picture = render(sys.stdin.buffer.read())
print(json.dumps({made.spec.name: base64.b64encode(made.data).decode() for made in picture.renditions}))
"""


@needs_simd
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "LAB"])
@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((800, 600), (0.0, 0.0, 1000.0, 750.0)),
        ((799, 600), (0.0, 0.0, 999.5, 749.25)),
        ((100, 75), (0.0, 0.0, 1000.0, 750.0)),
        ((1000, 1), (0.0, 0.0, 1000.0, 750.0)),
        ((1000, 750), (0.0, 0.0, 1000.0, 750.0)),
    ],
)
def test_resize__both_ways_give_the_same_pixels(
    mode: str, size: tuple[int, int], box: tuple[float, float, float, float]
) -> None:
    fine = Image.blend(scene(1000, 750), grainy(1000, 750), 0.5)
    image = Image.frombytes("LAB", fine.size, fine.tobytes()) if mode == "LAB" else fine.convert(mode)
    by_simd, by_pillow = scaling.by_simd(image, size, box), scaling.by_pillow(image, size, box)
    assert (by_simd.mode, by_simd.size) == (mode, size)
    differences = np.abs(np.asarray(by_simd, np.int16) - np.asarray(by_pillow, np.int16))
    assert differences.max() <= 2
    assert differences.mean() < 0.1


@needs_simd
def test_cascade__both_ways_look_the_same() -> None:
    fine = Image.blend(scene(2200, 1500), grainy(2200, 1500), 0.5)
    fine = fine.point(lambda level: 3 * level - 256)  # both resizers clip the light and dark edges
    made = dict.fromkeys((scaling.by_simd, scaling.by_pillow), fine)
    for size in ((1600, 1091), (800, 545), (320, 218)):
        for way, image in made.items():
            made[way] = way(image, size, (0.0, 0.0, *map(float, image.size)))
        assert ssim(*made.values()) >= 0.999


@needs_simd
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": "4:4:4"}], ids=str)
def test_render__equally_good_without_simd(options: dict[str, object]) -> None:
    """Encoders take a level of difference for detail, so both are compared with the original."""
    original = scene(2200, 1500)
    data = saved(original, quality=92, **options)
    ended = subprocess.run([sys.executable, "-c", WITHOUT_SIMD], input=data, capture_output=True, check=True)
    without = {name: base64.b64decode(made) for name, made in json.loads(ended.stdout).items()}
    for made in render(data).renditions:
        here, there = opened(made.data), opened(without[made.spec.name])
        ideal = original.resize(here.size, Image.Resampling.LANCZOS)
        assert here.size == there.size
        assert ssim(ideal, here) == pytest.approx(ssim(ideal, there), abs=0.001)


@pytest.mark.parametrize(("size", "factor"), [((1700, 2303), 1), ((1999, 1500), 1), ((5003, 1031), 2)])
def test_bands__change_no_pixel(size: tuple[int, int], factor: int) -> None:
    image = grainy(*size)
    made = decode(opened_original(saved(image, "WEBP", lossless=True, quality=0, method=0)), 1600)
    box = (0.0, 0.0, size[0] / factor, size[1] / factor)
    expected = scaling.resized(image.reduce(factor), made.size, box)
    assert made.mode == expected.mode
    assert ImageChops.difference(made, expected).getbbox() is None
