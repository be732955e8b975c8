"""Files of which little is missing are shown, and how much is missing is known; others are refused."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from tests.thumbworker.imaging.broken_files import ENDS, EOI, JPEGS, MP4, NOISE, jpeg, kept
from tests.thumbworker.imaging.pictures import opened, saved, scene
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render

BROKEN = {Reason.TRUNCATED, Reason.DAMAGED}
USUAL = {"baseline", "gray with restarts", "progressive"}


def kinds(*, progressive: bool | None = None) -> list[Any]:
    """Return the kinds of JPEGs, of which all but three are left to the slow tests."""
    return [
        kind if kind in USUAL else pytest.param(kind, marks=pytest.mark.slow)
        for kind in JPEGS
        if progressive is None or progressive == ("progressive" in kind)
    ]


def outcome(data: bytes) -> int | None:
    """Return the missing thousandths of an image that is shown; ``None`` for a refusal."""
    try:
        return render(data).incomplete
    except Refused as refused:
        if refused.reason not in BROKEN:
            raise
        return None


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("share", [0.05, 0.3])
@pytest.mark.parametrize("kind", kinds())
def test_jpeg__most_missing_is_refused(kind: str, share: float, end: str) -> None:
    data = jpeg(kind)
    assert outcome(ENDS[end](data, kept(data, share))) is None


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("share", [0.6, 0.9])
@pytest.mark.parametrize("kind", kinds(progressive=False))
def test_sequential_jpeg__tenth_missing_is_refused(kind: str, share: float, end: str) -> None:
    data = jpeg(kind)
    assert outcome(ENDS[end](data, kept(data, share))) is None


@pytest.mark.parametrize("end", [end for end in ENDS if end != "the end of another jpeg"])
@pytest.mark.parametrize("kind", kinds(progressive=False))
def test_sequential_jpeg__share_of_missing_end_is_known(kind: str, end: str) -> None:
    data = jpeg(kind)
    missing = outcome(ENDS[end](data, kept(data, 0.97)))
    assert missing is not None
    assert 10 <= missing <= 45


@pytest.mark.parametrize(
    "end", ["cut", "zeros", "ff", "an html page", "a video with an end mark", "another jpeg"]
)
@pytest.mark.parametrize("share", [0.9, 0.95])
@pytest.mark.parametrize("kind", kinds(progressive=True))
def test_progressive_jpeg__last_refinement_missing_is_shown(kind: str, share: float, end: str) -> None:
    data = jpeg(kind)
    assert outcome(ENDS[end](data, kept(data, share))) == 1


@pytest.mark.parametrize("footer", [False, True])
@pytest.mark.parametrize(
    "end",
    [
        b"",
        b"\xff",
        bytes(3000),
        NOISE,
        MP4,
        EOI,
        EOI + NOISE,
        EOI + bytes(3000),
        EOI + jpeg("baseline")[:4000],
    ],
)
@pytest.mark.parametrize("kind", kinds())
def test_jpeg__whole_data_is_whole_whatever_follows(kind: str, end: bytes, footer: bool) -> None:
    data = jpeg(kind, small=True, footer=footer)
    assert outcome(data[:-2] + end) == 0


def test_jpeg__without_end_mark_looks_the_same() -> None:
    data = jpeg("baseline")
    whole, cut = render(data), render(data[:-2])
    assert [made.data for made in cut.renditions] == [made.data for made in whole.renditions]


@pytest.mark.parametrize("hole", [bytes(1), NOISE[:1]], ids=["zeros", "noise"])
@pytest.mark.parametrize("kind", kinds())
def test_jpeg__lost_third_in_the_middle_is_refused(kind: str, hole: bytes) -> None:
    data = jpeg(kind)
    start, end = kept(data, 0.05), kept(data, 0.4)
    filling = bytes(end - start) if hole == bytes(1) else (NOISE * 100)[: end - start]
    assert outcome(data[:start] + filling + data[end:]) is None


@pytest.mark.parametrize("kind", ["restarts by row", "restarts by block"])
def test_jpeg__lost_interval_is_known(kind: str) -> None:
    data = jpeg(kind)
    at = data.index(b"\xff\xd3", kept(data, 0.4))
    missing = outcome(data[: at - 20] + NOISE.replace(b"\xff", b"")[:40] + data[at + 20 :])
    assert missing is not None
    assert missing > 0


def test_jpeg__tiny_picture_cut_in_half_is_refused() -> None:
    data = saved(scene(48, 32), quality=90)
    assert outcome(data[: kept(data, 0.5)] + EOI) is None


REFINEMENTS = 5
"""Of Pillow's ten scans of a progressive JPEG, the last five."""


def scan_starts(data: bytes) -> list[int]:
    return [at for at in range(len(data)) if data.startswith(b"\xff\xda", at)]


@pytest.mark.parametrize("number", range(10))
def test_progressive_jpeg__lost_scan(number: int) -> None:
    data = jpeg("progressive")
    starts = [*scan_starts(data), len(data) - 2]
    assert len(starts) == 11
    lost = data[: starts[number]] + data[starts[number + 1] :]
    assert outcome(lost) == (1 if number >= REFINEMENTS else None)


@pytest.mark.parametrize("quality", [60, 98])
@pytest.mark.parametrize("color", [(9, 80, 120), (255, 255, 255)])
def test_progressive_jpeg__flat_image_is_whole(color: tuple[int, int, int], quality: int) -> None:
    image = Image.new("RGB", (1500, 1000), color)
    assert outcome(saved(image, progressive=True, quality=quality)) == 0


def scan_by_scan(planes: list[bytes]) -> bytes:
    """Join gray JPEGs of one size as the components of a baseline JPEG, each in a scan of its own."""
    first = planes[0]
    frame, scan = first.index(b"\xff\xc0"), first.index(b"\xff\xda")
    head = first[:frame] + struct.pack(">HHB", 0xFFC0, 17, 8) + first[frame + 5 : frame + 9] + b"\x03"
    head += b"".join(bytes((number, 0x11, 0)) for number in (1, 2, 3)) + first[frame + 13 : scan]
    parts = [plane[plane.index(b"\xff\xda") + 10 : -2] for plane in planes]
    scans = (
        b"\xff\xda\x00\x08\x01" + bytes((number, 0, 0, 63, 0)) + part for number, part in enumerate(parts, 1)
    )
    return head + b"".join(scans) + EOI


def test_jpeg__components_in_scans_of_their_own() -> None:
    channels = scene(320, 240).convert("YCbCr").split()
    data = scan_by_scan([saved(channel, quality=88) for channel in channels])
    last = data.rindex(b"\xff\xda")
    body = len(data) - last
    assert outcome(data) == 0
    assert outcome(data[:-2]) == 0
    assert outcome(data[:last] + EOI) is None
    assert outcome(data[: last + body // 2] + EOI) is None
    assert 0 < (outcome(data[: last + int(0.98 * body)]) or 0) < 45


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_multi_picture_jpeg__second_picture_cut(share: float) -> None:
    second = jpeg("baseline")
    assert outcome(jpeg("4:4:4") + second[: int(share * len(second))]) == 0


def test_jpeg__preview_in_exif_does_not_stand_for_the_picture() -> None:
    preview = saved(scene(160, 120))
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00" + preview
    data = saved(scene(640, 480), exif=exif)
    assert outcome(data) == 0
    at = data.rindex(b"\xff\xda")
    assert outcome(data[: at + (len(data) - at) // 2]) is None


def test_jpeg__twelve_bits_are_not_supported() -> None:
    data = bytearray(jpeg("baseline"))
    data[data.index(b"\xff\xc0") + 4] = 12
    with pytest.raises(Refused) as refused:
        render(bytes(data))
    assert refused.value.reason is Reason.FORMAT_NOT_SUPPORTED


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


PNG = saved(scene(320, 240), "PNG")
IEND = PNG.rindex(b"IEND") - 4


def png_rows(*, interlaced: bool) -> bytes:
    """Return the rows of the PNG before compression; ``interlaced`` in Adam7's order, without filters."""
    image = scene(320, 240)
    rows = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]
    body = b""
    for _, top, across, down in rows if interlaced else [(0, 0, 1, 1)]:
        for row in range(top, 240, down):
            line = image.crop((0, row, 320, row + 1)).resize((320 // across, 1), box=(0, 0, 320, 1)).tobytes()
            body += b"\x00" + line
    return body


PNG_ROWS = {interlaced: png_rows(interlaced=interlaced) for interlaced in (False, True)}


def png_in_one_chunk(*, interlaced: bool = False, level: int = 6) -> bytes:
    """Return the PNG with one chunk of data."""
    body = PNG_ROWS[interlaced]
    header = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, int(interlaced))
    return PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body, level)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("share", "shown"), [(0.3, False), (0.6, False), (0.9, False), (0.98, True)])
def test_png__cut(interlaced: bool, share: float, shown: bool) -> None:
    data = png_in_one_chunk(interlaced=interlaced)
    assert outcome(data) == 0
    missing = outcome(data[: int(share * len(data))])
    assert (missing is not None and 5 < missing < 50) is shown
    for end in (bytes(len(data) // 4), NOISE * 20):
        assert outcome(data[: int(share * len(data))] + end) is None


def test_png__all_rows_without_end_chunk() -> None:
    assert outcome(PNG[:IEND]) == 0
    assert outcome(PNG[:IEND] + bytes(2_000_000)) == 0


def test_png__wrong_checksum_of_right_data() -> None:
    data = bytearray(PNG)
    data[IEND - 1] ^= 1
    assert outcome(bytes(data)) == 0


@pytest.mark.parametrize("level", [0, 6], ids=["stored", "compressed"])
@pytest.mark.parametrize("share", [0.2, 0.6])
def test_png__changed_data_is_refused(share: float, level: int) -> None:
    data = bytearray(png_in_one_chunk(level=level))
    data[int(share * len(data))] ^= 0x55
    assert outcome(bytes(data)) is None


def test_png__changed_data_that_inflates_is_refused() -> None:
    stored = zlib.compress(b"".join(b"\x00" + bytes(3 * 1000) for _ in range(1000)), 0)
    chunks = [chunk(b"IDAT", stored[at : at + 65536]) for at in range(0, len(stored), 65536)]
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1000, 1000, 8, 2, 0, 0, 0))
    changed = bytearray(chunks[4])
    changed[1000] ^= 0x55
    data = [PNG[:8], header, *chunks, chunk(b"IEND", b"")]
    assert outcome(b"".join(data)) == 0
    data[6] = bytes(changed)
    assert outcome(b"".join(data)) is None


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("rows", "missing"), [(240, 0), (233, 30), (120, None)])
def test_png__data_that_ends_properly_before_the_image(
    rows: int, missing: int | None, interlaced: bool
) -> None:
    chunks = PNG_ROWS[interlaced]
    body = chunks[: len(chunks) * rows // 240]
    header = struct.pack(">IIBBBBB", 320, 240, 8, 2, 0, 0, int(interlaced))
    data = PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(body)) + chunk(b"IEND", b"")
    assert outcome(data) == missing


def test_png__wrong_checksum_of_zlib() -> None:
    data = bytearray(png_in_one_chunk())
    at = data.rindex(b"IEND") - 12
    body = data[data.index(b"IDAT") + 4 : at] + b"1234"
    whole = data[: data.index(b"IDAT") - 4] + chunk(b"IDAT", bytes(body)) + chunk(b"IEND", b"")
    assert outcome(bytes(whole)) == 0


@pytest.mark.parametrize("kind", [b"tEXt", b"gAMA", b"IEND"])
def test_png__wrong_checksum_outside_of_the_image(kind: bytes) -> None:
    body = {b"tEXt": b"Title\x00x", b"gAMA": struct.pack(">I", 45455), b"IEND": b""}[kind]
    broken = chunk(kind, body)[:-1] + b"!"
    data = PNG[:IEND] + broken if kind == b"IEND" else PNG[:33] + broken + PNG[33:]
    assert outcome(data) == 0


def test_png__without_its_palette() -> None:
    data = saved(scene(64, 48).quantize(16), "PNG")
    at = data.index(b"PLTE") - 4
    assert outcome(data[:at] + data[at + 12 + int.from_bytes(data[at : at + 4], "big") :]) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (1, 3), (9, 2), (40, 30)])
def test_png__marks_of_rows_do_not_stay(mode: str, size: tuple[int, int]) -> None:
    data = saved(Image.new("L", size, 255).convert(mode), "PNG")
    picture = render(data)
    assert picture.incomplete == 0
    shown = opened(picture.renditions[-1].data).convert("L").tobytes()
    assert max(shown) - min(shown) <= 4


def test_png__animation_cut_in_its_second_frame() -> None:
    data = saved(scene(320, 240), "PNG", save_all=True, append_images=[scene(320, 240, seed=2)])
    at = data.index(b"fdAT")
    assert outcome(data) == 0
    assert outcome(data[: at + 2000]) == 0
    assert outcome(data[: at // 2]) is None


def tiff(compression: str, **options: object) -> bytes:
    return saved(scene(320, 240), "TIFF", compression=compression, strip_size=320 * 3 * 4, **options)


OTHERS: dict[str, bytes] = {
    "GIF": saved(scene(320, 240).quantize(64), "GIF", interlace=0),
    "interlaced GIF": saved(scene(320, 240).quantize(64), "GIF", interlace=1),
    "TIFF": tiff("raw"),
    "TIFF, LZW": tiff("tiff_lzw"),
    "TIFF, Deflate": tiff("tiff_adobe_deflate"),
    "WebP": saved(scene(320, 240), "WEBP", quality=90),
    "lossless WebP": saved(scene(320, 240), "WEBP", lossless=True),
    "AVIF": saved(scene(320, 240), "AVIF", quality=80),
}


@pytest.mark.parametrize("share", [0.15, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("kind", OTHERS)
def test_other_formats__cut_is_refused(kind: str, share: float) -> None:
    data = OTHERS[kind]
    assert outcome(data) == 0
    assert outcome(data[: int(share * len(data))]) is None


@pytest.mark.parametrize("kind", ["GIF", "interlaced GIF"])
def test_gif__last_rows_missing(kind: str) -> None:
    data = OTHERS[kind]
    assert 0 < (outcome(data[: int(0.98 * len(data))]) or 0) < 50


@pytest.mark.parametrize("kind", ["GIF", "interlaced GIF"])
def test_gif__zeros_are_refused(kind: str) -> None:
    data = OTHERS[kind]
    half = len(data) // 2
    assert outcome(data[:half] + bytes(half)) is None


def test_load_rows__rows_that_look_missing_are_not() -> None:
    image = Image.new("P", (64, 64), 0)
    image.putpalette([0, 0, 0] * 256)
    assert outcome(saved(image, "GIF")) == 0
    assert opened(render(saved(image, "GIF")).renditions[-1].data).size == (64, 64)
