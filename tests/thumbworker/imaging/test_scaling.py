"""How close the working image is to the ideal: decoded at full scale, then resized by Lanczos."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from bench.similarity import ssim
from tests.thumbworker.imaging.pictures import saved
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


@pytest.mark.parametrize(("width", "height"), [(6000, 4000), (5185, 3889), (5311, 2991), (5401, 333)])
@pytest.mark.parametrize("options", [{}, {"subsampling": "4:4:4"}, {"progressive": True}], ids=str)
def test_scaling__three_eighths_cover_image(width: int, height: int, options: dict[str, object]) -> None:
    soft = grainy(width // 20, max(height // 20, 2)).resize((width, height), Image.Resampling.BICUBIC)
    data = saved(soft, quality=75, **options)
    frame = opened_original(data).frame
    box = frame.load((1600, max(1, round(1600 * height / width))))
    assert box == (0, 0, width * 3 / 8, height * 3 / 8)
    assert likeness(data) > 0.99
