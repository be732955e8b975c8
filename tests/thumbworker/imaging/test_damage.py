"""Files with damage near the end are accepted, as browsers do; others are refused."""

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
def test_damage__jpeg_without_end_marker_is_accepted(progressive: bool) -> None:
    data = saved(scene(640, 480), quality=90, progressive=progressive)
    assert data.endswith(b"\xff\xd9")
    whole, cut = render(data), render(data[:-2])
    assert [made.data for made in cut.renditions] == [made.data for made in whole.renditions]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_damage__last_bytes_missing_is_accepted(file_format: str) -> None:
    data = saved(scene(640, 480), file_format)
    cut = data[: -len(data) // 100]
    assert rows_shown(cut) == 480


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "TIFF"])
def test_damage__tenth_missing_is_refused(file_format: str, share: float) -> None:
    options = {"compression": "tiff_lzw"} if file_format == "TIFF" else {}
    data = saved(scene(640, 480), file_format, **options)
    with pytest.raises(Refused) as refused:
        render(data[: int(share * len(data))])
    assert refused.value.reason in {Reason.TRUNCATED, Reason.DAMAGED}


def test_damage__partial_interlaced_png_is_refused() -> None:
    image = scene(64, 64)
    data = saved(image, "PNG")
    interlaced = data[:28] + b"\x01" + data[29:]
    with pytest.raises(Refused):
        render(interlaced)


def test_damage__scan_damaged_near_end_is_accepted() -> None:
    data = bytearray(saved(scene(640, 480), quality=90))
    at = int(0.99 * len(data))
    data[at : at + 2] = b"\xff\xc4"
    assert rows_shown(bytes(data)) == 480


@pytest.mark.parametrize(("blank", "expected"), [(0, 0), (1, 1), (40, 40), (100, 100)])
def test_blank_rows__counted_from_bottom(blank: int, expected: int) -> None:
    image = Image.new("RGB", (30, 100), (128, 128, 127))
    image.paste((128, 128, 128), (0, 100 - blank, 30, 100))
    image.paste((128, 128, 128), (0, 0, 30, 10))
    assert blank_rows(image, 128) == expected
