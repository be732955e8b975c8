"""BMPs render like other formats, within the limits."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, opened, quarters, saved
from thumbworker.contract.formats import Format, recognize
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render


def upside_down(data: bytes) -> bytes:
    """The same rows with a negative height, which means that the first row is on top."""
    height = struct.unpack_from("<i", data, 22)[0]
    return data[:22] + struct.pack("<i", -height) + data[26:]


def run_lengths(width: int, height: int) -> bytes:
    """An 8-bit BMP of one gray, run-length encoded."""
    palette = b"".join(bytes((level, level, level, 0)) for level in range(256))
    runs, rest = divmod(width, 255)
    row = b"\xff\x80" * runs + (bytes((rest, 128)) if rest else b"") + b"\x00\x00"
    body = row * height + b"\x00\x01"
    header = struct.pack("<LiiHHLLiiLL", 40, width, height, 1, 8, 1, len(body), 0, 0, 256, 0)
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<LHHL", start + len(body), 0, 0, start) + header + palette + body


def claiming(width: int, height: int) -> bytes:
    data = saved(quarters(), "BMP")
    return data[:18] + struct.pack("<ii", width, height) + data[26:]


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "1"])
def test_bmp__renders(mode: str) -> None:
    picture = render(saved(quarters().convert(mode), "BMP"))
    assert (picture.format, picture.width, picture.height) == ("BMP", 160, 100)
    if mode == "RGB":
        found = corners(opened(picture.renditions[-1].data))
        assert all(distance(found[name], color) < 20 for name, color in CORNERS.items())


def test_bmp__top_row_first() -> None:
    upright = saved(quarters(), "BMP")
    found = corners(opened(render(upside_down(upright)).renditions[-1].data))
    assert distance(found["top left"], CORNERS["bottom left"]) < 20


def test_bmp__run_lengths() -> None:
    found = corners(opened(render(run_lengths(600, 40)).renditions[-1].data))
    assert distance(found["top left"], (128, 128, 128)) < 4


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (claiming(3_000_000, 2_000_000), {Reason.TOO_LONG}),
        (claiming(12_000, 9_000), {Reason.TOO_COSTLY}),
        (claiming(9_990, 9_990), {Reason.TOO_COSTLY, Reason.TRUNCATED}),
        (saved(quarters(), "BMP")[:4000], {Reason.TRUNCATED}),
        (run_lengths(600, 40)[:1100], {Reason.TRUNCATED, Reason.DAMAGED}),
        (b"BM" + bytes(12) + b"\x28\x00\x00\x00" + bytes(36), {Reason.DAMAGED}),
    ],
    ids=["huge", "108 megapixels", "too costly", "cut", "cut runs", "no size"],
)
def test_bmp__hostile_is_refused(data: bytes, reasons: set[Reason]) -> None:
    with pytest.raises(Refused) as refused:
        render(data)
    assert refused.value.reason in reasons


def test_bmp__two_letters_are_not_enough() -> None:
    assert recognize(b"BMW is a maker of cars, and this is text") is Reason.NOT_A_PICTURE
    assert recognize(saved(Image.new("RGB", (2, 2)), "BMP")) is Format.BMP
