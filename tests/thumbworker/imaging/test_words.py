"""Title, description, keywords, rating, creator and rights: from which source, and how much."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.thumbworker.imaging.exif_blocks import exif_block, short, text
from tests.thumbworker.imaging.metadata_files import (
    avif,
    digest_of,
    jpeg,
    listed,
    metadata_in,
    packet,
    png,
    records,
    resources,
    tiff,
    webp,
    windows_text,
)
from thumbworker.imaging.text import decoded, printable, utf16

MAX_WORDS_BYTES = 1600
FAMILY = "Family 👨‍👩‍👧 می‌خواهم"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


def words(data: bytes) -> dict[str, Any]:
    return metadata_in(data).words


PACKET = packet(
    'xmp:Rating="4"',
    listed("dc:title", "Alt", "Title", "Titel")
    + listed("dc:description", "Alt", "The lake")
    + listed("dc:subject", "Bag", "lake", "Dawn", "lake")
    + listed("dc:creator", "Seq", "Ann", "Bo")
    + listed("dc:rights", "Alt", "CC BY 4.0"),
)
EXPECTED = {
    "title": "Title",
    "description": "The lake",
    "artist": "Ann, Bo",
    "copyright": "CC BY 4.0",
    "keywords": ["lake", "Dawn"],
    "rating": 4,
}


@pytest.mark.parametrize(
    "data",
    [
        jpeg(xmp=PACKET),
        png((b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + PACKET)),
        webp(PACKET),
        avif(PACKET),
        tiff(xmp=PACKET),
    ],
    ids=["JPEG", "PNG", "WebP", "AVIF", "TIFF"],
)
def test_words__xmp_in_every_container(data: bytes) -> None:
    assert words(data) == EXPECTED


IIM = records(
    *[(1, 90, b"\x1b%G"), (2, 5, b"Old title"), (2, 25, b"lake"), (2, 25, b"boat"), (2, 80, b"Cy")],
    *[(2, 116, b"All rights"), (2, 120, "Sjøen".encode())],
)
OF_IIM = {
    "title": "Old title",
    "description": "Sjøen",
    "artist": "Cy",
    "copyright": "All rights",
    "keywords": ["lake", "boat"],
}


@pytest.mark.parametrize("data", [jpeg(resources=resources(IIM)), tiff(records=IIM)], ids=["JPEG", "TIFF"])
def test_words__iptc(data: bytes) -> None:
    assert words(data) == OF_IIM


def test_words__xmp_before_iptc() -> None:
    assert words(jpeg(xmp=PACKET, resources=resources(IIM))) == EXPECTED


def test_words__xmp_before_iptc_that_it_was_made_of() -> None:
    data = jpeg(xmp=PACKET, resources=resources(IIM, digest=digest_of(IIM)))
    assert words(data) == EXPECTED


def test_words__iptc_that_changed_since_before_xmp() -> None:
    data = jpeg(xmp=PACKET, resources=resources(IIM, digest=digest_of(b"before")))
    assert words(data) == OF_IIM | {"rating": 4}


def test_words__of_windows() -> None:
    entries = [
        windows_text(0x9C9B, "Der See"),
        windows_text(0x9C9C, "Früh am 朝"),
        windows_text(0x9C9D, "Dora"),
        windows_text(0x9C9E, "See;Morgen; ;See"),
        short(0x4746, 3),
    ]
    assert words(jpeg(exif=exif_block(entries))) == {
        "title": "Der See",
        "description": "Früh am 朝",
        "artist": "Dora",
        "keywords": ["See", "Morgen"],
        "rating": 3,
    }


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"ASCII\x00\x00\x00The lake", "The lake"),
        (b"UNICODE\x00" + "湖 lake".encode("utf-16-le"), "湖 lake"),
        (b"UNICODE\x00" + "The lake".encode("utf-16-be"), "The lake"),
        (b"JIS\x00\x00\x00\x00\x00" + "湖の朝".encode("iso2022_jp"), "湖の朝"),
        (b"JIS\x00\x00\x00\x00\x00" + "湖の朝".encode("shift_jis"), "湖の朝"),
        (b"UNICODE\x00" + "富士山".encode("utf-16-be"), "富士山"),
        (b"UNICODE\x00" + "東京".encode("utf-16-be"), "東京"),
        (b"UNICODE\x00" + "最新 lake".encode("utf-16-le"), "最新 lake"),
        (bytes(8) + b"binary \x01\x02", None),
        (bytes(8) + b"binary \x00 more", None),
        (bytes(8) + b"\xd0\xd1\xfe\xe9\xc7 ab", None),
        (bytes(8) + b'{"mirror":false}', None),
        (bytes(8) + b"The lake" + bytes(20), "The lake"),
        (bytes(8) + b"Caf\xe9 at noon", "Café at noon"),
        (bytes(8) + "湖の朝".encode("shift_jis"), "湖の朝"),
        (bytes(8) + "湖の朝".encode(), "湖の朝"),
        (b"The lake\nat dawn", "The lake at dawn"),
        (b"Lake", "Lake"),
        (bytes(20), None),
        (b"ASCII\x00\x00\x00                ", None),
        (b"UNICODE\x00", None),
        (b"", None),
    ],
)
def test_words__user_comment(body: bytes, expected: str | None) -> None:
    block = exif_block(exif=[(0x9286, 7, len(body), body)])
    assert words(jpeg(exif=block)).get("description") == expected


@pytest.mark.parametrize("boilerplate", [b"OLYMPUS DIGITAL CAMERA         ", b"SONY DSC", b"default"])
def test_words__of_the_camera_are_no_description(boilerplate: bytes) -> None:
    block = exif_block([text(0x010E, boilerplate), windows_text(0x9C9C, "The lake")])
    assert words(jpeg(exif=block))["description"] == "The lake"


def test_words__differ_from_facts() -> None:
    """What EXIF has is a camera fact, as before; words are what the owner reads beside it."""
    block = exif_block([text(0x010E, b"The lake"), text(0x013B, b"Ann"), text(0x8298, b"2026 Ann")])
    found = metadata_in(jpeg(exif=block, xmp=packet("", listed("dc:description", "Alt", "At dawn"))))
    assert found.facts == {"description": "The lake", "artist": "Ann", "copyright": "2026 Ann"}
    assert found.words == {"description": "At dawn"}


def test_words__png_texts() -> None:
    chunks = [
        (b"tEXt", name + b"\x00" + body)
        for name, body in (
            (b"Title", b"Lac"),
            (b"Author", b"\xc9va"),
            (b"Copyright", b"CC0"),
            (b"Else", b"no"),
        )
    ]
    assert words(png(*chunks)) == {"title": "Lac", "artist": "Éva", "copyright": "CC0"}


@pytest.mark.parametrize(
    ("rating", "expected"),
    [("5", 5), ("-1", -1), ("3.0", 3), ("0", None), ("6", None), ("nan", None), ("x", None)],
)
def test_words__rating(rating: str, expected: int | None) -> None:
    assert words(jpeg(xmp=packet(f'xmp:Rating="{rating}"'))).get("rating") == expected


def test_words__size_is_bounded() -> None:
    long = "とても長い値 " * 100
    many = [f"{n} {long[:30]}" for n in range(200)]
    elements = "".join(listed(f"dc:{name}", "Alt", long) for name in ("title", "description", "rights"))
    elements += listed("dc:creator", "Seq", *many[:50]) + listed("dc:subject", "Bag", *many)
    found = words(jpeg(xmp=packet("", elements)))
    assert set(found) == {"title", "description", "artist", "copyright", "keywords"}
    assert len(json.dumps(found, ensure_ascii=False).encode()) < MAX_WORDS_BYTES


@pytest.mark.parametrize(
    ("raw", "declared", "expected"),
    [
        ("Łódź 東京".encode(), "", "Łódź 東京"),
        (b"caf\xe9", "", "café"),
        (b"It\x92s \x93here\x94 \x80 5", "", "It’s “here” € 5"),
        (b"\x93caf\xe9\x94 d\xe9j\xe0 vu", "", "“café” déjà vu"),
        ("湖の朝".encode("shift_jis"), "", "湖の朝"),
        ("東京".encode("shift_jis"), "", "東京"),
        ("Lake 湖 at 朝焼け".encode("shift_jis"), "", "Lake 湖 at 朝焼け"),
        ("富士山".encode("shift_jis"), "", "富士山"),
        ("日本".encode("shift_jis"), "", "日本"),
        ("山田太郎".encode("shift_jis"), "", "山田太郎"),
        ("能登半島".encode("shift_jis"), "", "能登半島"),
        ("“I’m here”".encode("cp1252"), "", "“I’m here”"),
        ("Žižek — rock’n’roll".encode("cp1252"), "", "Žižek — rock’n’roll"),
        ("„Was’n“, x—y—z".encode("cp1252"), "", "„Was’n“, x—y—z"),
        (b"\xe9t\xe9", "iso8859-1", "été"),
        ("Grüße".encode("utf-16"), "", "Grüße"),
        (b"\xfe\xff" + "Grüße".encode("utf-16-be"), "", "Grüße"),
        ("東京タワー".encode()[:8], "", "東京"),
        (b"\x81\xff", "", "\x81ÿ"),
        (b"\x00\x00first\x00second", "", "first"),
        (b"", "", ""),
    ],
)
def test_decoded__by_evidence(raw: bytes, declared: str, expected: str) -> None:
    assert decoded(raw, declared) == expected


def test_iptc__declared_charset() -> None:
    latin = records((1, 90, b"\x1b.A"), (2, 5, "Été".encode("latin-1")))
    undeclared = records((2, 5, "“Été”".encode("cp1252")))
    assert words(jpeg(resources=resources(latin)))["title"] == "Été"
    assert words(jpeg(resources=resources(undeclared)))["title"] == "“Été”"


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (FAMILY, FAMILY),
        ("नमस्ते क्‍ष", "नमस्ते क्‍ष"),
        (SCOTLAND, SCOTLAND),
        ("a\U000e0067\U000e007f", "a"),
        ("\u200dlead and trail\u200d", "lead and trail"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("\u2067שלום\u2069 \u2067abc", "שלום abc"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("❤\ufe0f", "❤\ufe0f"),
    ],
)
def test_printable__joiners_stay_and_overrides_go(raw: str, expected: str) -> None:
    assert printable(raw) == expected
    assert metadata_in(jpeg(exif=exif_block([text(0x010E, raw.encode())]))).facts["description"] == expected


def test_printable__cut_within_joined_emoji() -> None:
    assert printable("ab👨‍👩", 9) == "ab👨"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "words_of", ["The lake", "湖の朝", "Früh am Morgen", "第一回", "最後", "가", "Привет"]
)
def test_utf16__in_the_blocks_order(order: str, words_of: str) -> None:
    raw = words_of.encode("utf-16-le" if order == "<" else "utf-16-be")
    assert utf16(raw, order) == words_of
