"""What files tell beside their pictures."""

from __future__ import annotations

import struct

import pytest

from tests.thumbworker.imaging import metadata_files
from tests.thumbworker.imaging.exif_blocks import exif_block, short, text
from tests.thumbworker.imaging.metadata_files import telling_exif
from tests.thumbworker.imaging.pictures import quarters, saved, scene
from thumbworker.contract.items import PhotoItem
from thumbworker.imaging import render
from thumbworker.imaging.clean_copy import clean_copy


def with_thumbnail(picture: bytes, thumbnail: bytes, *, orientation: int = 1) -> bytes:
    """Return the JPEG with a second directory, which has the thumbnail."""
    block = exif_block([short(0x0112, orientation)])
    start = len(block)
    entries = [(0x0201, start + 2 + 2 * 12 + 4), (0x0202, len(thumbnail))]
    second = struct.pack("<H", 2) + b"".join(struct.pack("<HHLL", tag, 4, 1, at) for tag, at in entries)
    linked = block[:22] + struct.pack("<L", start) + block[26:] + second + bytes(4) + thumbnail
    body = b"Exif\x00\x00" + linked
    return picture[:2] + struct.pack(">BBH", 0xFF, 0xE1, 2 + len(body)) + body + picture[2:]


@pytest.mark.parametrize(
    ("data", "tells"),
    [
        pytest.param(saved(quarters()), [], id="nothing"),
        pytest.param(metadata_files.jpeg(exif=telling_exif()), ["place", "serial", "name"], id="all in exif"),
        pytest.param(saved(quarters(), "PNG", exif=telling_exif()), ["place", "serial", "name"], id="a png"),
        pytest.param(
            metadata_files.jpeg(exif=exif_block(exif=[text(0xA430, b"Ada")])),
            ["name"],
            id="the owner of the camera",
        ),
        pytest.param(
            metadata_files.jpeg(exif=exif_block(exif=[(0x927C, 7, 8, b"Nikon 12")])),
            ["serial"],
            id="makers notes",
        ),
        pytest.param(
            metadata_files.jpeg(xmp=metadata_files.packet('exif:GPSLatitude="59,54.8N"')), ["place"], id="xmp"
        ),
        pytest.param(
            metadata_files.jpeg(xmp=metadata_files.packet('photoshop:City="Lund"')), ["place"], id="a city"
        ),
    ],
)
def test_tells__of_a_file(data: bytes, tells: list[str]) -> None:
    assert render(data).tells == tells
    copy = clean_copy(data)
    assert copy
    assert render(copy).tells == []


def test_tells__another_picture_as_thumbnail() -> None:
    picture, other = saved(quarters(600, 400)), saved(scene(160, 120))
    # Cameras fill 160 by 120 with bars.
    same = quarters(160, 106)
    barred = scene(160, 120)
    barred.paste(0, (0, 0, 160, 120))
    barred.paste(same, (0, 7))
    assert render(with_thumbnail(picture, saved(same))).tells == []
    assert render(with_thumbnail(picture, saved(barred))).tells == []
    assert render(with_thumbnail(picture, other)).tells == ["thumbnail"]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_tells__a_thumbnail_lies_as_the_picture_does(orientation: int) -> None:
    data = with_thumbnail(saved(quarters(600, 400)), saved(quarters(150, 100)), orientation=orientation)
    assert render(data).tells == []


@pytest.mark.parametrize(
    "thumbnail", [b"x", b"\xff\xd8\xff", saved(quarters(), "PNG"), saved(quarters())[:300]]
)
def test_tells__a_thumbnail_that_is_none(thumbnail: bytes) -> None:
    assert render(with_thumbnail(saved(quarters()), thumbnail)).tells == []


def test_item__says_whether_the_file_was_looked_at() -> None:
    from tests.items import ready_item  # noqa: PLC0415

    for tells in (None, (), ("place",)):
        item = ready_item(tells=tells)
        assert PhotoItem.from_item(item.to_item()).tells == tells
