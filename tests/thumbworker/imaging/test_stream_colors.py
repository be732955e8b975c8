"""Colors that only the headers of AV1 and HEVC name."""

from __future__ import annotations

import re
import struct

import pytest

from tests.thumbworker.imaging.color_files import (
    DEEP_PATCHES,
    PATCHES,
    PRIMARIES_CODES,
    largest_difference,
    patch_colors,
    patches,
)
from tests.thumbworker.imaging.deep_files import DEEP_FILES, deep_file
from tests.thumbworker.imaging.pictures import opened, saved
from thumbworker.imaging import render
from thumbworker.imaging.colorimetry import SRGB
from thumbworker.imaging.formats import coded_items, item_properties
from thumbworker.imaging.formats.stream_colors import CodePoints, of_av1, of_hevc

SRGB_IN_BITS = f"1{1:08b}{13:08b}"
"""color_description_present_flag, color_primaries and transfer_characteristics (AV1, 5.5.2)."""


def without_colr(data: bytes) -> bytes:
    return data.replace(b"colrnclx", b"freenclx")


def avif_by_header(primaries: str, transfer: int, **options: object) -> bytes:
    """Return an AVIF of patches without ``colr``, whose sequence header has these code points."""
    data = saved(patches(primaries, transfer), "AVIF", quality=100, subsampling="4:4:4", **options)
    at = data.index(b"mdat") + 4
    bits = "".join(f"{byte:08b}" for byte in data[at : at + 32])
    named = f"1{PRIMARIES_CODES[primaries]:08b}{transfer:08b}"
    assert bits.count(SRGB_IN_BITS) == 1
    header = int(bits.replace(SRGB_IN_BITS, named), 2).to_bytes(32, "big")
    return without_colr(data[:at] + header + data[at + 32 :])


@pytest.mark.parametrize(
    ("primaries", "transfer"), [("P3", 13), ("BT.2020", 14), ("BT.709", 8), ("BT.709", 4)]
)
def test_avif__colors_of_the_sequence_header(primaries: str, transfer: int) -> None:
    data = avif_by_header(primaries, transfer)
    assert b"colr" not in data
    assert largest_difference(patch_colors(opened(render(data).renditions[-1].data)), PATCHES) <= 3


@pytest.mark.parametrize(("kind", "transfer"), DEEP_FILES)
def test_ten_bits__colors_of_the_stream(kind: str, transfer: str) -> None:
    whole = deep_file(kind, transfer)
    data = without_colr(whole)
    assert data != whole
    shown = patch_colors(opened(render(data).renditions[-1].data), len(DEEP_PATCHES))
    assert largest_difference(shown, DEEP_PATCHES) <= 3


@pytest.mark.parametrize(("kind", "transfer"), DEEP_FILES)
def test_stream__names_the_same_as_colr(kind: str, transfer: str) -> None:
    whole = deep_file(kind, transfer)
    named = item_properties.of_primary(whole)
    data = without_colr(whole)
    found = item_properties.of_primary(data).nclx or coded_items.color_of_avif(data, named.coded)
    assert found == named.nclx
    assert found is not None


@pytest.mark.parametrize("primaries", [5, 6])
@pytest.mark.parametrize("transfer", [1, 6])
def test_code_points__android_jfif_is_srgb(primaries: int, transfer: int) -> None:
    assert CodePoints(primaries, transfer, 5).space() is SRGB


def test_code_points__unspecified_name_nothing() -> None:
    assert CodePoints(2, 2, 6).space() is None


class Bits:
    """Writes bits and Exp-Golomb codes."""

    def __init__(self) -> None:
        self.text = ""

    def add(self, *fields: tuple[int, int]) -> Bits:
        for value, width in fields:
            self.text += f"{value:0{width}b}" if width else ""
        return self

    def numbers(self, *values: int) -> Bits:
        for value in values:
            self.text += "0" * ((value + 1).bit_length() - 1) + f"{value + 1:b}"
        return self

    def packed(self) -> bytes:
        padded = self.text + "1" + "0" * (-(len(self.text) + 1) % 8)
        return int(padded, 2).to_bytes(len(padded) // 8, "big")


NAMED = (1, 1), (12, 8), (13, 8), (6, 8)


def sequence_header(*, timing: bool = False, model: bool = False, profile: int = 0) -> bytes:
    """A sequence header that is not reduced, with every part that the options add."""
    bits = Bits().add((profile, 3), (0, 1), (0, 1), (int(timing), 1))
    if timing:
        bits.add((1, 32), (30, 32), (1, 1)).numbers(0).add((int(model), 1))
        if model:
            bits.add((9, 5), (1, 32), (9, 5), (9, 5))
    bits.add((1, 1), (1, 5))
    for level in (4, 9):
        bits.add((0, 12), (level, 5))
        if level > 7:
            bits.add((0, 1))
        if model:
            bits.add((1, 1), (0, 10), (0, 10), (0, 1))
        bits.add((1, 1), (5, 4))
    bits.add((9, 4), (9, 4), (639, 10), (479, 10), (1, 1), (3, 4), (2, 3), (0, 3), (0, 4))
    bits.add((1, 1), (0, 2), (1, 1), (0, 1), (0, 1), (6, 3), (0, 3))
    bits.add((1, 1), *([(1, 1)] if profile == 2 else []), *([] if profile == 1 else [(0, 1)]), *NAMED)
    body = bits.packed()
    return b"\x12\x00\x0a" + bytes((len(body),)) + body


@pytest.mark.parametrize("profile", [0, 1, 2])
@pytest.mark.parametrize(("timing", "model"), [(False, False), (True, False), (True, True)])
def test_av1__whole_sequence_header(timing: bool, model: bool, profile: int) -> None:
    header = sequence_header(timing=timing, model=model, profile=profile)
    assert of_av1(header) == (12, 13, 6)
    assert all(of_av1(header[:size]) in {None, (12, 13, 6)} for size in range(len(header)))


def sps(*, layers: int = 0, lists: bool = False, pcm: bool = False, sets: int = 0) -> bytes:
    """A configuration box with a sequence parameter set that has every part that the options add."""
    bits = Bits().add((0, 4), (layers, 3), (1, 1), (0x7F, 88), (93, 8))
    if layers:
        bits.add(*[(3, 2)] * layers, *[(0, 2)] * (8 - layers), *[(0x5A, 96)] * layers)
    bits.numbers(0, 1, 639, 479).add((1, 1)).numbers(0, 0, 0, 4, 2, 2, 4).add((1, 1))
    bits.numbers(*[4, 0, 0] * (layers + 1)).numbers(0, 3, 0, 3, 1, 1)
    bits.add((int(lists), 1))
    if lists:
        bits.add((1, 1))
        for size in range(4):
            for number in range(0, 6, 3 if size == 3 else 1):
                if number:
                    bits.add((0, 1)).numbers(1)
                else:
                    bits.add((1, 1)).numbers(*[3] * ((size > 1) + min(64, 1 << (4 + 2 * size))))
    bits.add((1, 1), (1, 1), (int(pcm), 1))
    if pcm:
        bits.add((7, 4), (7, 4)).numbers(0, 1).add((0, 1))
    bits.numbers(sets)
    if sets:
        bits.numbers(2, 1).add().numbers(0).add((1, 1)).numbers(1).add((0, 1)).numbers(0).add((1, 1))
    if sets > 1:
        bits.add((1, 1), (0, 1)).numbers(0).add((1, 1), (0, 1), (0, 1), (1, 1), (0, 1), (1, 1))
    bits.add((1, 1)).numbers(1).add((5, 8), (1, 1), (0, 1), (0, 1))
    bits.add((1, 1), (1, 1), (255, 8), (1, 16), (1, 16), (1, 1), (0, 1), (1, 1), (5, 3), (1, 1), *NAMED)
    unit = re.sub(rb"\x00\x00(?=[\x00-\x03])", b"\x00\x00\x03", b"\x42\x01" + bits.packed())
    arrays = b"\x20" + struct.pack(">HH", 1, 4) + b"\x40\x01\x0c\x01"
    return bytes(22) + b"\x02" + arrays + b"\x21" + struct.pack(">HH", 1, len(unit)) + unit


@pytest.mark.parametrize(
    "options",
    [{}, {"layers": 2}, {"lists": True}, {"pcm": True}, {"sets": 1}, {"sets": 2}],
    ids=["plain", "layers", "lists", "pcm", "set", "sets"],
)
def test_hevc__whole_parameter_set(options: dict[str, int]) -> None:
    configuration = sps(**options)  # type: ignore[arg-type]
    assert of_hevc(configuration) == (12, 13, 6)
    assert all(of_hevc(configuration[:size]) in {None, (12, 13, 6)} for size in range(len(configuration)))


@pytest.mark.parametrize("content", [b"", bytes(23), b"\xff" * 300, bytes(22) + b"\xff" * 9])
def test_stream__hostile_header_names_nothing(content: bytes) -> None:
    assert of_hevc(content) is None
    assert of_av1(content) in {None, (255, 255, 255)}
