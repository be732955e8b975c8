"""XMP, IPTC and containers from hostile files: bounded, and nothing raises."""

from __future__ import annotations

import struct
import time
import zlib

import pytest

from tests.thumbworker.imaging.metadata_files import jpeg, listed, packet, png, records, resources, webp
from thumbworker.contract.formats import Format
from thumbworker.imaging import iptc, render, xmp
from thumbworker.imaging.packets import Packets, packets_of

BOMB = b"""<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
OUTSIDE = b"""<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>"""


def test_read_properties__attributes_and_elements() -> None:
    found = xmp.read_properties(packet('xmp:Rating="4"', listed("dc:title", "Alt", "A", "B")))
    assert found == {"rating": ("4",), "title": ("A", "B")}


def test_read_properties__default_language_first() -> None:
    body = packet(
        "",
        "<dc:title><rdf:Alt><rdf:li xml:lang='de'>See</rdf:li>"
        "<rdf:li xml:lang='x-default'>Lake</rdf:li></rdf:Alt></dc:title>",
    )
    assert xmp.read_properties(body)["title"] == ("Lake", "See")


def test_read_properties__plain_element() -> None:
    assert xmp.read_properties(packet("", "<xmp:Rating>4</xmp:Rating>")) == {"rating": ("4",)}


@pytest.mark.parametrize("doctype", [BOMB, OUTSIDE])
def test_read_properties__no_document_type(doctype: bytes) -> None:
    body = packet("", "<dc:title>&b;&a;</dc:title>")
    start = body.index(b"<x:xmpmeta")
    assert xmp.read_properties(body[:start] + doctype + body[start:]) == {}


def test_read_properties__until_the_damage() -> None:
    body = packet('xmp:Rating="4"', "<dc:title>cut")
    assert xmp.read_properties(body[: body.index(b"cut") + 3]) == {"rating": ("4",)}


@pytest.mark.parametrize(
    "elements",
    [
        "<a>" * 100_000,
        "<a/>" * 1_000_000,
        listed("dc:subject", "Bag", *["x" * 1000] * 1000),
        "<dc:title>" + "x" * 1_000_000,
    ],
    ids=["deep", "many", "values", "long"],
)
def test_read_properties__bounded(elements: str) -> None:
    started = time.process_time()
    found = xmp.read_properties(packet("", elements))
    assert sum(len(value) for values in found.values() for value in values) <= 100 * 4096
    assert time.process_time() - started < 5


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_read_properties__other_encodings(encoding: str) -> None:
    text = packet('xmp:Rating="4"').decode()
    body = (text if encoding == "utf-16" else "\ufeff" + text).encode(encoding)
    assert xmp.read_properties(body) == {"rating": ("4",)}


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"\x1c",
        b"\x1c\x02\x05\xff\xff",
        b"\x1c\x02\x05\x80\x08" + bytes(20),
        b"\x1c\x02\x05\x80\x04\xff\xff\xff\xffabc",
        b"\x1c\x02\x05\x00\x00" * 1000,
        b"8BIM\x04\x04",
        b"8BIM\x04\x04\xff" + bytes(300),
    ],
)
def test_iptc__damaged(block: bytes) -> None:
    for read in (iptc.read_records, iptc.read_resources):
        assert set(read(block).values) <= {"title"}


def test_iptc__extended_size() -> None:
    assert iptc.read_records(b"\x1c\x02\x05\x80\x02\x00\x03abcx").values == {"title": ("abc",)}


def test_packets__of_several_segments() -> None:
    block = resources(records((2, 5, b"Title")))
    whole = jpeg(resources=block)
    start = whole.index(b"\xff\xed")
    parts = b"".join(
        struct.pack(">BBH", 0xFF, 0xED, 2 + 14 + len(part)) + b"Photoshop 3.0\x00" + part
        for part in (block[:9], block[9:])
    )
    data = whole[:start] + parts + whole[start + 4 + 14 + len(block) :]
    assert render(data).words == {"title": "Title"}


def test_packets__text_that_inflates_is_cut() -> None:
    body = b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(bytes(30_000_000))
    assert len(packets_of(png((b"iTXt", body)), Format.PNG).xmp) == 1 << 20


@pytest.mark.parametrize("cut", range(0, 500, 7))
def test_packets__truncated_file(cut: int) -> None:
    body = packet('xmp:Rating="4"')
    for data, kind in ((jpeg(xmp=body), Format.JPEG), (webp(body), Format.WEBP), (webp(body), Format.PNG)):
        assert body.startswith(packets_of(data[:cut], kind).xmp)


@pytest.mark.parametrize("kind", Format)
def test_packets__none(kind: Format) -> None:
    assert packets_of(b"", kind) == Packets()
