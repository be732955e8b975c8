"""The time of capture as real files spell it: the wall clock, and the offset if the file has one."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.thumbworker.imaging.exif_blocks import exif_block, text
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.metadata_files import (
    avif,
    dated,
    jpeg,
    metadata_in,
    packet,
    png,
    records,
    resources,
    satellites,
    tiff,
    webp,
)
from thumbworker.imaging.capture_time import CaptureTime, read_offset, read_time

if TYPE_CHECKING:
    from pathlib import Path

needs_exiftool = pytest.mark.skipif(
    not shutil.which("exiftool"),
    reason="exiftool is missing (Debian: libimage-exiftool-perl), so dates are not compared with its",
)

DATE = b"2007:06:30 18:45:17"
LOCAL = "2007-06-30T18:45:17"

EXIF: list[tuple[bytes, bytes, bytes, str | None]] = [
    # date, offset, sub-seconds, right value
    (DATE, b"", b"", LOCAL),
    (DATE, b"+02:00", b"", f"{LOCAL}+02:00"),
    (DATE, b"-05:00", b"", f"{LOCAL}-05:00"),
    (DATE, b"-5:00", b"", f"{LOCAL}-05:00"),
    (DATE, b"+0200", b"", f"{LOCAL}+02:00"),
    (DATE, b"+09", b"", f"{LOCAL}+09:00"),
    (DATE, b"+9", b"", f"{LOCAL}+09:00"),
    (DATE, b"Z", b"", f"{LOCAL}+00:00"),
    (DATE, b"UTC", b"", f"{LOCAL}+00:00"),
    (DATE, b"GMT", b"", f"{LOCAL}+00:00"),
    (DATE, b"UTC+2", b"", f"{LOCAL}+02:00"),
    (DATE, b"GMT-03:30", b"", f"{LOCAL}-03:30"),
    (DATE, b" +05:45", b"", f"{LOCAL}+05:45"),
    (DATE, b"+05:30\x00\x00", b"", f"{LOCAL}+05:30"),
    (DATE, b"+14:00", b"", f"{LOCAL}+14:00"),
    (DATE, b"-12:00", b"", f"{LOCAL}-12:00"),
    (DATE, b"+00:00", b"", f"{LOCAL}+00:00"),
    (DATE, b"+14:30", b"", LOCAL),
    (DATE, b"-13:00", b"", LOCAL),
    (DATE, b"+99:99", b"", LOCAL),
    (DATE, b"+01:75", b"", LOCAL),
    (DATE, b"   :  ", b"", LOCAL),
    (DATE, b"\x00\x00\x00\x00\x00\x00", b"", LOCAL),
    (DATE, b"local", b"", LOCAL),
    (DATE, b"+020", b"", LOCAL),
    (DATE, b"+120", b"", LOCAL),
    (DATE, b"-500", b"", f"{LOCAL}-05:00"),
    (DATE, b"+02:00:00", b"", f"{LOCAL}+02:00"),
    (b"2007:06:30 18:45:17+020", b"", b"", LOCAL),
    (b"2007-06-30T18:45:17+02:00[Europe/Berlin]", b"", b"", f"{LOCAL}+02:00"),
    (b"2007-06-30T18:45:17Z[UTC]", b"", b"", f"{LOCAL}+00:00"),
    (b"2007:06:30, 18:45:17", b"", b"", LOCAL),
    ("2007年06月30日 18:45:17".encode(), b"", b"", LOCAL),
    ("2007年6月30日18:45:17".encode("shift_jis"), b"", b"", LOCAL),
    (b"Sat Jun 30 18:45:17 CEST 2007", b"", b"", LOCAL),
    (b"Sat Jun 30 18:45:17 GMT 2007", b"", b"", f"{LOCAL}+00:00"),
    (b"2007:06:30 24:15:05", b"", b"", "2007-06-30T00:15:05"),
    (b"2007:06:30 24:00:05", b"", b"", "2007-06-30T00:00:05"),
    (DATE, b"", b"78", f"{LOCAL}.780"),
    (DATE, b"", b"078", f"{LOCAL}.078"),
    (DATE, b"", b"5", f"{LOCAL}.500"),
    (DATE, b"", b"123456", f"{LOCAL}.123"),
    (DATE, b"", b"00", LOCAL),
    (DATE, b"", b"  ", LOCAL),
    (DATE, b"", b"x", LOCAL),
    (DATE, b"+02:00", b"25 ", f"{LOCAL}.250+02:00"),
    (b"2007/06/30 18:45:17", b"", b"", LOCAL),
    (b"2007-06-30 18:45:17", b"", b"", LOCAL),
    (b"2007.06.30 18:45:17", b"", b"", LOCAL),
    (b"2007:06:30T18:45:17", b"", b"", LOCAL),
    (b"2007-06-30T18:45:17", b"", b"", LOCAL),
    (b"2007-06-30T18:45:17Z", b"", b"", f"{LOCAL}+00:00"),
    (b"2007-06-30T18:45:17.5+02:00", b"", b"", f"{LOCAL}.500+02:00"),
    (b"2007:06:30 18:45:17+01:00", b"", b"", f"{LOCAL}+01:00"),
    (b"2007:06:30 18:45:17+0100", b"", b"", f"{LOCAL}+01:00"),
    (b"2007:06:30 18:45:17 -0500", b"", b"", f"{LOCAL}-05:00"),
    (b"2007:06:30 18:45:17-5:00", b"+02:00", b"", f"{LOCAL}-05:00"),
    (b"2007:06:30 18:45:17.25", b"", b"", f"{LOCAL}.250"),
    (b"2007:06:30 18:45:17.25", b"", b"99", f"{LOCAL}.250"),
    (b"2007:06:30 18:45:17   ", b"", b"", LOCAL),
    (b"  2007:06:30 18:45:17", b"", b"", LOCAL),
    (b"2007:06:30  18:45:17", b"", b"", LOCAL),
    (b"2007:06:30 18:45:17\x00\x00\x00\x00", b"", b"", LOCAL),
    (b"2007: 6:30  8: 5: 7", b"", b"", "2007-06-30T08:05:07"),
    (b"2007:6:30 8:05:07", b"", b"", "2007-06-30T08:05:07"),
    (b"2007:06:30 18:45", b"", b"", "2007-06-30T18:45:00"),
    (b"2007:06:30 18.45.17", b"", b"", LOCAL),
    (b"2007:06:30:18:45:17", b"", b"", LOCAL),
    (b"2007:06:30 06:45:17 PM", b"", b"", LOCAL),
    (b"2007:06:30 12:45:17 am", b"", b"", "2007-06-30T00:45:17"),
    (b"20070630 184517", b"", b"", LOCAL),
    (b"20070630T184517", b"", b"", LOCAL),
    (b"30.06.2007 18:45:17", b"", b"", LOCAL),
    (b"30/06/2007 18:45:17", b"", b"", LOCAL),
    (b"06/30/2007 18:45:17", b"", b"", LOCAL),
    (b"Sat Jun 30 18:45:17 2007", b"", b"", LOCAL),
    (b"2007:06:30 18:45:17 and more", b"", b"", LOCAL),
    (b"2007:06:30", b"", b"", "2007-06-30T00:00:00"),
    (b"2007:06:30   :  :  ", b"", b"", "2007-06-30T00:00:00"),
    (b"2007:06:30 24:00:00", b"", b"", "2007-07-01T00:00:00"),
    (b"2007:06:30 23:59:60", b"", b"", "2007-06-30T23:59:59"),
    (b"2004:02:29 00:00:00", b"", b"", "2004-02-29T00:00:00"),
    (b"2007:02:29 00:00:00", b"", b"", None),
    (b"2007:06:30 25:00:00", b"", b"", None),
    (b"2007:06:30 18:61:17", b"", b"", None),
    (b"2007:13:30 18:45:17", b"", b"", None),
    (b"2007:00:00 00:00:00", b"", b"", None),
    (b"0000:00:00 00:00:00", b"", b"", None),
    (b"    :  :     :  :  ", b"", b"", None),
    (b"                   ", b"", b"", None),
    (b"\x00" * 19, b"", b"", None),
    (b"07:06:30 18:45:17", b"", b"", None),
    (b"06/07/2007 18:45:17", b"", b"", None),
    (b"1825:06:30 18:45:17", b"", b"", None),
    (b"1970:01:01 00:00:00", b"", b"", None),
    (b"2107:06:30 18:45:17", b"", b"", None),
    (b"9999:12:31 24:00:00", b"", b"", None),
    (b"yesterday", b"", b"", None),
    (b"2007", b"", b"", None),
    (b"2007:06", b"", b"", None),
]


@pytest.mark.parametrize(("date", "offset", "fraction", "expected"), EXIF)
def test_taken_at__exif_spelling(date: bytes, offset: bytes, fraction: bytes, expected: str | None) -> None:
    assert metadata_in(dated(date, offset, fraction)).facts.get("taken_at") == expected


def test_taken_at__table_is_broad() -> None:
    assert len({(date, offset, fraction) for date, offset, fraction, _ in EXIF}) >= 60


def taken_at(data: bytes) -> Any:
    return metadata_in(data).facts.get("taken_at")


def attribute(name: str, value: str) -> bytes:
    return packet(f'{name}="{value}"')


@pytest.mark.parametrize("name", ["exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2016-01-28T12:21:20+01:00", "2016-01-28T12:21:20+01:00"),
        ("2016-01-28T12:21:20Z", "2016-01-28T12:21:20+00:00"),
        ("2016-01-28T12:21:20.05", "2016-01-28T12:21:20.050"),
        ("2016-01-28T12:21", "2016-01-28T12:21:00"),
        ("2016-01-28", "2016-01-28T00:00:00"),
        ("2016-01", None),
        ("2016", None),
        ("", None),
    ],
)
def test_taken_at__xmp(name: str, value: str, expected: str | None) -> None:
    assert taken_at(jpeg(xmp=attribute(name, value))) == expected


XMP = attribute("photoshop:DateCreated", "2016-01-28T12:21:20+01:00")


@pytest.mark.parametrize(
    "data",
    [
        jpeg(xmp=XMP),
        png((b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + XMP)),
        png((b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(XMP))),
        webp(XMP),
        avif(XMP),
        heic(xmp=XMP),
        tiff(xmp=XMP),
    ],
    ids=["JPEG", "PNG", "PNG deflated", "WebP", "AVIF", "HEIC", "TIFF"],
)
def test_taken_at__xmp_in_every_container(data: bytes) -> None:
    assert taken_at(data) == "2016-01-28T12:21:20+01:00"


@pytest.mark.parametrize(
    ("date", "time", "expected"),
    [
        (b"20160128", b"122120+0100", "2016-01-28T12:21:20+01:00"),
        (b"20160128", b"122120", "2016-01-28T12:21:20"),
        (b"20160128", b"122120+0000", "2016-01-28T12:21:20"),
        (b"20160128", b"", "2016-01-28T00:00:00"),
        (b"2016-01-28", b"12:21:20-05:00", "2016-01-28T12:21:20-05:00"),
        (b"20160000", b"", None),
        (b"00000000", b"000000+0000", None),
    ],
)
def test_taken_at__iptc(date: bytes, time: bytes, expected: str | None) -> None:
    iim = records((2, 55, date), *[(2, 60, time)] * bool(time))
    assert taken_at(jpeg(resources=resources(iim))) == expected
    assert taken_at(tiff(records=iim)) == expected


def raw_profile(name: bytes, body: bytes) -> tuple[bytes, bytes]:
    text_of = b"\n" + name + b"\n%8d\n" % len(body) + body.hex().encode() + b"\n"
    return b"zTXt", b"Raw profile type " + name + b"\x00\x00" + zlib.compress(text_of)


@pytest.mark.parametrize(
    ("chunk", "expected"),
    [
        ((b"eXIf", exif_block(exif=[text(0x9003, DATE)])), LOCAL),
        (raw_profile(b"exif", b"Exif\x00\x00" + exif_block(exif=[text(0x9003, DATE)])), LOCAL),
        (raw_profile(b"APP1", b"Exif\x00\x00" + exif_block(exif=[text(0x9003, DATE)])), LOCAL),
        (raw_profile(b"xmp", XMP), "2016-01-28T12:21:20+01:00"),
        (raw_profile(b"iptc", records((2, 55, b"20070630"), (2, 60, b"184517"))), LOCAL),
        (raw_profile(b"iptc", resources(records((2, 55, b"20070630"), (2, 60, b"184517")))), LOCAL),
        ((b"tEXt", b"Creation Time\x002007:06:30 18:45:17"), LOCAL),
        ((b"tEXt", b"Creation Time\x00Sat, 30 Jun 2007 18:45:17 +0200"), f"{LOCAL}+02:00"),
        ((b"tEXt", b"Creation Time\x0030 Jun 2007 18:45:17 GMT"), f"{LOCAL}+00:00"),
        ((b"iTXt", b"Creation Time\x00\x00\x00\x00\x002007-06-30T18:45:17Z"), f"{LOCAL}+00:00"),
        ((b"tIME", struct.pack(">HBBBBB", 2007, 6, 30, 18, 45, 17)), f"{LOCAL}+00:00"),
        ((b"tIME", struct.pack(">HBBBBB", 2007, 13, 30, 18, 45, 17)), None),
        ((b"zTXt", b"Creation Time\x00\x00broken"), None),
    ],
)
def test_taken_at__png(chunk: tuple[bytes, bytes], expected: str | None) -> None:
    assert taken_at(png(chunk)) == expected


@pytest.mark.parametrize(
    ("gps", "expected"),
    [
        ((b"2007:06:30", 16, 45, 18), f"{LOCAL}+02:00"),
        ((b"2007:06:30", 16, 45, 40), f"{LOCAL}+02:00"),
        ((b"2007:06:30", 23, 44, 50), f"{LOCAL}-05:00"),
        ((b"2007:06:30", 13, 0, 17), f"{LOCAL}+05:45"),
        ((b"2007:07:01", 4, 45, 17), f"{LOCAL}-10:00"),
        ((b"2007:06:30", 18, 45, 17), f"{LOCAL}+00:00"),
        ((b"2007:06:30", 16, 40, 17), LOCAL),  # a fix that is five minutes old
        ((b"2007:06:28", 16, 45, 17), LOCAL),  # two days old
        ((b"2007:06:30", 99, 45, 17), LOCAL),
        ((b"", 16, 45, 17), LOCAL),
    ],
)
def test_taken_at__offset_from_satellites(gps: tuple[bytes, int, int, int], expected: str) -> None:
    block = exif_block(exif=[text(0x9003, DATE)], gps=satellites(*gps))
    assert taken_at(jpeg(exif=block)) == expected


def test_taken_at__satellites_alone_are_in_utc() -> None:
    block = exif_block(gps=satellites(b"2007:06:30", 16, 45, 17))
    assert taken_at(jpeg(exif=block)) == "2007-06-30T16:45:17+00:00"


def test_taken_at__own_offset_before_satellites() -> None:
    block = exif_block(
        exif=[text(0x9003, DATE), text(0x9011, b"+03:00")], gps=satellites(b"2007:06:30", 16, 45, 17)
    )
    assert taken_at(jpeg(exif=block)) == f"{LOCAL}+03:00"


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([text(0x9003, DATE), text(0x9004, DATE), text(0x9012, b"+02:00")], f"{LOCAL}+02:00"),
        ([text(0x9003, DATE), text(0x9004, b"2007:06:30 19:45:17"), text(0x9012, b"+02:00")], LOCAL),
        ([text(0x9003, DATE), (0x882A, 8, 1, b"\xfb\xff")], f"{LOCAL}-05:00"),
        ([text(0x9003, DATE), (0x882A, 8, 1, b"\x63\x00")], LOCAL),
    ],
)
def test_taken_at__offset_of_another_entry(entries: list[Any], expected: str) -> None:
    assert taken_at(jpeg(exif=exif_block(exif=entries))) == expected


def test_taken_at__offset_of_xmp_is_not_the_cameras() -> None:
    data = jpeg(exif=exif_block(exif=[text(0x9003, DATE)]), xmp=attribute("xmp:CreateDate", f"{LOCAL}+09:00"))
    assert taken_at(data) == LOCAL


def test_taken_at__order_of_sources() -> None:
    """Each source gives a year of its own; the next one counts where the former is missing."""
    sources: list[dict[str, Any]] = [
        {"exif": [text(0x9003, b"2001:01:01 01:01:01")]},
        {"xmp": 'exif:DateTimeOriginal="2002-01-01T01:01:01"'},
        {"xmp": 'photoshop:DateCreated="2003-01-01T01:01:01"'},
        {"iptc": [(2, 55, b"20040101"), (2, 60, b"010101")]},
        {"exif": [text(0x9004, b"2005:01:01 01:01:01")]},
        {"xmp": 'xmp:CreateDate="2006-01-01T01:01:01"'},
        {"iptc": [(2, 62, b"20070101"), (2, 63, b"010101")]},
        {"gps": satellites(b"2008:01:01", 1, 1, 1)},
        {"main": [text(0x0132, b"2009:01:01 01:01:01")]},
    ]
    for first in range(len(sources)):
        kept: dict[str, list[Any]] = {"main": [], "exif": [], "gps": [], "xmp": [], "iptc": []}
        for source in sources[first:]:
            for name, value in source.items():
                kept[name] += value if isinstance(value, list) else [value]
        data = jpeg(
            exif=exif_block(kept["main"], kept["exif"], kept["gps"]),
            xmp=packet(" ".join(kept["xmp"])),
            resources=resources(records(*kept["iptc"])),
        )
        assert str(taken_at(data))[:4] == str(2001 + first)


def test_taken_at__date_with_time_before_date_alone() -> None:
    data = jpeg(xmp=packet('photoshop:DateCreated="2016-01-28" xmp:CreateDate="2016-01-28T12:21:20"'))
    assert taken_at(data) == "2016-01-28T12:21:20"


def test_taken_at__movie_header_of_heic() -> None:
    seconds = 3_266_592_317  # 2007-07-06T...: seconds of UTC since 1904
    header = struct.pack(">II", 8 + 8 + 100, 0x6D6F6F76) + struct.pack(">II", 108, 0x6D766864)
    movie = header + struct.pack(">III", 0, seconds, seconds) + bytes(88)
    assert taken_at(heic() + movie) == "2007-07-06T18:45:17+00:00"


def test_read_time__long_text_is_none() -> None:
    assert read_time("2007:06:30 18:45:17 " + "x" * 100) is None


def test_read_offset__any_quarter() -> None:
    spelled = [
        f"{sign}{hours:02}:{minutes:02}"
        for sign in "+-"
        for hours in range(12)
        for minutes in (0, 15, 30, 45)
    ]
    minutes = [read_offset(text) for text in spelled]
    assert None not in minutes
    assert [str(CaptureTime(read_time(LOCAL).wall, value))[19:] for value in minutes][1:48] == spelled[1:48]  # type: ignore[union-attr]


DIFFERENT_DATES = {
    b"2007:06:30 06:45:17 PM": "exiftool leaves out the half of the day",
    b"2007:06:30 12:45:17 am": "exiftool leaves out the half of the day",
    b"2007:06:30 23:59:60": "no clock of Python has a leap second",
    b"2007:06:30 24:15:05": "exiftool takes it for the next day",
    b"2007:06:30 24:00:05": "exiftool takes it for the next day",
    b"2007:02:29 00:00:00": "exiftool takes it for 1 March",
    b"2007:06:30 25:00:00": "exiftool takes it for the next day",
    b"2007:06:30 18:61:17": "exiftool takes it for the next hour",
    b"2007:13:30 18:45:17": "exiftool takes it for the next year",
    b"2007:00:00 00:00:00": "exiftool takes it for the year before",
    b"1825:06:30 18:45:17": "before the oldest photograph",
    b"1970:01:01 00:00:00": "a clock that was never set",
    b"2107:06:30 18:45:17": "in the future",
    b"2007": "exiftool takes it for 1 January",
    b"2007:06": "exiftool takes it for the first of the month",
}
READ_HERE_ONLY = {
    *(b"20070630 184517", b"20070630T184517", b"Sat Jun 30 18:45:17 2007"),
    *(b"30.06.2007 18:45:17", b"30/06/2007 18:45:17", b"06/30/2007 18:45:17"),
    *(b"Sat Jun 30 18:45:17 CEST 2007", b"Sat Jun 30 18:45:17 GMT 2007"),
    "2007年6月30日18:45:17".encode("shift_jis"),
}
"""Exiftool shows these as they are."""


@needs_exiftool
def test_taken_at__as_exiftool_reads_it(tmp_path: Path) -> None:
    """Exiftool reads the date of each row as we do, or the difference is explained above."""
    for number, row in enumerate(EXIF):
        (tmp_path / f"{number:03}.jpg").write_bytes(dated(*row[:3]))
    dates = exiftool(tmp_path, "-d", "%Y-%m-%dT%H:%M:%S", "-DateTimeOriginal")
    for (date, *_, expected), found in zip(EXIF, dates, strict=True):
        theirs = found.get("DateTimeOriginal", "")
        if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", theirs):
            assert (expected or "")[:19] == theirs or date in DIFFERENT_DATES, date
        else:
            assert expected is None or date in READ_HERE_ONLY, date


@needs_exiftool
def test_taken_at__offset_and_fraction_as_exiftool_joins_them(tmp_path: Path) -> None:
    """Exiftool joins only offsets of the form that Exif asks for, and all of these."""
    rows = [row for row in EXIF if row[0] == DATE]
    for number, row in enumerate(rows):
        (tmp_path / f"{number:03}.jpg").write_bytes(dated(*row[:3]))
    for (_, offset, _, expected), found in zip(
        rows, exiftool(tmp_path, "-SubSecDateTimeOriginal"), strict=True
    ):
        theirs = re.fullmatch(
            r"[\d: ]{19}(?:\.(\d+))?([+-]\d\d:\d\d)?", found.get("SubSecDateTimeOriginal", "")
        )
        if theirs is None or (theirs[2] and read_offset(theirs[2]) is None):
            continue  # not joined, or with an offset that no place uses
        ours = read_time(str(expected))
        assert ours is not None
        assert ours.wall.microsecond // 1000 == int((theirs[1] or "0")[:3].ljust(3, "0")), offset
        assert ours.offset_minutes == (read_offset(theirs[2]) if theirs[2] else None), offset


def exiftool(folder: Path, *options: str) -> list[dict[str, Any]]:
    command = ["exiftool", "-j", *options, *sorted(map(str, folder.iterdir()))]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return list(json.loads(done.stdout))
