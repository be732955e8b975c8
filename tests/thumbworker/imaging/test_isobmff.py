from __future__ import annotations

import subprocess
import sys

import pytest

from tests.thumbworker.imaging.exif_blocks import exif_block, short, text
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.imaging import render
from thumbworker.imaging.formats.isobmff import Av1Depth, av1_depths, exif_of, without_metadata

BLOCK = exif_block([text(0x0110, b"Camera 1"), short(0x0112, 6)])


@pytest.mark.parametrize(
    ("before", "offset"), [(b"", 0), (b"Exif\x00\x00", 6), (b"\xff\xe1\x00\x20Exif\x00\x00", 10)]
)
def test_exif_of__any_header_offset(before: bytes, offset: int) -> None:
    picture = render(heic(exif=before + BLOCK, exif_offset=offset))
    assert picture.metadata == {"model": "Camera 1", "orientation": 6}


def test_exif_of__prefix_not_in_offset() -> None:
    assert render(heic(exif=b"Exif\x00\x00" + BLOCK)).metadata["model"] == "Camera 1"


@pytest.mark.parametrize("data", [b"", heic(), heic()[:100], b"\x00\x00\x00\x01meta" + bytes(30)])
def test_exif_of__none(data: bytes) -> None:
    assert exif_of(data) == b""


@pytest.mark.parametrize("cut", range(0, 600, 7))
def test_exif_of__truncated_file(cut: int) -> None:
    data = heic(exif=BLOCK)[:cut]
    assert exif_of(data) in {BLOCK[:length] for length in range(len(BLOCK) + 1)}


def test_without_metadata__invalid_type_does_not_crash() -> None:
    data = heic(exif=BLOCK, exif_type=b"E\xeaif")
    script = (
        "import sys; from thumbworker.imaging import render; print(render(sys.stdin.buffer.read()).width)"
    )
    ended = subprocess.run([sys.executable, "-c", script], input=data, capture_output=True, check=False)
    assert (ended.returncode, ended.stdout.strip()) == (0, b"64")


def test_without_metadata__changes_nothing_else() -> None:
    data = heic(exif=BLOCK)
    bare = without_metadata(data)
    assert len(bare) == len(data)
    assert bare.replace(b"free", b"cdsc") == data
    assert without_metadata(saved(quarters())) == saved(quarters())


@pytest.mark.parametrize(
    ("subsampling", "expected"),
    [("4:2:0", Av1Depth(1, 0.5)), ("4:2:2", Av1Depth(1, 1.0)), ("4:4:4", Av1Depth(1, 2.0))],
)
def test_av1_depths__from_configuration(subsampling: str, expected: Av1Depth) -> None:
    assert av1_depths(saved(quarters(), "AVIF", subsampling=subsampling)) == expected


def test_av1_depths__missing_configuration_is_worst_case() -> None:
    assert av1_depths(b"\x00" * 100) == Av1Depth(2, 2.0)
