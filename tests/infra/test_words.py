"""The word lint finds listed words, and each exception in its list is needed."""

from __future__ import annotations

import pytest

from infra.words import LIST, PROJECT, Words

WORDS = Words((PROJECT / LIST).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Nobody is told.", "Nobody"),
        ("def test_whoever_asks(): ...", "whoever"),
        ("It stays for ever.", "for ever"),
        ("favourites = []", "favourites"),
        ("Images are normalised.", "normalised"),
        ("PATIENCE = 3", "PATIENCE"),
    ],
)
def test_found__planted_word(text: str, word: str) -> None:
    (line,) = WORDS.found("infra/ports.py", f"# first\n{text}\n")
    assert line.startswith(f"infra/ports.py:2: {word!r}: say ")


@pytest.mark.parametrize("text", ["No one waits forever.", "A favorite color.", "promise, rise, size, total"])
def test_found__plain_english_passes(text: str) -> None:
    assert WORDS.found("infra/ports.py", text) == []


def test_found__allowed_word_in_its_file_only() -> None:
    for path, word in WORDS.allowed:
        assert WORDS.found(path, word) == []
        assert WORDS.found("infra/ports.py", word) != []


def test_list__each_exception_is_needed() -> None:
    for path, word in WORDS.allowed:
        assert word in (PROJECT / path).read_text(encoding="utf-8").lower(), path
