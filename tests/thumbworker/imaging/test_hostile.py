"""Files that are made to be expensive: refused by their header, or limited to their estimate."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from tests.thumbworker.imaging.heic_files import heic
from tests.thumbworker.imaging.pictures import opened, quarters, saved, scene
from thumbworker.contract.reasons import Reason
from thumbworker.imaging import Refused, render

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_RESIDENT_BYTES = 512 * 1024 * 1024

CHILD = """
import json, sys
from thumbworker.imaging import Refused, render
try:
    picture = render(sys.stdin.buffer.read())
    said = "shown"
except Refused as refused:
    said = str(refused.reason)
status = open("/proc/self/status").read()
print(json.dumps({"said": said, "resident_bytes": int(status.split("VmHWM:")[1].split()[0]) * 1024}))
"""


def in_a_child(data: bytes) -> tuple[str, int]:
    """What comes of the data in a process of its own, and that process's highest resident memory."""
    ended = subprocess.run([sys.executable, "-c", CHILD], input=data, capture_output=True, check=True)
    answer = json.loads(ended.stdout)
    return answer["said"], answer["resident_bytes"]


def refusal(data: bytes) -> Reason:
    started = time.process_time()
    with pytest.raises(Refused) as refused:
        render(data)
    assert time.process_time() - started < 2
    return refused.value.reason


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_with(data: bytes, *chunks: bytes) -> bytes:
    """The PNG with chunks put in behind its header."""
    return data[:33] + b"".join(chunks) + data[33:]


def png_claiming(width: int, height: int, bit_depth: int = 8, color_type: int = 2) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, bit_depth, color_type, 0, 0, 0)
    body = png_chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + body + png_chunk(b"IEND", b"")


def jpeg_claiming(width: int, height: int, **options: object) -> bytes:
    data = bytearray(saved(quarters(), **options))
    at = next(i for i in range(len(data)) if data[i] == 0xFF and data[i + 1] in {0xC0, 0xC2})
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_claiming(width: int, height: int) -> bytes:
    bits = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return b"RIFF" + struct.pack("<I", 30) + b"WEBPVP8L" + struct.pack("<I", 18) + b"\x2f" + bits + bytes(13)


@pytest.mark.parametrize(
    "data",
    [
        jpeg_claiming(65_500, 65_500),
        png_claiming(40_000, 40_000, 1, 0),
        b"GIF89a" + struct.pack("<HH", 65_535, 65_535) + b"\x00\x00\x00,"
        + struct.pack("<HHHH", 0, 0, 65_535, 65_535) + b"\x00\x02\x02D\x01\x00;",
        heic(claimed=(20_000, 20_000)),
    ],
    ids=["jpeg", "png-1-bit", "gif", "heic"],
)  # fmt: skip
def test_header__too_many_pixels(data: bytes) -> None:
    assert refusal(data) is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    "data", [png_claiming(70_000, 20), png_claiming(20, 70_000), png_claiming(2**31 - 1, 2**31 - 1)]
)
def test_header__too_long(data: bytes) -> None:
    assert refusal(data) is Reason.TOO_LONG


@pytest.mark.parametrize(
    "data",
    [
        jpeg_claiming(9_900, 9_900, progressive=True, subsampling=0),
        png_claiming(9_990, 9_990, 8, 6),
        webp_claiming(9_000, 9_000),
        webp_claiming(16_000, 16_000),
        heic(claimed=(16_000, 16_000)),
    ],
    ids=["progressive-4:4:4", "png-rgba", "webp", "webp-256mp", "heic"],
)
def test_header__too_much_memory(data: bytes) -> None:
    assert refusal(data) is Reason.TOO_COSTLY


def test_jpeg__thousand_scans() -> None:
    data = jpeg_claiming(8_000, 8_000, progressive=True)
    at = data.rindex(b"\xff\xda")
    assert refusal(data[:-2] + data[at:-2] * 1000 + b"\xff\xd9") is Reason.TOO_MANY_PARTS


def test_jpeg__too_few_bytes_for_size() -> None:
    assert refusal(jpeg_claiming(9_000, 9_000)) is Reason.TRUNCATED
    assert refusal(jpeg_claiming(12_000, 12_000)) is Reason.TRUNCATED


def test_png__text_bomb_is_not_inflated() -> None:
    bomb = zlib.compress(bytes(64_000_000), 9)
    chunks = [
        png_chunk(b"zTXt", b"Comment\x00\x00" + bomb),
        png_chunk(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + bomb),
        png_chunk(b"iCCP", b"profile\x00\x00" + bomb),
    ]
    said, resident_bytes = in_a_child(png_with(saved(quarters(), "PNG"), *chunks))
    assert said == "shown"
    assert resident_bytes < 100_000_000


def test_png__ten_thousand_comments() -> None:
    chunks = [png_chunk(b"tEXt", b"Comment\x00%d" % number) for number in range(10_000)]
    assert render(png_with(saved(quarters(), "PNG"), *chunks)).width == 160


def test_png__too_many_chunks() -> None:
    data = png_with(saved(quarters(), "PNG"), png_chunk(b"tEXt", b"") * 100_001)
    assert refusal(data) is Reason.TOO_MANY_PARTS


@pytest.mark.parametrize("file_format", ["GIF", "TIFF", "WEBP"])
def test_gif__frames_are_not_counted(file_format: str) -> None:
    frames = [Image.new("L", (8, 8), number % 251) for number in range(1500)]
    options = {"minimize_size": False} if file_format == "WEBP" else {}
    data = saved(quarters(8, 8).convert("L"), file_format, save_all=True, append_images=frames, **options)
    started = time.process_time()
    assert render(data).width == 8
    assert time.process_time() - started < 2


def test_tiff__page_loop_ends() -> None:
    data = bytearray(saved(quarters(20, 20), "TIFF"))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    assert render(bytes(data)).width == 20


def test_avif__hidden_huge_frame_is_limited() -> None:
    image = Image.new("RGB", (7_000, 7_000), "tomato")
    data = bytearray(saved(image, "AVIF", quality=20, speed=10, subsampling="4:4:4"))
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", 640, 640)
    said, resident_bytes = in_a_child(bytes(data))
    assert said in {Reason.DAMAGED, Reason.TOO_COSTLY}
    assert resident_bytes < 200_000_000


def test_heic__grid_larger_than_tiles() -> None:
    assert refusal(heic(claimed=(5_000, 5_000))) in {Reason.DAMAGED, Reason.TOO_COSTLY}


def test_tiff__one_huge_tile() -> None:
    data = saved(scene(64, 64), "TIFF", compression="tiff_lzw")
    directory = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, directory)[0]
    entries = [data[directory + 2 + 12 * i : directory + 14 + 12 * i] for i in range(count)]
    entries += [struct.pack("<HHII", tag, 4, 1, 60_000) for tag in (322, 323)]
    entries.sort(key=lambda entry: struct.unpack("<H", entry[:2]))
    tiled = data + struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    assert refusal(tiled[:4] + struct.pack("<I", len(data)) + tiled[8:]) is Reason.TOO_COSTLY


def gradient(width: int, height: int, mode: str) -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


LARGE: dict[str, Callable[[], bytes]] = {
    "baseline jpeg, 256 MP": lambda: saved(gradient(16_000, 16_000, "RGB"), quality=50),
    "progressive jpeg, 108 MP": lambda: saved(gradient(12_000, 9_000, "RGB"), quality=50, progressive=True),
    "png, 75 MP": lambda: saved(gradient(9_000, 8_300, "RGB"), "PNG", compress_level=1),
    "palette png, 299 MP": lambda: saved(gradient(20_000, 14_950, "P"), "PNG", compress_level=1),
    "gif, 299 MP": lambda: saved(gradient(20_000, 14_950, "L"), "GIF"),
    "webp, 28 MP": lambda: saved(gradient(7_000, 4_000, "RGBA"), "WEBP", method=0),
    "avif, 36 MP": lambda: saved(gradient(6_000, 6_000, "RGB"), "AVIF", speed=10),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells a process's highest resident memory")
@pytest.mark.parametrize("kind", LARGE)
def test_memory__largest_admitted_stay_below_limit(kind: str) -> None:
    said, resident_bytes = in_a_child(LARGE[kind]())
    assert said == "shown"
    assert resident_bytes < MAX_RESIDENT_BYTES


def test_render__one_pixel() -> None:
    assert opened(render(saved(Image.new("RGB", (1, 1), "tomato"), "PNG")).renditions[0].data).size == (1, 1)
