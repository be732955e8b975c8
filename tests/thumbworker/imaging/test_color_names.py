"""Every way in which a file names its colors, in every format that has it."""

from __future__ import annotations

import struct

import pytest
from PIL import Image

from tests.thumbworker.imaging.color_files import (
    HLG,
    PATCHES,
    PRIMARIES_CODES,
    avif,
    chrm,
    cicp,
    dcf_exif,
    gama,
    largest_difference,
    patch_colors,
    patches,
    png,
    tiff,
)
from tests.thumbworker.imaging.exif_blocks import ratios
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.icc_files import GREEN_AND_BLUE_SWAPPED, rgb_profile
from tests.thumbworker.imaging.pictures import corners, opened, saved
from thumbworker.imaging import render

LARGEST_DIFFERENCE = 3.0

H273 = [
    ("BT.709", 1),
    ("BT.709", 4),
    ("BT.709", 5),
    ("BT.709", 7),
    ("BT.709", 8),
    ("BT.709", 13),
    ("BT.601-625", 6),
    ("BT.601-525", 6),
    ("BT.2020", 1),
    ("BT.2020", 14),
    ("P3 theater", 13),
    ("P3", 13),
    ("BT.2020", 16),
    ("BT.2020", HLG),
    ("P3", 16),
    ("P3", HLG),
]


def shown(data: bytes) -> Image.Image:
    """Return the rendition that is kept exactly for flat patches."""
    return opened(render(data).renditions[0].data)


def difference(data: bytes) -> float:
    return largest_difference(patch_colors(shown(data)), PATCHES)


@pytest.mark.parametrize(("primaries", "transfer"), H273)
def test_png__cicp(primaries: str, transfer: int) -> None:
    data = png(patches(primaries, transfer), cicp(PRIMARIES_CODES[primaries], transfer))
    assert difference(data) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize(("primaries", "transfer"), H273)
def test_avif__nclx(primaries: str, transfer: int) -> None:
    assert difference(avif(patches(primaries, transfer), PRIMARIES_CODES[primaries], transfer)) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("of_tiles", [False, True])
@pytest.mark.parametrize(("primaries", "transfer"), H273)
def test_heic__nclx_is_as_cicp_of_same_codes(primaries: str, transfer: int, of_tiles: bool) -> None:
    code = PRIMARIES_CODES[primaries]
    stored = corners(shown(heic(colr=nclx(2, 2))))
    same = Image.new("RGB", (64, 64))
    for place, name in enumerate(["top left", "top right", "bottom left", "bottom right"]):
        left, top = 32 * (place % 2), 32 * (place // 2)
        same.paste(stored[name], (left, top, left + 32, top + 32))
    wanted = corners(shown(png(same, cicp(code, transfer))))
    found = corners(shown(heic(**{"colr_of_tiles" if of_tiles else "colr": nclx(code, transfer)})))
    assert largest_difference(list(found.values()), list(wanted.values())) <= LARGEST_DIFFERENCE


def nclx(primaries: int, transfer: int, matrix: int = 6) -> bytes:
    return b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80)


@pytest.mark.parametrize(
    ("primaries", "exponent"), [("P3", 2.2), ("Adobe RGB", 2.2), ("BT.709", 1.8), ("BT.2020", 2.4), ("P3 theater", 2.6)]
)
def test_png__chrm_and_gama(primaries: str, exponent: float) -> None:
    data = png(patches(primaries, exponent), chrm(primaries), gama(exponent))
    assert difference(data) <= LARGEST_DIFFERENCE


DCF = {
    "JPEG": lambda image: saved(image, "JPEG", quality=100, subsampling=0, exif=b"Exif\x00\x00" + dcf_exif()),
    "PNG": lambda image: png(image, (b"eXIf", dcf_exif())),
    "WEBP": lambda image: saved(image, "WEBP", lossless=True, exif=b"Exif\x00\x00" + dcf_exif()),
    "TIFF": lambda image: tiff(image, dcf=True),
}


@pytest.mark.parametrize("file_format", DCF)
def test_dcf__adobe_rgb_in_every_format(file_format: str) -> None:
    assert difference(DCF[file_format](patches("Adobe RGB", 563 / 256))) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize(
    ("index", "color_space", "adobe_rgb"),
    [
        (b"R03", 0xFFFF, True),
        (b"R03", 2, True),
        (b"R03", None, True),
        (b"R03\x00", 1, True),
        (b"THM", 2, True),
        (b"THM", 0xFFFF, False),
        (b"R98", 0xFFFF, False),
        (b"R98", 1, False),
        (b"", 0xFFFF, False),
    ],
)
def test_dcf__index_and_color_space(index: bytes, color_space: int | None, adobe_rgb: bool) -> None:
    exif = b"Exif\x00\x00" + dcf_exif(index, color_space)
    written = patches("Adobe RGB", 563 / 256) if adobe_rgb else patches()
    assert difference(saved(written, quality=100, subsampling=0, exif=exif)) <= LARGEST_DIFFERENCE


def test_tiff__chromaticities() -> None:
    white = ratios(318, (3127, 10_000), (3290, 10_000))
    primaries = ratios(319, *((round(1000 * value), 1000) for value in (0.68, 0.32, 0.265, 0.69, 0.15, 0.06)))
    assert difference(tiff(patches("P3", 2.2), [white, primaries])) <= LARGEST_DIFFERENCE


SWAPPED = rgb_profile(GREEN_AND_BLUE_SWAPPED, gamma=1.0)
P3_CICP = cicp(12, 13)

ORDER = {
    "cICP before ICC": (patches("P3"), [P3_CICP], {"icc_profile": SWAPPED}),
    "cICP before sRGB": (patches("P3"), [P3_CICP, (b"sRGB", b"\x00")], {}),
    "cICP before cHRM and gAMA": (patches("P3"), [P3_CICP, chrm("BT.2020"), gama(1.8)], {}),
    "cICP before DCF": (patches("P3"), [P3_CICP, (b"eXIf", dcf_exif())], {}),
    "sRGB before cHRM and gAMA": (patches(), [(b"sRGB", b"\x00"), chrm("BT.2020"), gama(1.8)], {}),
    "sRGB before DCF": (patches(), [(b"sRGB", b"\x00"), (b"eXIf", dcf_exif())], {}),
    "cHRM and gAMA before DCF": (patches("P3", 2.2), [chrm("P3"), gama(2.2), (b"eXIf", dcf_exif())], {}),
    "cICP of narrow range": (
        patches("P3").point(lambda level: 16 + level * 219 / 255),
        [cicp(12, 13, full_range=0)],
        {},
    ),
    "gAMA alone is ignored": (patches(), [gama(1.0)], {}),
    "cHRM alone is ignored": (patches(), [chrm("BT.2020")], {}),
    "transfer unspecified": (patches("P3"), [cicp(12, 2)], {}),
    "primaries unspecified": (patches("BT.709", 8), [cicp(2, 8)], {}),
}


@pytest.mark.parametrize("case", ORDER)
def test_png__first_usable_name_counts(case: str) -> None:
    image, chunks, options = ORDER[case]
    assert difference(png(image, *chunks, **options)) <= LARGEST_DIFFERENCE


def test_avif__icc_before_nclx() -> None:
    profile = rgb_profile(GREEN_AND_BLUE_SWAPPED)
    image = Image.new("RGB", (32, 32), (200, 40, 120))
    with_profile = saved(image, "AVIF", quality=100, subsampling="4:4:4", icc_profile=profile)
    assert b"nclx" in avif(image, 9, 16, icc_profile=profile)
    found = [shown(data).getpixel((16, 16)) for data in (with_profile, avif(image, 9, 16, icc_profile=profile))]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "chunks",
    [
        [cicp(2, 2)],
        [cicp(0, 13)],
        [cicp(3, 13)],
        [cicp(255, 255)],
        [cicp(12, 3)],
        [cicp(12, 13, matrix=1)],
        [(b"cICP", b"\x0c\x0d")],
        [(b"cICP", b"")],
        [(b"cICP", bytes(100))],
        [chrm("BT.2020"), (b"gAMA", bytes(4))],
        [chrm("BT.2020"), (b"gAMA", b"\xff\xff\xff\xff")],
        [chrm("BT.2020"), (b"gAMA", b"\x00\x00\x00\x01")],
        [chrm("BT.2020"), (b"gAMA", b"\x01")],
        [(b"cHRM", bytes(32)), gama(2.2)],
        [(b"cHRM", b"\xff" * 32), gama(2.2)],
        [(b"cHRM", struct.pack(">8I", *[30_000] * 8)), gama(2.2)],
        [(b"cHRM", struct.pack(">8I", 90_000, 90_000, *struct.unpack(">6I", chrm("P3")[1][8:]))), gama(2.2)],
        [(b"cHRM", chrm("P3")[1][:31]), gama(2.2)],
    ],
)
@pytest.mark.parametrize("then", ["nothing", "DCF"])
def test_png__broken_chunks_fall_through(chunks: list[tuple[bytes, bytes]], then: str) -> None:
    if then == "nothing":
        assert difference(png(patches(), *chunks)) <= LARGEST_DIFFERENCE
    else:
        written = patches("Adobe RGB", 563 / 256)
        assert difference(png(written, *chunks, (b"eXIf", dcf_exif()))) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize(("primaries", "transfer"), [(2, 2), (0, 0), (3, 13), (12, 3), (65535, 65535)])
def test_nclx__unknown_falls_through(primaries: int, transfer: int) -> None:
    assert difference(avif(patches(), primaries, transfer)) <= LARGEST_DIFFERENCE
