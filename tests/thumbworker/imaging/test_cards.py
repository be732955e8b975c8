"""The card has one size for every photo: its middle, or all of it on near black."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.thumbworker.imaging.pictures import opened, quarters, saved, scene
from thumbworker.contract.policy import CARD, CURRENT
from thumbworker.imaging import render
from thumbworker.imaging.cards import BACKGROUND, card_of

SIZE = (1200, 630)
DARK = (BACKGROUND,) * 3


def marked(width: int, height: int) -> Image.Image:
    """Return a white picture with a red frame of 2 %: what is cut off is seen."""
    image = Image.new("RGB", (width, height), (200, 0, 0))
    inner = round(width * 0.96), round(height * 0.96)
    image.paste((255, 255, 255), (round(width * 0.02), round(height * 0.02), *inner))
    return image


def is_dark(image: Image.Image, at: tuple[int, int]) -> bool:
    return image.getpixel(at) == DARK


@pytest.mark.parametrize("size", [(1600, 1067), (1600, 1200), (1600, 840), (1600, 900), (1600, 650)])
def test_card__of_a_wide_photo_is_its_middle(size: tuple[int, int]) -> None:
    made = card_of(marked(*size), SIZE)
    assert made.size == SIZE
    assert made.getpixel((600, 315)) == (255, 255, 255)
    assert not any(is_dark(made, (x, y)) for x in (0, 1199) for y in (0, 629))
    if size[1] > 1000:
        # Cut above and below, by the same.
        assert made.getpixel((600, 0)) == made.getpixel((600, 629)) == (255, 255, 255)
        assert made.getpixel((0, 315))[0] > made.getpixel((0, 315))[1]  # type: ignore[index]


@pytest.mark.parametrize(
    ("size", "shown"),
    [
        ((1067, 1600), (420, 630)),
        ((1260, 1600), (496, 630)),
        ((1600, 400), (1200, 300)),
        ((300, 200), (300, 200)),
        ((1, 1600), (1, 630)),
    ],
)
def test_card__of_other_shapes_shows_all_and_enlarges_nothing(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    made = card_of(Image.new("RGB", size, (255, 255, 255)), SIZE)
    assert made.size == SIZE
    box = made.convert("L").point(lambda level: 255 if level > 100 else 0).getbbox()
    assert box
    assert (box[2] - box[0], box[3] - box[1]) == shown
    assert abs(box[0] + box[2] - SIZE[0]) <= 1
    assert abs(box[1] + box[3] - SIZE[1]) <= 1
    assert is_dark(made, (0, 0))


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_card__of_a_turned_photo_is_upright(turns: int) -> None:
    picture = render(saved(quarters(1600, 1000), "PNG"), turns)
    [card] = [made for made in picture.renditions if made.spec.name == CARD]
    assert (card.width, card.height) == SIZE
    image = opened(card.data).convert("RGB")
    assert image.size == SIZE
    assert is_dark(image, (2, 2)) == bool(turns % 2)
    largest = opened(picture.renditions[-1].data).convert("RGB")
    for x, y in ((0.45, 0.45), (0.55, 0.55), (0.45, 0.55), (0.55, 0.45)):
        at_card = image.getpixel((round(600 + (x - 0.5) * 400), round(315 + (y - 0.5) * 400)))
        at_large = largest.getpixel((round(largest.width * x), round(largest.height * y)))
        assert all(abs(a - b) < 12 for a, b in zip(at_card, at_large, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["L", "RGBA", "P"])
def test_card__of_every_mode_is_a_plain_jpeg(mode: str) -> None:
    data = saved(scene(900, 600).convert(mode), "PNG")
    [card] = [made for made in render(data).renditions if made.spec.name == CARD]
    assert card.data.startswith(b"\xff\xd8")
    assert opened(card.data).size == SIZE
    assert b"Exif" not in card.data


def test_policy__has_one_card_between_others() -> None:
    assert [spec.name for spec in CURRENT.renditions if spec.other_side] == [CARD]
    shaped = [spec.longest_side for spec in CURRENT.renditions if not spec.other_side]
    assert shaped == sorted(shaped)
