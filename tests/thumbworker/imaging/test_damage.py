"""What is broken near its end is shown as browsers show it; what is broken before that is refused."""

from __future__ import annotations

import pytest
from PIL import Image

from tests.thumbworker.imaging.pictures import opened, saved, scene
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render
from thumbworker.imaging.damage import blank_rows


def rows_shown(data: bytes) -> int:
    image = opened(render(data).renditions[-1].data).convert("L")
    return image.height


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_that_lacks_only_its_end_mark_is_shown_whole(progressive: bool) -> None:
    data = saved(scene(640, 480), quality=90, progressive=progressive)
    assert data.endswith(b"\xff\xd9")
    whole, cut = render(data), render(data[:-2])
    assert [made.data for made in cut.renditions] == [made.data for made in whole.renditions]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_a_picture_that_lacks_its_last_bytes_is_shown(file_format: str) -> None:
    data = saved(scene(640, 480), file_format)
    cut = data[: -len(data) // 100]
    assert rows_shown(cut) == 480


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF"])
def test_a_picture_that_lacks_a_tenth_or_more_is_refused(file_format: str, share: float) -> None:
    options = {"compression": "tiff_lzw"} if file_format == "TIFF" else {}
    data = saved(scene(640, 480), file_format, **options)
    with pytest.raises(Refused) as refused:
        render(data[: int(share * len(data))])
    assert refused.value.reason in {Reason.TRUNCATED, Reason.DAMAGED}


def test_an_interlaced_png_is_never_shown_in_part() -> None:
    image = scene(64, 64)
    data = saved(image, "PNG")
    interlaced = data[:28] + b"\x01" + data[29:]
    with pytest.raises(Refused):
        render(interlaced)


def test_a_damaged_scan_is_shown_if_nearly_all_of_it_can_be_read() -> None:
    data = bytearray(saved(scene(640, 480), quality=90))
    at = int(0.99 * len(data))
    data[at : at + 2] = b"\xff\xc4"
    assert rows_shown(bytes(data)) == 480


@pytest.mark.parametrize(("blank", "expected"), [(0, 0), (1, 1), (40, 40), (100, 100)])
def test_blank_rows_are_counted_from_the_bottom(blank: int, expected: int) -> None:
    image = Image.new("RGB", (30, 100), (128, 128, 127))
    image.paste((128, 128, 128), (0, 100 - blank, 30, 100))
    image.paste((128, 128, 128), (0, 0, 30, 10))
    assert blank_rows(image, 128) == expected
