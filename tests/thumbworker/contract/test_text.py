"""Text keeps what shapes it, and loses what hides or reorders it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbworker.contract.text import INVISIBLE, clean_text, folded

ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
HINDI = "\u0915\u094d\u200d\u0937"
HEBREW = "\u05e9\u05dc\u05d5\u05dd"

KEPT = [
    PERSIAN,
    HINDI,
    "\u0dc1\u0dca\u200d\u0dbb\u0dd3",  # Sinhala: the joiner makes a ligature
    FAMILY,
    ENGLAND,
    f"{ENGLAND}{ENGLAND}",
    HEART,
    "\u8fbb\U000e0100",  # a variant of a Han character
    "\U0001f3f3\ufe0f\u200d\U0001f308",
    "1\ufe0f\u20e3",
    f"CD\u200c\u0647\u0627 {HEBREW}",
    f"\u2068{HEBREW}\u2069 (1)",
    f"{HEBREW}!\u200f",
    "\u0660\u06dd",  # a visible sign of category Cf
    "\U0001fadf",  # a character younger than this Python
    "naïve Straße",
]
CHANGED = {
    "override": ("a\u202egpj.exe", "agpj.exe"),
    "embedding": ("\u202bab\u202c", "ab"),
    "isolate without end": ("a\u2067b", "ab"),
    "end without isolate": ("a\u2069b\u2067", "ab"),
    "control": ("a\x00\x07b\x9f", "ab"),
    "line ends": ("a\r\nb\u2028c\x85d", "a b c d"),
    "tab": ("a\tb", "a b"),
    "byte order mark": ("\ufeffa", "a"),
    "zero-width space": ("a\u200bb", "ab"),
    "soft hyphen": ("a\xadb", "ab"),
    "joiners in ASCII": ("c\u200da\u200ct", "cat"),
    "joiner at an end": (f"\u200d{HEBREW}\u200c", HEBREW),
    "only joiners": ("\u200d\u200c \u200d", ""),
    "only a filler": ("\u3164 \ufe0f", ""),
    "hidden tags": ("a\U000e0068\U000e0069\U000e007f", "a"),
    "flag without end": ("\U0001f3f4\U000e0067\U000e0062", "\U0001f3f4"),
    "flag of a sentence": ("\U0001f3f4" + "\U000e0061" * 40 + "\U000e007f", "\U0001f3f4"),
    "private use": ("a\ue000\U00100000", "a"),
    "no character": ("a\uffff\ufdd0", "a"),
    "surrogate": ("a\ud800", "a"),
    "decomposed": ("cafe\u0301", "café"),
    "spaces around": ("  a  ", "a"),
}


@pytest.mark.parametrize("text", KEPT)
def test_clean_text__keeps(text: str) -> None:
    assert clean_text(text) == text
    assert clean_text(f"{text}\n{text}", lines=True) == f"{text}\n{text}"


@pytest.mark.parametrize(("text", "cleaned"), CHANGED.values(), ids=CHANGED.keys())
def test_clean_text__changes(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_clean_text__lines() -> None:
    assert clean_text("a\r\nb\u2029\u2067c\n\u2069d", lines=True) == "a\nb\nc\nd"


@given(st.text(alphabet=st.characters()))
def test_clean_text__any_text(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", cleaned)
    cleaned.encode()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÉTÉ", "été"),
        ("E\u0301TE\u0301", "été"),
        ("STRASSE", "straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("МОРЕ", "море"),
        ("ǅ", "ǆ"),
        ("\u01f0", "J\u030c"),
        (ENGLAND, ENGLAND),
    ],
)
def test_folded__equal(one: str, other: str) -> None:
    assert folded(one) == folded(other) == folded(folded(one))


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("ä", "a"), (PERSIAN, PERSIAN.replace("\u200c", ""))])
def test_folded__different(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize("text", ["", "\u200d", "\ufe0f", "\u3164", " \u2800", "\U000e0067", "\U0010ffff"])
def test_invisible__shows_nothing(text: str) -> None:
    assert not re.search(f"[^{INVISIBLE}]", text)
    assert re.search(f"[^{INVISIBLE}]", f"{text}a")
