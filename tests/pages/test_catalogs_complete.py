"""The Japanese catalogs: complete, without leftovers, and with the placeholders and markup of the English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

LOCALE = Path(__file__).resolve().parents[2] / "locale"
DOMAINS = ("django", "djangojs")
FIXED = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%|</?[a-z][^>]*>")
"""What a translation takes over as it is: placeholders, and tags with their attributes."""


def entries(language: str, domain: str) -> list[dict[str, str]]:
    """Return the entries of a catalog without its header: keyword to text."""
    found = []
    for block in (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").read_text().split("\n\n")[1:]:
        entry: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            assert not re.match(r"#~|#\||#.*fuzzy", line), line
            if line.startswith("#"):
                continue
            keyword, _space, text = line.partition(" ")
            name, text = (name, line) if line.startswith('"') else (keyword, text)
            entry[name] = entry.get(name, "") + ast.literal_eval(text)
        found.append(entry)
    return found


def keys(language: str, domain: str) -> set[tuple[str, ...]]:
    names = ("msgctxt", "msgid", "msgid_plural")
    return {tuple(entry.get(name, "") for name in names) for entry in entries(language, domain)}


@pytest.mark.parametrize("domain", DOMAINS)
def test_catalog__is_complete(domain: str) -> None:
    assert keys("ja", domain) == keys("en", domain), "Run: make messages"
    assert [
        one["msgid"] for one in entries("ja", domain) if not one.get("msgstr", one.get("msgstr[0]"))
    ] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_catalog__keeps_placeholders_and_markup(domain: str) -> None:
    assert "nplurals=1; plural=0;" in (LOCALE / "ja" / "LC_MESSAGES" / f"{domain}.po").read_text()
    wrong = []
    for entry in entries("ja", domain):
        source = entry.get("msgid_plural", entry["msgid"])
        forms = [text for name, text in entry.items() if name.startswith("msgstr")]
        same_ends = all(
            text.startswith("\n") == source.startswith("\n") and text.endswith("\n") == source.endswith("\n")
            for text in forms
        )
        wanted = sorted(FIXED.findall(source))
        if len(forms) != 1 or not same_ends or sorted(FIXED.findall(forms[0])) != wanted:
            wrong.append(source)
    assert wrong == []
