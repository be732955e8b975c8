"""Every way in which a file names its colors, in every format that has it."""

from __future__ import annotations

import struct
import zlib

import pytest
from PIL import Image

from tests.thumbworker.imaging.color_files import (
    DEEP_PATCHES,
    HLG,
    PATCHES,
    PQ,
    PRIMARIES_CODES,
    avif,
    chrm,
    cicp,
    clap,
    dcf_exif,
    gama,
    largest_difference,
    patch_colors,
    patches,
    png,
    png16,
    pq,
    tiff,
    with_properties,
)
from tests.thumbworker.imaging.deep_files import DEEP_FILES, deep_file
from tests.thumbworker.imaging.exif_blocks import ratios
from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.icc_files import GREEN_AND_BLUE_SWAPPED, rgb_profile
from tests.thumbworker.imaging.pictures import CORNERS, corners, distance, opened, quarters, saved
from thumbworker.imaging import render
from thumbworker.imaging.formats import avif as avif_pixels

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
    ("BT.2020", PQ),
    ("BT.2020", HLG),
    ("P3", PQ),
    ("P3", HLG),
]


def shown(data: bytes) -> Image.Image:
    """Return the rendition that is kept exactly for flat patches."""
    return opened(render(data).renditions[0].data)


def nclx(primaries: int, transfer: int, matrix: int = 6) -> bytes:
    return b"nclx" + struct.pack(">HHHB", primaries, transfer, matrix, 0x80)


def code_points(primaries: int, transfer: int) -> bytes:
    """Return the tag of a profile that holds them."""
    return b"cicp" + bytes(4) + bytes([primaries, transfer, 0, 1])


def difference(data: bytes) -> float:
    return largest_difference(patch_colors(shown(data)), PATCHES)


@pytest.mark.parametrize(("primaries", "transfer"), H273)
def test_png__cicp(primaries: str, transfer: int) -> None:
    data = png(patches(primaries, transfer), cicp(PRIMARIES_CODES[primaries], transfer))
    assert difference(data) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize(("primaries", "transfer"), [case for case in H273 if case[1] != PQ])
def test_avif__nclx(primaries: str, transfer: int) -> None:
    assert (
        difference(avif(patches(primaries, transfer), PRIMARIES_CODES[primaries], transfer))
        <= LARGEST_DIFFERENCE
    )


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


@pytest.mark.parametrize(
    ("primaries", "exponent"),
    [("P3", 2.2), ("Adobe RGB", 2.2), ("BT.709", 1.8), ("BT.2020", 2.4), ("P3 theater", 2.6)],
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


EXIF_R98 = b"eXIf", dcf_exif(b"R98", 1)
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
    found = [
        shown(data).getpixel((16, 16)) for data in (with_profile, avif(image, 9, 16, icc_profile=profile))
    ]
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


BROKEN_COLR = {
    "another type": b"abcd" + bytes(20),
    "nclc of QuickTime": b"nclc" + struct.pack(">HHH", 1, 1, 1),
    "no range": nclx(12, 13)[:-1],
    "no type": b"nc",
    "short": b"nclx\x00\x01\x00",
    "empty profile": b"prof",
    "profile of garbage": b"prof" + b"garbage" * 5,
    "reserved primaries": nclx(3, 13),
    "reserved transfer": nclx(12, 3),
    "reserved matrix": nclx(1, 13, 3),
    "unknown matrix": nclx(1, 13, 99),
    "all ones": b"nclx" + b"\xff" * 7,
}


@pytest.mark.parametrize("case", BROKEN_COLR)
def test_heic__broken_colr_is_srgb(case: str) -> None:
    plain = corners(shown(heic(2, 1)))
    for place in ("colr", "colr_of_tiles"):
        found = corners(shown(heic(2, 1, **{place: BROKEN_COLR[case]})))
        assert largest_difference(list(found.values()), list(plain.values())) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("case", BROKEN_COLR)
def test_avif__broken_colr_is_srgb(case: str) -> None:
    plain = saved(patches(), "AVIF", quality=100, subsampling="4:4:4").replace(b"colrnclx", b"freenclx")
    data = with_properties(plain, (b"colr", BROKEN_COLR[case]), essential=False)
    assert difference(data) <= LARGEST_DIFFERENCE


BEST: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 100, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
    "TIFF": {},
}


@pytest.mark.parametrize("file_format", BEST)
@pytest.mark.parametrize(("primaries", "transfer"), [("BT.2020", PQ), ("P3", PQ), ("BT.2020", HLG)])
def test_profile__high_dynamic_range_by_its_code_points(
    primaries: str, transfer: int, file_format: str
) -> None:
    profile = rgb_profile(more={b"cicp": code_points(PRIMARIES_CODES[primaries], transfer)})
    image = patches(primaries, transfer)
    data = saved(image, file_format, icc_profile=profile, **BEST[file_format])
    lossy = file_format in {"JPEG", "AVIF"}  # and eight bits of PQ are few
    assert difference(data) <= LARGEST_DIFFERENCE * (2 if lossy else 1)


def test_profile__high_dynamic_range_of_16_bits() -> None:
    profile = rgb_profile(more={b"cicp": code_points(9, PQ)})
    embedded = b"iCCP", b"x\x00\x00" + zlib.compress(profile)
    found = patch_colors(shown(png16(DEEP_PATCHES, "BT.2020", PQ, embedded)), len(DEEP_PATCHES))
    assert largest_difference(found, DEEP_PATCHES) <= LARGEST_DIFFERENCE


WITH_POINTS = rgb_profile(more={b"cicp": code_points(9, PQ)})
AT_POINTS = WITH_POINTS.index(b"cicp")


@pytest.mark.parametrize(
    "profile",
    [
        rgb_profile(more={b"cicp": code_points(9, 13)}),
        rgb_profile(more={b"cicp": code_points(3, PQ)}),
        rgb_profile(more={b"cicp": code_points(9, 77)}),
        rgb_profile(more={b"cicp": code_points(9, PQ)[:9]}),
        rgb_profile(more={b"cicp": b"data" + code_points(9, PQ)[4:]}),
        WITH_POINTS[: AT_POINTS + 4] + b"\xff" * 4 + WITH_POINTS[AT_POINTS + 8 :],
    ],
    ids=["sRGB", "reserved primaries", "reserved transfer", "short", "other type", "offset beyond the end"],
)
def test_profile__whose_code_points_are_none_of_high_dynamic_range(profile: bytes) -> None:
    image = patches()
    assert shown(saved(image, "PNG", icc_profile=profile)) == shown(
        saved(image, "PNG", icc_profile=rgb_profile())
    )


@pytest.mark.parametrize("length", [0, 40, 131, 140, AT_POINTS + 6])
def test_profile__cut_with_code_points_is_ignored(length: int) -> None:
    assert difference(saved(patches(), "TIFF", icc_profile=WITH_POINTS[:length])) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("transfer", [PQ, HLG])
@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "I;16"])
def test_png__every_mode_with_high_dynamic_range(mode: str, transfer: int) -> None:
    wanted = [(230, 230, 230), (30, 30, 30)]
    gray = patches("BT.2020", transfer, (wanted[0], wanted[1]))
    if mode == "RGBA":
        clear = gray.convert("RGBA")
        clear.paste((0, 0, 0, 0), (16, 0, 32, 16))
        image, wanted[1] = clear, (255, 255, 255)
    elif mode == "I;16":
        image = gray.convert("L").convert("I").point(lambda level: level * 257).convert("I;16")
    else:
        image = gray.quantize(4) if mode == "P" else gray.convert(mode)
    found = patch_colors(shown(png(image, cicp(9, transfer))), 2)
    assert largest_difference(found, wanted) <= LARGEST_DIFFERENCE


def test_pq__highlights_keep_their_order_and_paper_its_place() -> None:
    levels = [round(255 * pq(nits)) for nits in (10, 50, 203, 1000, 4000)]
    image = Image.new("RGB", (80, 16))
    for place, level in enumerate(levels):
        image.paste((level, level, level), (16 * place, 0, 16 * place + 16, 16))
    found = [color[0] for color in patch_colors(shown(png(image, cicp(9, PQ))), 5)]
    assert found == sorted(set(found))
    assert 150 < found[2] < 240
    assert found[4] >= 254


def test_pq__single_bright_pixel_does_not_darken() -> None:
    image = patches("BT.2020", PQ)
    image.putpixel((3, 3), (255, 255, 255))
    assert difference(png(image, cicp(9, PQ))) <= LARGEST_DIFFERENCE


def test_cmyk__names_of_rgb_are_ignored() -> None:
    exif = b"Exif\x00\x00" + dcf_exif()
    image = Image.new("CMYK", (32, 32), (0, 200, 100, 30))
    found = [
        shown(saved(image, quality=100, **options)).getpixel((16, 16)) for options in ({}, {"exif": exif})
    ]
    assert found[0] == found[1]


def test_srgb__by_any_name_is_not_converted() -> None:
    image = patches()
    plain = render(png(image)).renditions[0].data
    for chunks in ([cicp(1, 13)], [(b"sRGB", b"\x00")], [chrm("BT.709"), gama(2.2)], [EXIF_R98]):
        assert render(png(image, *chunks)).renditions[0].data == plain


def test_nclx__data_space_of_android_is_srgb() -> None:
    assert difference(avif(patches(), 5, 1)) <= LARGEST_DIFFERENCE


def test_gain_map__base_picture_is_shown() -> None:
    base, gains = patches(), Image.new("L", (64, 8), 200)
    jpeg = saved(base, "MPO", save_all=True, append_images=[gains], quality=100, subsampling=0)
    assert difference(jpeg) <= LARGEST_DIFFERENCE
    assert corners(shown(heic(2, 2, gain_map=True))) == corners(shown(heic(2, 2)))


@pytest.mark.parametrize(
    ("boxes", "size", "shown_colors"),
    [
        ([clap(20, 10)], (20, 10), ("top left", "top right", "bottom left", "bottom right")),
        ([clap(20, 10, -30, -20)], (20, 10), ("top left",) * 4),
        ([clap(20, 10, 30, 20)], (20, 10), ("bottom right",) * 4),
        ([clap(20, 10, 30, -20), (b"irot", b"\x01")], (10, 20), ("top right",) * 4),
        ([(b"irot", b"\x01"), clap(20, 10, 10, -20)], (20, 10), ("bottom right",) * 4),
        ([(b"irot", b"\x01")], (60, 100), ("top right", "bottom right", "top left", "bottom left")),
        ([(b"irot", b"\x02")], (100, 60), ("bottom right", "bottom left", "top right", "top left")),
        ([(b"irot", b"\x03")], (60, 100), ("bottom left", "top left", "bottom right", "top right")),
        ([(b"imir", b"\x00")], (100, 60), ("bottom left", "bottom right", "top left", "top right")),
        ([(b"imir", b"\x01")], (100, 60), ("top right", "top left", "bottom right", "bottom left")),
        (
            [(b"irot", b"\x01"), (b"imir", b"\x01")],
            (60, 100),
            ("bottom right", "top right", "bottom left", "top left"),
        ),
        (
            [(b"imir", b"\x01"), (b"irot", b"\x01")],
            (60, 100),
            ("top left", "bottom left", "top right", "bottom right"),
        ),
        ([clap(0, 10)], (100, 60), ("top left", "top right", "bottom left", "bottom right")),
        ([clap(20, 10, 500, 0)], (100, 60), ("top left", "top right", "bottom left", "bottom right")),
        ([clap(900, 900)], (100, 60), ("top left", "top right", "bottom left", "bottom right")),
        ([(b"clap", bytes(32))], (100, 60), ("top left", "top right", "bottom left", "bottom right")),
    ],
)
def test_avif__crop_rotation_and_mirror(
    boxes: list[tuple[bytes, bytes]], size: tuple[int, int], shown_colors: tuple[str, ...]
) -> None:
    image = quarters(100, 60)
    exif = image.getexif()
    data = with_properties(saved(image, "AVIF", quality=100, subsampling="4:4:4", exif=exif), *boxes)
    picture = render(data)
    assert (picture.width, picture.height) == size
    found = corners(opened(picture.renditions[0].data))
    places = ("top left", "top right", "bottom left", "bottom right")
    assert {
        place: found[place]
        for place, name in zip(places, shown_colors, strict=True)
        if distance(found[place], CORNERS[name]) > 24
    } == {}


@pytest.mark.parametrize(("kind", "transfer"), DEEP_FILES)
def test_ten_bits__avif_and_heic(kind: str, transfer: str) -> None:
    found = patch_colors(shown(deep_file(kind, transfer)))
    assert largest_difference(found, DEEP_PATCHES) <= LARGEST_DIFFERENCE


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize(
    ("primaries", "transfer"), [("BT.2020", PQ), ("BT.2020", HLG), ("P3", PQ), ("P3", 8)]
)
def test_png__sixteen_bits_are_exact(primaries: str, transfer: int, alpha: bool) -> None:
    colors = (*DEEP_PATCHES, (6, 6, 6), (60, 10, 10), (3, 3, 30), (0, 0, 0))
    chunk = cicp(PRIMARIES_CODES[primaries], transfer)
    found = patch_colors(shown(png16(colors, primaries, transfer, chunk, alpha=alpha)), len(colors))
    wanted = [*colors[:-1], (255, 255, 255) if alpha else colors[-1]]
    assert largest_difference(found, wanted) <= 2.0


def test_png__sixteen_bits_of_linear_light_by_gama() -> None:
    colors = (*DEEP_PATCHES, (6, 6, 6), (60, 10, 10))
    found = patch_colors(shown(png16(colors, "P3", 1.0, chrm("P3"), gama(1.0))), len(colors))
    assert largest_difference(found, colors) <= 2.0


def test_avif__high_dynamic_range_with_crop_and_transparency() -> None:
    image = patches("BT.2020", PQ, ((230, 230, 230), (128, 128, 128), (30, 30, 30), (0, 0, 0))).convert(
        "RGBA"
    )
    image.paste((0, 0, 0, 0), (48, 0, 64, 16))
    assert patch_colors(shown(avif(image, 9, PQ)), 4)[3] == (255, 255, 255)
    cropped = with_properties(avif(image.convert("RGB"), 9, PQ), clap(32, 16, 0, 0))
    found = patch_colors(shown(cropped), 2)
    assert largest_difference(found, [(128, 128, 128), (30, 30, 30)]) <= LARGEST_DIFFERENCE


def test_avif__that_only_pillow_opens_is_mapped_from_eight_bits() -> None:
    data = deep_file("avif", "HLG").replace(b"pixi", b"free")
    assert avif_pixels.decode(data, (128, 32), 3) is None
    found = patch_colors(shown(data))
    assert largest_difference(found, DEEP_PATCHES) <= LARGEST_DIFFERENCE


def test_avif__sequence_has_its_code_points_in_the_track() -> None:
    image = patches("P3")
    moving = saved(image, "AVIF", save_all=True, append_images=[image], quality=100, subsampling="4:4:4")
    track = moving.index(b"moov")
    named = moving[:track] + moving[track:].replace(nclx(1, 13), nclx(12, 13))
    assert named != moving
    assert difference(named) <= LARGEST_DIFFERENCE
