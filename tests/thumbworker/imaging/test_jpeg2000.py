"""JPEG 2000 renders at the resolution that is needed; what would cost too much is refused before."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from tests.thumbworker.imaging import jpeg2000_files as files
from tests.thumbworker.imaging.color_files import PATCHES, largest_difference, patch_colors, patches
from tests.thumbworker.imaging.exif_blocks import exif_block, short, text
from tests.thumbworker.imaging.icc_files import rgb_profile
from tests.thumbworker.imaging.metadata_files import listed, packet
from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, opened, quarters, saved, scene
from tests.thumbworker.imaging.raw_files import box
from thumbworker.contract.formats import Format, recognize
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render
from thumbworker.imaging.formats.jpeg2000 import EXIF_UUID, XMP_UUID
from thumbworker.imaging.formats.jpeg2000_stream import read_codestream

RGB = files.codestream(quarters())
GRAY = files.codestream(quarters().convert("L"))
SWAPPED = files.codestream(Image.merge("RGB", quarters().split()[::-1]))
CLEAR = quarters().convert("RGBA")
CLEAR.paste((0, 0, 0, 0), (0, 0, 80, 50))
WHITE = {**CORNERS, "top left": (255, 255, 255)}
GRAYS = dict(zip(CORNERS, ((v, v, v) for v in (87, 121, 77, 198)), strict=True))
INDEXES = Image.new("L", (160, 100))
for number, place in enumerate([(0, 0), (80, 0), (0, 50), (80, 50)]):
    INDEXES.paste(number, (*place, place[0] + 80, place[1] + 50))
LEVELS = quarters().convert("L").tobytes()
DEEP_GRAY = Image.frombytes("I;16", (160, 100), b"".join(struct.pack("<H", 257 * level) for level in LEVELS))
FOUR_BITS = Image.frombytes("L", (160, 100), bytes((level >> 4) - 8 + 128 for level in LEVELS))
"""At 8 bits, codes are around 128, at 4 bits around 8."""
COLORS = list(CORNERS.values())
OPAQUE = ((0, 0, 1), (1, 0, 2), (2, 0, 3))

SHOWN = {
    "bare": (RGB, CORNERS),
    "sRGB": (files.jp2(RGB, files.enumerated(16)), CORNERS),
    "no colr": (files.jp2(RGB), CORNERS),
    "JPX": (files.jp2(RGB, files.enumerated(16), brand=b"jpx "), CORNERS),
    "written by Pillow": (saved(quarters(), "JPEG2000"), CORNERS),
    "lossy": (files.codestream(quarters(), irreversible=True, quality_layers=[8], mct=1), CORNERS),
    "tiles": (files.codestream(quarters(), tile_size=(48, 48)), CORNERS),
    "precincts": (
        files.codestream(
            quarters(), precinct_size=(64, 64), codeblock_size=(32, 32), progression="RPCL", num_resolutions=2
        ),
        CORNERS,
    ),
    "no levels": (files.codestream(quarters(), num_resolutions=1), CORNERS),
    "offset": (files.codestream(quarters(), offset=(7, 5), tile_offset=(0, 0), tile_size=(64, 64)), None),
    "first colr counts": (files.jp2(RGB, files.enumerated(16), files.enumerated(18)), CORNERS),
    "unknown colr first": (files.jp2(RGB, files.enumerated(99), files.enumerated(16)), CORNERS),
    "code points of sRGB": (files.jp2(RGB, files.code_points(1, 13), brand=b"jpx "), CORNERS),
    "gray": (files.jp2(GRAY, files.enumerated(17)), GRAYS),
    "bare gray": (GRAY, GRAYS),
    "gray of 16 bits": (files.codestream(DEEP_GRAY), GRAYS),
    "gray of 4 bits": (files.with_bits(files.codestream(FOUR_BITS), 4), GRAYS),
    "sYCC": (saved(quarters().convert("YCbCr"), "JPEG2000"), CORNERS),
    "CMYK": (saved(quarters().convert("CMYK"), "JPEG2000"), CORNERS),
    "opacity": (saved(CLEAR, "JPEG2000"), WHITE),
    "bare opacity": (files.codestream(CLEAR), WHITE),
    "fourth channel without meaning": (
        files.jp2(files.codestream(CLEAR), files.enumerated(16), files.channels(*OPAQUE, (3, 65535, 65535))),
        {**CORNERS, "top left": (0, 0, 0)},
    ),
    "channels in another order": (
        files.jp2(SWAPPED, files.enumerated(16), files.channels((0, 0, 3), (1, 0, 2), (2, 0, 1))),
        CORNERS,
    ),
    "palette": (
        files.jp2(files.codestream(INDEXES), files.enumerated(16), files.palette(COLORS)),
        CORNERS,
    ),
    "palette with equal entries": (
        files.jp2(
            files.codestream(INDEXES.point([0, 2, 3, 4, *range(4, 256)])),
            files.enumerated(16),
            files.palette([COLORS[0], COLORS[0], *COLORS[1:]]),
        ),
        CORNERS,
    ),
    "palette mapped in another order": (
        files.jp2(
            files.codestream(INDEXES),
            files.enumerated(16),
            files.palette([color[::-1] for color in COLORS], (2, 1, 0)),
        ),
        CORNERS,
    ),
}


@pytest.mark.parametrize("kind", SHOWN)
def test_jpeg2000__is_shown_in_its_colors(kind: str) -> None:
    data, expected = SHOWN[kind]
    picture = render(data)
    assert picture.format == "JPEG2000"
    assert picture.incomplete == 0
    found = corners(opened(picture.renditions[-1].data))
    if expected:
        assert (picture.width, picture.height) == (160, 100)
        assert all(distance(found[name], color) < 20 for name, color in expected.items()), found


P3_PATCHES = patches("P3", 13)
COLORED = {
    "profile": files.jp2(files.codestream(patches("P3", 2.2)), files.profile(rgb_profile())),
    "any profile": files.jp2(
        files.codestream(patches("P3", 2.2)), files.profile(rgb_profile(), 3), brand=b"jpx "
    ),
    "code points": files.jp2(files.codestream(P3_PATCHES), files.code_points(12, 13), brand=b"jpx "),
    "ROMM RGB": files.jp2(files.codestream(patches("ROMM RGB", 1.8)), files.enumerated(21), brand=b"jpx "),
}


@pytest.mark.parametrize("kind", COLORED)
def test_jpeg2000__colors_are_converted(kind: str) -> None:
    shown = opened(render(COLORED[kind]).renditions[-1].data)
    assert largest_difference(patch_colors(shown), PATCHES) <= 3


def test_jpeg2000__orientation_facts_and_words() -> None:
    block = exif_block([short(0x0112, 6), text(0x010F, b"Maker")])
    said = packet('xmp:Rating="4"', listed("dc:subject", "Bag", "lake"))
    before = box(b"uuid", EXIF_UUID + block) + box(b"uuid", XMP_UUID + said)
    picture = render(files.jp2(RGB, files.enumerated(16), before=before))
    assert (picture.width, picture.height) == (100, 160)
    assert picture.metadata["make"] == "Maker"
    assert (picture.words["rating"], picture.words["keywords"]) == (4, ["lake"])


LARGE = files.codestream(Image.linear_gradient("L").resize((3301, 1703)))


def test_jpeg2000__large_image_is_decoded_at_half_its_size() -> None:
    stream = read_codestream(memoryview(LARGE))
    assert (stream.reduce_for((1600, 825)), stream.reduced(1)) == (1, (1651, 852))
    picture = render(LARGE)
    assert (picture.width, picture.height) == (3301, 1703)
    assert opened(picture.renditions[-1].data).size == (1600, 825)


@pytest.mark.parametrize(("side", "reduce"), [(1600, 0), (3198, 0), (3199, 1), (6397, 2), (60_000, 5)])
def test_reduce_for__smallest_that_is_enough(side: int, reduce: int) -> None:
    stream = read_codestream(memoryview(files.with_grid(GRAY, (side, side), (side, side))))
    assert stream.reduce_for((1600, 1600)) == reduce


@pytest.mark.parametrize(("tile", "reduce"), [(1024, 2), (1000, 2), (500, 2), (250, 1), (333, 0)])
def test_reduce_for__leaves_no_tile_without_pixels(tile: int, reduce: int) -> None:
    stream = read_codestream(memoryview(files.with_grid(GRAY, (8000, 6000), (tile, tile))))
    assert stream.reduce_for((1600, 1200)) == reduce


PHOTO = scene(320, 240)
WHOLE = {
    "lossless": files.codestream(PHOTO),
    "lossy": files.codestream(PHOTO, irreversible=True, quality_layers=[10], mct=1),
    "layers": files.codestream(PHOTO, quality_layers=[40, 20, 10]),
    "by resolution": files.codestream(PHOTO, progression="RLCP"),
    "tiles": files.codestream(PHOTO, tile_size=(64, 64)),
    "in boxes": saved(PHOTO, "JPEG2000"),
}


@pytest.mark.parametrize("share", [1 / 8, 1 / 2, 7 / 8])
@pytest.mark.parametrize("kind", WHOLE)
def test_jpeg2000__damage(kind: str, share: float) -> None:
    data = WHOLE[kind]
    at = int(share * len(data))
    hole = len(data) // 10
    for broken in (data[:at], data[:at] + bytes(len(data) - at), data[:at] + bytes(hole) + data[at + hole :]):
        with pytest.raises(Refused) as refused:
            render(broken)
        assert refused.value.reason in {Reason.DAMAGED, Reason.TRUNCATED}
    flipped = files.changed(data, at, bytes((data[at] ^ 1,)))
    assert render(flipped).incomplete == 0


def test_jpeg2000__empty_packets_are_not_missing() -> None:
    flat = Image.new("RGB", (1024, 768), (90, 120, 150))
    data = files.codestream(flat, precinct_size=(32, 32), codeblock_size=(16, 16))
    assert b"\x80" * 1000 in data
    assert render(data).incomplete == 0


@pytest.mark.parametrize(("dropped", "shown"), [(1, True), (3, False)])
def test_jpeg2000__lost_tiles_are_counted(dropped: int, shown: bool) -> None:
    data = files.codestream(PHOTO, tile_size=(40, 48))
    places = [at for at in range(len(data)) if data.startswith(b"\xff\x90\x00\x0a", at)]
    assert len(places) == 40
    cut = data[: places[-dropped]] + b"\xff\xd9"
    if shown:
        assert render(cut).incomplete == 25
    else:
        with pytest.raises(Refused) as refused:
            render(cut)
        assert refused.value.reason is Reason.TRUNCATED


def claiming(side: int, tile: int = 0, **coding: object) -> bytes:
    grid = files.with_grid(RGB, (side, side), (tile or side, tile or side))
    return files.with_coding(grid, **coding) if coding else grid  # type: ignore[arg-type]


TILE_CODING = b"\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x05\x00\x00\x00\x01"
SOD = RGB.index(b"\xff\x93")
HOSTILE = {
    "too many pixels": (claiming(20_000), Reason.TOO_MANY_PIXELS),
    "too long": (claiming(70_000), Reason.TOO_LONG),
    "small tiles": (claiming(250, 1), Reason.TOO_COSTLY),
    "many tiles": (claiming(250, 2), Reason.TOO_MANY_PARTS),
    "small blocks": (claiming(9000, block=0), Reason.TOO_COSTLY),
    "small precincts": (claiming(3000, precincts=b"\x11" * 6), Reason.TOO_COSTLY),
    "many layers": (claiming(1600, layers=65_535, precincts=b"\x66" * 6), Reason.TOO_MANY_PARTS),
    "no levels": (claiming(9000, levels=0), Reason.TOO_COSTLY),
    "a lie about the size": (claiming(9000), Reason.DAMAGED),
    "nine components": (files.changed(RGB, 40, b"\x00\x09"), Reason.FORMAT_NOT_SUPPORTED),
    "smaller chroma": (files.changed(RGB, 46, b"\x02\x02"), Reason.FORMAT_NOT_SUPPORTED),
    "24 bits": (files.with_bits(RGB, 24), Reason.SAMPLES_NOT_SUPPORTED),
    "no components": (files.changed(RGB, 40, b"\x00\x00"), Reason.DAMAGED),
    "no size": (files.with_grid(RGB, (0, 0), (1, 1)), Reason.DAMAGED),
    "no tile": (files.with_grid(RGB, (160, 100), (0, 0)), Reason.DAMAGED),
    "coding of a tile": (RGB[:SOD] + TILE_CODING + RGB[SOD:], Reason.TOO_MANY_PARTS),
    "header alone": (RGB[: RGB.index(b"\xff\x90")], Reason.TRUNCATED),
    "Lab": (files.jp2(RGB, files.enumerated(14)), Reason.FORMAT_NOT_SUPPORTED),
    "a matrix": (files.jp2(RGB, files.code_points(1, 13, 5)), Reason.FORMAT_NOT_SUPPORTED),
    "CMYK of three": (files.jp2(RGB, files.enumerated(12)), Reason.DAMAGED),
    "a channel too far": (files.jp2(RGB, files.channels((9, 0, 1), *OPAQUE[1:])), Reason.DAMAGED),
    "palette of 1000": (
        files.jp2(GRAY, files.palette([(1, 2, 3)] * 1000)),
        Reason.FORMAT_NOT_SUPPORTED,
    ),
    "palette cut": (
        files.jp2(GRAY, box(b"pclr", b"\x00\x04\x03\x07\x07\x07abc")),
        Reason.DAMAGED,
    ),
    "no codestream": (files.jp2(RGB)[: files.jp2(RGB).index(b"jp2c") - 4], Reason.TRUNCATED),
    "no header": (files.SIGNATURE + box(b"ftyp", b"jp2 "), Reason.DAMAGED),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_jpeg2000__hostile_is_refused(kind: str) -> None:
    data, reason = HOSTILE[kind]
    with pytest.raises(Refused) as refused:
        render(data)
    assert refused.value.reason is reason, refused.value


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        (RGB, Format.JPEG2000),
        (files.jp2(RGB), Format.JPEG2000),
        (files.SIGNATURE, Format.JPEG2000),
        (files.jp2(RGB, brand=b"mjp2"), Reason.VIDEO),
        (files.jp2(RGB, brand=b"jpm "), Reason.DOCUMENT),
    ],
)
def test_recognize__jpeg2000(beginning: bytes, found: Format | Reason) -> None:
    assert recognize(beginning) is found
