"""Camera raws are shown by their largest preview, turned upright once, or refused."""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.thumbworker.imaging import raw_files
from tests.thumbworker.imaging.exif_blocks import exif_block, short
from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, opened, quarters, saved, scene
from tests.thumbworker.imaging.raw_files import LARGE, LONG, MAKERS, ORDERS, SHORT, SMALL, Container, raw
from thumbworker.contract.formats import CAMERA_RAWS, Format, recognize
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Picture, Refused, exif, render
from thumbworker.imaging.formats.raw import CameraRaw, largest_first, of_tiff, read

if TYPE_CHECKING:
    from pathlib import Path

KINDS = [(kind, order) for kind in MAKERS for order in ORDERS[kind]]


def shows(picture: Picture) -> dict[str, str]:
    """Which color is in which corner."""
    found = corners(opened(picture.renditions[-1].data))
    return {
        place: min(CORNERS, key=lambda name: distance(CORNERS[name], color)) for place, color in found.items()
    }


def shown_or_refused(data: bytes) -> tuple[int, int] | Reason:
    try:
        picture = render(data)
    except Refused as refused:
        return refused.reason
    return picture.width, picture.height


def refusal(data: bytes) -> Reason:
    started = time.process_time()
    with pytest.raises(Refused) as refused:
        render(data)
    assert time.process_time() - started < 2
    return refused.value.reason


@pytest.mark.parametrize(("kind", "order"), KINDS)
def test_raw__largest_preview(kind: Format, order: str) -> None:
    picture = render(raw(kind, order=order))
    assert (picture.format, picture.width, picture.height) == (kind, *LARGE)
    assert shows(picture) == {place: place for place in CORNERS}
    assert picture.metadata["preview_of"] == kind
    assert picture.incomplete == 0


def with_sensor(order: str, kind: str) -> bytes:
    """A DNG of 400 kB, the second half of which is sensor data in two strips or tiles."""
    file = Container(order)
    offsets, lengths = {"strips": (0x111, 0x117), "tiles": (0x144, 0x145)}[kind]
    places = {offsets: (LONG, [200_000, 300_000]), lengths: (LONG, [100_000, 100_000])}
    sensor = file.directory(places | {0x103: (SHORT, 1), 0x106: (SHORT, 32803)})
    preview = file.directory(file.strip(saved(quarters(*LARGE)), 7, 6) | {254: (LONG, 1)})
    first = {50706: (1, b"\x01\x04\x00\x00"), 0x14A: (LONG, [sensor, preview])}
    return file.done(file.directory(first)).ljust(200_000, b"\x00") + random.Random(1).randbytes(200_000)


def raf_with_sensor() -> bytes:
    data = bytearray(raw(Format.RAF))
    data[100:108] = struct.pack(">LL", len(data), 400_000 - len(data))
    return bytes(data).ljust(400_000, b"\x11")


@pytest.mark.parametrize(
    "data",
    [
        with_sensor("<", "strips"),
        with_sensor(">", "strips"),
        with_sensor("<", "tiles"),
        raf_with_sensor(),
        raw(Format.CR3) + raw_files.box(b"free", b"\x11" * 400_000),
    ],
    ids=["strips", "big-endian", "tiles", "RAF", "CR3"],
)
def test_raw__without_all_of_its_file_is_said_to_be_incomplete(data: bytes) -> None:
    assert render(data).incomplete == 0
    quarter = len(data) * 3 // 4
    cut = render(data[:quarter])
    assert (cut.width, cut.height) == LARGE
    assert cut.incomplete in {250, 251}  # rounded up
    # Zeros count by 64 kB.
    assert render(data[:quarter].ljust(len(data), b"\x00")).incomplete in range(80, 251)


@pytest.mark.parametrize(("kind", "order"), KINDS)
def test_raw__camera_and_date(kind: Format, order: str) -> None:
    facts = render(raw(kind, order=order)).metadata
    assert str(facts["make"]).upper()[:4] in {
        "GOOG",
        "CANO",
        "NIKO",
        "SONY",
        "PENT",
        "SAMS",
        "OLYM",
        "PANA",
        "FUJI",
    }
    assert facts["taken_at"] == "2026-05-01T12:34:56"


@pytest.mark.parametrize(("kind", "order"), KINDS)
def test_raw__turned_once(kind: Format, order: str) -> None:
    picture = render(raw(kind, orientation=6, order=order))
    assert (picture.width, picture.height) == LARGE[::-1]
    assert shows(picture) == {
        "top left": "bottom left",
        "top right": "top left",
        "bottom left": "bottom right",
        "bottom right": "top right",
    }


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind is not Format.RAF])
def test_raw__own_orientation_before_the_previews(kind: Format) -> None:
    exif = exif_block([short(0x0112, 3)])
    large, small = (saved(quarters(*size), exif=b"Exif\x00\x00" + exif) for size in (LARGE, SMALL))
    assert shows(render(MAKERS[kind](large, small, 1))) == {place: place for place in CORNERS}


def test_raw__sensor_data_as_baseline_jpeg_is_not_shown() -> None:
    file = Container()
    sensor = file.directory(file.strip(saved(scene(640, 400)), 7, 34892))
    preview = file.directory(file.strip(saved(quarters(*SMALL)), 7, 6))
    first = {50706: (1, b"\x01\x04\x00\x00"), 0x14A: (4, [sensor, preview])}
    picture = render(file.done(file.directory(first)))
    assert (picture.width, picture.height) == SMALL


@pytest.mark.parametrize(("kind", "order"), KINDS)
def test_raw__any_cut_renders_or_is_refused(kind: Format, order: str) -> None:
    data = raw(kind, order=order)
    for length in range(16, len(data), max(1, len(data) // 60)):
        outcome = shown_or_refused(data[:length])
        assert outcome in {
            LARGE,
            SMALL,
            Reason.RAW_WITHOUT_PREVIEW,
            Reason.DAMAGED,
            Reason.FORMAT_NOT_SUPPORTED,
        }


@pytest.mark.parametrize("kind", [kind for kind in MAKERS if kind not in {Format.RAF, Format.RW2}])
def test_raw__smaller_preview_replaces_damaged(kind: Format) -> None:
    good, small = saved(quarters(*LARGE)), saved(quarters(*SMALL))
    damaged = good[: len(good) // 3] + bytes(len(good) - len(good) // 3)
    picture = render(MAKERS[kind](damaged, small))
    assert (picture.width, picture.height) == SMALL


@pytest.mark.parametrize("kind", MAKERS)
def test_raw__sensor_data_is_not_a_preview(kind: Format) -> None:
    sensor = raw_files.lossless(saved(quarters(*LARGE)))
    assert refusal(MAKERS[kind](sensor, sensor)) is Reason.RAW_WITHOUT_PREVIEW


@pytest.mark.parametrize("kind", MAKERS)
def test_raw__without_jpeg_is_refused(kind: Format) -> None:
    assert refusal(MAKERS[kind](b"not a JPEG", b"nor this")) is Reason.RAW_WITHOUT_PREVIEW


@pytest.mark.parametrize("kind", MAKERS)
def test_raw__recognized_by_first_bytes(kind: Format) -> None:
    in_tiff = {Format.DNG, Format.NEF, Format.ARW, Format.PEF, Format.SRW}
    assert recognize(raw(kind)[:64]) is (Format.TIFF if kind in in_tiff else kind)
    assert kind in CAMERA_RAWS


def looping() -> bytes:
    """Directories that follow, contain and describe one another."""
    file = Container()
    at = file.directory({0x14A: (4, [8, 200, 8, 200]), 0x8769: (4, 8), 0x103: (3, 34713)}, 8)
    file.data[8:8] = b""
    data = bytearray(file.done(at))
    struct.pack_into("<L", data, len(data) - 4, at)
    return bytes(data)


def chain(length: int) -> bytes:
    """A chain of directories with a preview in the last one."""
    file = Container()
    following = file.directory(file.jpeg(saved(quarters(*LARGE))))
    for _ in range(length):
        following = file.directory({0x103: (3, 1)}, following)
    return file.done(file.directory({254: (4, 1)}, following))


def claiming(offset: int, length: int) -> bytes:
    """A preview that is stated to be elsewhere."""
    file = Container()
    return file.done(file.directory({254: (4, 1), 0x201: (4, offset), 0x202: (4, length)}))


HOSTILE = {
    "loop": looping(),
    "chain": chain(5000),
    "outside": claiming(2**32 - 1, 2**32 - 1),
    "itself": claiming(0, 40),
    "65535 entries": b"II*\x00\x08\x00\x00\x00\xff\xff" + struct.pack("<HHLL", 254, 4, 1, 1) * 65535,
    "4 billion sub-directories": b"II*\x00\x08\x00\x00\x00\x02\x00"
    + struct.pack("<HHLL", 254, 4, 1, 1) + struct.pack("<HHLL", 0x14A, 4, 2**32 - 1, 8) + bytes(400),
    "nested boxes": b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom" + struct.pack(">L", 0) + b"moov"
    + (b"\x00\x00\x00\x00trak") * 5000,
    "a million boxes": b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom"
    + b"\x00\x00\x00\x08free" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_raw__hostile_directories_are_refused_in_time(name: str) -> None:
    assert refusal(HOSTILE[name]) is Reason.RAW_WITHOUT_PREVIEW


def test_raw__preview_near_in_chain() -> None:
    picture = render(chain(20))
    assert (picture.format, picture.width) == ("RAW", LARGE[0])


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff__plain_with_thumbnail_is_no_raw(order: str) -> None:
    options = {"big_tiff": False, "tiffinfo": {271: "NIKON CORPORATION"}}
    picture = render(saved(scene(60, 40), "TIFF", **options))
    assert (picture.format, picture.width) == ("TIFF", 60)
    assert "preview_of" not in picture.metadata


def test_raw__colors_as_its_exif_names_them() -> None:
    file = Container()
    large = saved(quarters(*LARGE), quality=95)
    adobe_rgb = file.directory({0xA001: (3, 2)})
    first = {254: (4, 1), 0x8769: (4, adobe_rgb)} | file.jpeg(large)
    plain = corners(opened(render(large).renditions[-1].data))["top left"]
    wide = corners(opened(render(file.done(file.directory(first))).renditions[-1].data))["top left"]
    assert distance(plain, wide) > 20


def reading_of(data: bytes) -> CameraRaw:
    kind = recognize(data)
    found = of_tiff(data, exif.read_tags(data)) if kind is Format.TIFF else read(data, Format(kind))
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is missing, so previews are not compared")
@pytest.mark.parametrize(("kind", "order"), KINDS)
def test_raw__previews_are_those_of_exiftool(kind: Format, order: str, tmp_path: Path) -> None:
    data = raw(kind, order=order)
    file = tmp_path / f"a.{kind.lower()}"
    file.write_bytes(data)
    found = [data[start:end] for start, end in largest_first(data, reading_of(data))]
    tags = ("-JpgFromRaw", "-PreviewImage", "-OtherImage", "-ThumbnailImage")
    theirs = [
        subprocess.run(["exiftool", "-b", tag, str(file)], capture_output=True, check=True).stdout
        for tag in tags
    ]
    assert [preview for preview in theirs if preview and preview not in found] == []
    assert kind is Format.CR3 or found[0] in theirs  # exiftool does not follow the tracks of a CR3
