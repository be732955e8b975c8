"""Any bytes give renditions or a refusal, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.thumbworker.imaging.pictures import opened
from tests.thumbworker.imaging.valid_files import LIMITS, SMALL, valid_files
from thumbworker.imaging import Picture, Refused, render
from thumbworker.imaging.exif import read_tags
from thumbworker.imaging.metadata import camera_facts, location

if TYPE_CHECKING:
    from collections.abc import Callable

SHORT_RUN = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
LONG_RUN = settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck))


def assert_sound(data: bytes) -> None:
    try:
        picture = render(data, policy=SMALL, limits=LIMITS)
    except Refused:
        return
    assert_whole(picture)


def assert_whole(picture: Picture) -> None:
    for made in picture.renditions:
        assert opened(made.data).size == (made.width, made.height)
        assert 1 <= max(made.width, made.height) <= made.spec.longest_side
    facts = {**picture.metadata, **picture.location}
    assert all(isinstance(value, str | int) for value in facts.values())
    assert "".join(map(str, facts.values())).isprintable()


@st.composite
def damaged_files(draw: st.DrawFn) -> bytes:
    """A valid file with bytes changed, a stretch cut out or put in, and perhaps cut short."""
    data = bytearray(draw(st.sampled_from(valid_files())))
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    at = draw(st.integers(0, len(data)))
    kind = draw(st.sampled_from(["keep", "cut", "remove", "insert", "repeat"]))
    length = draw(st.integers(1, 64))
    if kind == "cut":
        del data[at:]
    elif kind == "remove":
        del data[at : at + length]
    elif kind == "insert":
        data[at:at] = draw(st.binary(max_size=64))
    elif kind == "repeat":
        data[at:at] = data[at : at + length]
    return bytes(data)


MAGIC = st.sampled_from(
    [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x20\x00\x00\x00WEBPVP8 ",
        b"RIFF\x20\x00\x00\x00WEBPVP8X",
        b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00avifmif1",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"II*\x00\x08\x00\x00\x00",
        b"",
    ]
)
RANDOM_FILES = st.builds(bytes.__add__, MAGIC, st.binary(max_size=400))


def check_damaged(data: bytes) -> None:
    assert_sound(data)


def check_random(data: bytes) -> None:
    assert_sound(data)


def check_exif(block: bytes) -> None:
    tags = read_tags(block)
    facts = {**camera_facts(tags), **location(tags)}
    assert all(isinstance(value, str | int) for value in facts.values())
    assert len(repr(facts).encode()) < 4096


EXIF_BLOCKS = st.one_of(
    st.builds(
        bytes.__add__,
        st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"]),
        st.binary(max_size=300),
    ),
    st.binary(max_size=100),
)

CHECKS: list[tuple[Callable[[bytes], None], st.SearchStrategy[bytes]]] = [
    (check_damaged, damaged_files()),
    (check_random, RANDOM_FILES),
    (check_exif, EXIF_BLOCKS),
]


def test_valid_files__render() -> None:
    for data in valid_files():
        assert_whole(render(data, policy=SMALL, limits=LIMITS))


@pytest.mark.parametrize(("check", "files"), CHECKS)
def test_render__any_bytes_render_or_refuse(
    check: Callable[[bytes], None], files: st.SearchStrategy[bytes]
) -> None:
    SHORT_RUN(given(files)(check))()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("check", "files"), CHECKS)
def test_render__ten_thousand_any_bytes_render_or_refuse(
    check: Callable[[bytes], None], files: st.SearchStrategy[bytes]
) -> None:
    LONG_RUN(given(files)(check))()
