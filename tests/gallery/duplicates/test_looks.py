"""ThumbHashes of copies and of other pictures."""

from __future__ import annotations

import io
from random import Random
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageEnhance

from bench import duplicates as generated
from gallery.duplicates.looks import look_of
from thumbworker.imaging.fingerprints import thumbhash

if TYPE_CHECKING:
    from collections.abc import Callable


def smaller(picture: Image.Image) -> Image.Image:
    """Return it with half of its sides."""
    return picture.resize((picture.width // 2, picture.height // 2))


def compressed(picture: Image.Image) -> Image.Image:
    """Return it after a JPEG of low quality."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


def cropped(picture: Image.Image) -> Image.Image:
    """Return it without a hundredth on each side."""
    across, down = picture.width // 100, picture.height // 100
    return picture.crop((across, down, picture.width - across, picture.height - down))


def contrasted(picture: Image.Image) -> Image.Image:
    """Return it with more contrast."""
    return ImageEnhance.Contrast(picture).enhance(1.15)


def gray(picture: Image.Image) -> Image.Image:
    """Return it in black and white."""
    return picture.convert("L").convert("RGB")


def mirrored(picture: Image.Image) -> Image.Image:
    """Return it mirrored."""
    return picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def other(picture: Image.Image) -> Image.Image:
    """Return another picture."""
    return generated.picture(Random(9)).resize(picture.size)


@pytest.mark.parametrize(
    ("change", "is_copy"),
    [
        *((smaller, True), (compressed, True), (cropped, True), (contrasted, True)),
        *((gray, False), (mirrored, False), (other, False)),
    ],
)
@pytest.mark.parametrize("size", [(600, 400), (400, 600), (500, 500)])
def test_look__copies(
    change: Callable[[Image.Image], Image.Image], size: tuple[int, int], *, is_copy: bool
) -> None:
    picture = generated.picture(Random(3)).resize(size)
    first, second = look_of(thumbhash(picture)), look_of(thumbhash(change(picture)))
    assert first
    assert second
    assert first.is_like(second) == second.is_like(first) == is_copy


@pytest.mark.parametrize("text", ["", "AAAA"])
def test_look__none(text: str) -> None:
    assert look_of(text) is None
