from __future__ import annotations

import json
from typing import Any

import pytest

from tests.thumbworker.imaging.exif_blocks import exif_block, ratios, short, signed_ratio, text
from tests.thumbworker.imaging.pictures import quarters, saved
from thumbworker.imaging import render
from thumbworker.imaging.exif import Ratio, Tags, read_tags
from thumbworker.imaging.metadata import camera_facts, location

MAX_FACTS_BYTES = 2500


def facts(**directories: Any) -> dict[str, str | int]:
    return camera_facts(read_tags(exif_block(**directories)))


def place(*entries: Any) -> dict[str, str]:
    return location(read_tags(exif_block(gps=list(entries))))


def degrees(tag: int, value: float) -> Any:
    return ratios(tag, (int(value), 1), (0, 1), (round((value - int(value)) * 3_600_000), 1000))


@pytest.mark.parametrize("order", ["<", ">"])
def test_camera_facts__formatted_for_photographers(order: str) -> None:
    main = [text(0x010F, b"NIKON CORPORATION"), text(0x0110, b"NIKON D750"), short(0x0112, 6, order)]
    exif = [
        ratios(0x829A, (1, 250), order=order),
        ratios(0x829D, (56, 10), order=order),
        short(0x8827, 400, order),
        text(0x9003, b"2026:05:01 12:34:56"),
        text(0x9011, b"+02:00"),
        ratios(0x920A, (50, 1), order=order),
        short(0xA405, 75, order),
        short(0x9209, 0x19, order),
        short(0x8822, 3, order),
        short(0x9207, 5, order),
        short(0xA403, 0, order),
        short(0xA001, 1, order),
        text(0xA434, b"50mm f/1.8"),
    ]
    assert camera_facts(read_tags(exif_block(main, exif, order=order))) == {
        "make": "NIKON CORPORATION",
        "model": "NIKON D750",
        "lens_model": "50mm f/1.8",
        "exposure_time": "1/250",
        "f_number": "5.6",
        "iso": 400,
        "focal_length": "50",
        "focal_length_35mm": 75,
        "exposure_program": "aperture priority",
        "metering_mode": "pattern",
        "white_balance": "auto",
        "flash": "fired",
        "color_space": "sRGB",
        "taken_at": "2026-05-01T12:34:56+02:00",
        "orientation": 6,
    }


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((1, 250), "1/250"),
        ((10, 6000), "1/600"),
        ((6, 10), "0.6"),
        ((30, 1), "30"),
        ((1, 3), "0.3"),
        ((5, 2), "2.5"),
    ],
)
def test_exposure_time__fraction_or_seconds(pair: tuple[int, int], expected: str) -> None:
    assert facts(exif=[ratios(0x829A, pair)])["exposure_time"] == expected


def test_exposure_bias__negative() -> None:
    assert facts(exif=[signed_ratio(0x9204, -1, 3)])["exposure_bias"] == "-0.3"


@pytest.mark.parametrize(
    "entry",
    [
        ratios(0x829A, (1, 0)),
        ratios(0x829A, (0, 0)),
        ratios(0x829A, (0, 5)),
        ratios(0x829D, (4_294_967_295, 1)),
        short(0x8827, 0),
        short(0x9207, 255),
        (0x829A, 2, 5, b"1/250"),
        (0x8827, 99, 1, b"\x01\x02\x03\x04"),
        (0x8827, 3, 0, b""),
        text(0x9003, b"0000:00:00 00:00:00"),
        text(0x9003, b"2026:13:45 99:99:99"),
        text(0x9003, b"yesterday"),
        text(0xA434, b"   "),
        text(0xA434, b"\x00\x00"),
    ],
)
def test_camera_facts__omit_invalid_value(entry: Any) -> None:
    assert facts(exif=[entry]) == {}


def test_taken_at__omits_invalid_offset() -> None:
    exif = [text(0x9003, b"2026:05:01 12:34:56"), text(0x9011, b"+99:99")]
    assert facts(exif=exif)["taken_at"] == "2026-05-01T12:34:56"


def test_taken_at__falls_back_to_digitized_date() -> None:
    assert facts(exif=[text(0x9004, b"1999:12:31 23:59:59")])["taken_at"] == "1999-12-31T23:59:59"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Łódź 東京".encode(), "Łódź 東京"),
        (b"caf\xe9", "café"),
        (b"tab\tand\nline\r\nend", "tab and line end"),
        ("a\u202egnp.exe".encode(), "agnp.exe"),
        ("zero\u200bwidth\ufeff".encode(), "zerowidth"),
        (b"bell\x07\x1b[31m", "bell[31m"),
        (b"first\x00second", "first"),
    ],
)
def test_cleaned__printable_text(raw: bytes, expected: str) -> None:
    assert facts(main=[text(0x013B, raw)])["artist"] == expected


def test_camera_facts__size_is_bounded() -> None:
    long = "日本語のとても長い値 ".encode() * 500
    tags = [0x010F, 0x0110, 0x0131, 0x013B, 0x8298, 0x010E]
    found = facts(main=[text(tag, long) for tag in tags], exif=[text(0xA433, long), text(0xA434, long)])
    assert len(found) == 8
    assert len(json.dumps(found, ensure_ascii=False).encode()) < MAX_FACTS_BYTES
    assert all(isinstance(value, str | int) for value in found.values())


def test_location__separate_from_facts() -> None:
    gps = [
        text(1, b"S"),
        degrees(2, 33.8568),
        text(3, b"E"),
        degrees(4, 151.2153),
        (5, 1, 1, b"\x00"),
        ratios(6, (35, 1)),
    ]
    tags = read_tags(exif_block(main=[text(0x010F, b"Apple")], gps=gps))
    assert location(tags) == {"latitude": "-33.856800", "longitude": "151.215300", "altitude": "35.0"}
    assert camera_facts(tags) == {"make": "Apple"}


def test_location__negative_altitude() -> None:
    gps = [
        text(1, b"N"),
        degrees(2, 31.5),
        text(3, b"E"),
        degrees(4, 35.5),
        (5, 1, 1, b"\x01"),
        ratios(6, (430, 1)),
    ]
    assert place(*gps)["altitude"] == "-430.0"


@pytest.mark.parametrize(
    "entries",
    [
        (),
        (degrees(2, 10),),
        (degrees(2, 91), degrees(4, 10)),
        (degrees(2, 10), degrees(4, 181)),
        (degrees(2, 0), degrees(4, 0)),
        (ratios(2, (10, 0), (0, 0), (0, 0)), degrees(4, 10)),
        (ratios(2, (10, 1)), degrees(4, 10)),
        (text(2, b"10.5"), degrees(4, 10)),
        (short(2, 10), degrees(4, 10)),
    ],
)
def test_location__incomplete_is_empty(entries: tuple[Any, ...]) -> None:
    assert place(*entries) == {}


def test_camera_facts__from_tiff_directory() -> None:
    data = saved(quarters(), "TIFF", tiffinfo={0x010F: "Maker", 0x0131: "Scanner 2"})
    assert render(data).metadata == {"make": "Maker", "software": "Scanner 2"}


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_camera_facts__from_every_container(file_format: str) -> None:
    image = quarters()
    exif = image.getexif()
    exif[0x0110] = "Camera 1"
    exif.get_ifd(0x8769)[0x8827] = 200
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 17.0, 40.0)})
    picture = render(saved(image, file_format, exif=exif))
    assert (picture.metadata["model"], picture.metadata["iso"]) == ("Camera 1", 200)
    assert picture.location == {"latitude": "48.856667", "longitude": "2.294444"}
    assert "latitude" not in picture.metadata


def test_read_tags__directory_loop_ends() -> None:
    block = bytearray(
        exif_block(main=[(0x8769, 4, 1, (8).to_bytes(4, "little")), (0x8825, 4, 1, b"\x08\x00\x00\x00")])
    )
    assert camera_facts(read_tags(bytes(block))) == {}


def test_read_tags__truncated_directory() -> None:
    block = bytearray(exif_block(main=[short(0x0112, 6)]))
    block[8:10] = b"\xff\xff"
    assert read_tags(bytes(block)).orientation == 6


@pytest.mark.parametrize(
    "block", [b"", b"II", b"II*\x00", b"XX*\x00\x08\x00\x00\x00", b"MM\x00*\xff\xff\xff\xff", bytes(64)]
)
def test_read_tags__not_exif(block: bytes) -> None:
    assert read_tags(block) == Tags()


def test_read_tags__optional_prefix() -> None:
    block = exif_block(main=[short(0x0112, 3)])
    assert read_tags(b"Exif\x00\x00" + block).orientation == read_tags(block).orientation == 3


def test_read_tags__ratios_as_stored() -> None:
    assert read_tags(exif_block(exif=[ratios(0x829A, (0, 0))])).exif == {0x829A: (Ratio(0, 0),)}


def long_number(tag: int, value: int) -> Any:
    return tag, 4, 1, value.to_bytes(4, "little")


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([short(0x8827, 400), short(0x8830, 2), long_number(0x8832, 500)], 400),
        ([short(0x8827, 65535), short(0x8830, 2), long_number(0x8832, 102_400)], 102_400),
        ([short(0x8827, 65535), short(0x8830, 1), long_number(0x8831, 204_800)], 204_800),
        ([short(0x8827, 65535), short(0x8830, 3), long_number(0x8833, 3_280_000)], 3_280_000),
        (
            [short(0x8827, 65535), short(0x8830, 4), long_number(0x8831, 1), long_number(0x8832, 102_400)],
            102_400,
        ),
        (
            [short(0x8827, 65535), short(0x8830, 7), long_number(0x8832, 1), long_number(0x8833, 102_400)],
            102_400,
        ),
        ([short(0x8827, 65535), long_number(0x8832, 409_600)], 409_600),
        ([short(0x8827, 65535), short(0x8830, 2), long_number(0x8832, 0)], 65535),
        ([short(0x8827, 65535)], 65535),
        ([short(0x8827, 0), short(0x8830, 2), long_number(0x8832, 102_400)], 102_400),
        ([short(0x8830, 2), long_number(0x8832, 4_294_967_295)], None),
    ],
)
def test_iso__above_its_first_tag(entries: list[Any], expected: int | None) -> None:
    assert facts(exif=entries).get("iso") == expected
