"""Any bytes give renditions or a refusal, and nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.thumbworker.imaging.metadata_files import packet, records
from tests.thumbworker.imaging.pictures import opened
from tests.thumbworker.imaging.valid_files import LIMITS, SMALL, valid_files
from thumbworker.contract.formats import Format
from thumbworker.contract.text import clean_text
from thumbworker.imaging import Picture, Refused, iptc, render, xmp
from thumbworker.imaging.capture_time import read_time
from thumbworker.imaging.exif import Tags, read_tags
from thumbworker.imaging.formats import (
    coded_items,
    item_properties,
    jpeg2000,
    jpeg2000_stream,
    stream_colors,
)
from thumbworker.imaging.metadata import camera_facts, location, metadata_of
from thumbworker.imaging.packets import Packets, packets_of

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
    assert_small({**picture.metadata, **picture.location}, picture.words)


def assert_small(facts: dict[str, Any], words: dict[str, Any]) -> None:
    assert all(isinstance(value, str | int) for value in facts.values())
    assert len(json.dumps([facts, words], ensure_ascii=False).encode()) < 4096
    texts = [str(value) for value in (*facts.values(), *words.pop("keywords", ()), *words.values())]
    assert all(text == clean_text(text) for text in texts)


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
        b"BM" + bytes(12) + b"\x28\x00\x00\x00",
        b"IIRO\x08\x00\x00\x00",
        b"IIU\x00\x08\x00\x00\x00",
        b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom",
        b"\xff\x4f\xff\x51\x00\x2f\x00\x00",
        b"\x00\x00\x00\x0cjP  \r\n\x87\n",
        b"FUJIFILMCCD-RAW 0201" + bytes(64),
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


def check_packets(body: bytes) -> None:
    for packets in (Packets(xmp=body), Packets(resources=body), Packets(records=body), Packets(exif=body)):
        found = metadata_of(Tags(), packets)
        assert_small({**found.facts, **found.location}, found.words)
    for kind in Format:
        packets_of(body, kind)
    assert sum(map(len, iptc.read_records(body).values.values())) <= 500
    assert sum(map(len, xmp.read_properties(body).values())) <= 1000


def check_jpeg2000(body: bytes) -> None:
    view = memoryview(body)
    try:
        found = jpeg2000.read_boxes(body)
        assert 0 <= found.start <= found.end <= len(body)
        stream = jpeg2000_stream.read_codestream(view[found.start : found.end])
    except Refused:
        return
    memory, seconds = stream.cost(stream.reduce_for((16, 16)))
    assert memory > 0
    assert seconds > 0
    parts = jpeg2000_stream.read_tile_parts(view[found.start : found.end], stream)
    assert parts.lost >= 0
    assert all(start <= end + 2 for start, end in parts.bodies)


def check_streams(body: bytes) -> None:
    for named in (stream_colors.of_av1(body), stream_colors.of_hevc(bytes(22) + body)):
        assert named is None or max(named) < 256
    items = item_properties.of_primary(body).coded
    for share in (coded_items.missing_of_avif(body, items), coded_items.missing_of_heic(body, items)):
        assert 0 <= share <= 1
    coded_items.color_of_avif(body, items)


def check_time(text: str) -> None:
    found = read_time(text, text, text)
    if found:
        assert datetime.fromisoformat(str(found)).replace(tzinfo=None) == found.wall
        assert read_time(str(found)) == replace(found, has_time=True)


EXIF_BLOCKS = st.one_of(
    st.builds(
        bytes.__add__,
        st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08"]),
        st.binary(max_size=300),
    ),
    st.binary(max_size=100),
)

PACKETS = st.one_of(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"<dc:title>", b"<rdf:Alt>", b"<rdf:li>", b"</rdf:li>", b"&lt;", b"</dc:title>", b"\xff"]
            ),
            st.binary(max_size=20),
        ),
        max_size=30,
    ).map(lambda parts: packet("", "@").replace(b"@", b"".join(parts))),
    st.lists(
        st.tuples(
            st.integers(1, 2), st.sampled_from([5, 25, 55, 60, 80, 90, 116, 120]), st.binary(max_size=40)
        ),
        max_size=20,
    ).map(lambda datasets: records(*datasets)),
    st.binary(max_size=200).map(lambda body: b"8BIM\x04\x04" + body),
    st.binary(max_size=200),
)
TIMES = st.one_of(
    st.from_regex(
        r"\d{1,4}[:/. -]\d{1,2}[:/. -]\d{1,2}[ T]?\d{1,2}:\d\d(:\d\d(\.\d+)?)? ?([+-]\d\d?:?\d\d|Z)?"
    ),
    st.text(max_size=70),
)


def damaged(*kinds: str) -> st.SearchStrategy[bytes]:
    """Valid files of these brands, with bytes changed."""
    files = [data for data in valid_files() if any(kind.encode("latin-1") in data[:64] for kind in kinds)]
    changes = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=8)
    return st.builds(with_changes, st.sampled_from(files), changes)


def with_changes(data: bytes, changes: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for at, value in changes:
        changed[at % len(changed)] = value
    return bytes(changed)


CHECKS: list[tuple[Callable[[Any], None], st.SearchStrategy[Any]]] = [
    (check_damaged, damaged_files()),
    (check_random, RANDOM_FILES),
    (check_exif, EXIF_BLOCKS),
    (check_packets, PACKETS),
    (check_time, TIMES),
    (check_jpeg2000, st.one_of(damaged("jP  ", "\xff\x4f\xff\x51"), st.binary(max_size=200))),
    (check_streams, st.one_of(damaged("avif", "avis", "heic", "heix"), st.binary(max_size=200))),
]


def test_valid_files__render() -> None:
    for data in valid_files():
        assert_whole(render(data, policy=SMALL, limits=LIMITS))


@pytest.mark.parametrize(("check", "files"), CHECKS)
def test_render__any_bytes_render_or_refuse(
    check: Callable[[Any], None], files: st.SearchStrategy[Any]
) -> None:
    SHORT_RUN(given(files)(check))()


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("check", "files"), CHECKS)
def test_render__ten_thousand_any_bytes_render_or_refuse(
    check: Callable[[Any], None], files: st.SearchStrategy[Any]
) -> None:
    LONG_RUN(given(files)(check))()
