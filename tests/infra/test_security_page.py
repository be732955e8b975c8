"""docs/security.md has each requirement of ASVS 5.0 level 2 once, and names what exists."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs" / "security.md").read_text()
# How many requirements of levels 1 and 2 each section has. In each they come first, those of level 3 last.
SECTIONS = {
    1: [2, 9, 11, 3, 2],
    2: [3, 3, 4, 1],
    3: [0, 2, 4, 6, 5, 0, 2],
    4: [3, 1, 2, 4],
    5: [1, 3, 2, 3],
    6: [3, 12, 4, 4, 5, 3, 0, 4],
    7: [3, 4, 2, 5, 2, 2],
    8: [2, 3, 1, 1],
    9: [3, 4],
    10: [2, 2, 4, 11, 5, 2, 3],
    11: [2, 3, 3, 4, 1, 1],
    12: [3, 2, 4],
    13: [1, 5, 2, 5],
    14: [2, 4, 3],
    15: [3, 3, 7],
    16: [1, 5, 4, 3, 3],
    17: [1, 4, 2],
}
STATUSES = {"met", "part", "not", "n/a"}
ROW = re.compile(r"^\| (V[\d., V]+) \| ([a-z/]+) \| (.+) \|$", re.MULTILINE)
ROWS = [(ids.split(", "), status, text) for ids, status, text in ROW.findall(PAGE)]


def wanted() -> list[str]:
    return [
        f"V{chapter}.{section}.{number}"
        for chapter, sections in SECTIONS.items()
        for section, count in enumerate(sections, 1)
        for number in range(1, count + 1)
    ]


def test_page__has_each_requirement_once_and_in_order() -> None:
    assert [one for ids, _, _ in ROWS for one in ids] == wanted()
    assert len(wanted()) == 253


def test_page__counts_its_rows() -> None:
    assert {status for _, status, _ in ROWS} == STATUSES
    counts = Counter(status for ids, status, _ in ROWS for _ in ids)
    words = f"{counts['met']} met, {counts['part']} in part, {counts['not']} not, {counts['n/a']} n/a."
    assert words in PAGE


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`([\w./-]+/[\w./-]+(?:::[\w:]+)?)`", PAGE))))
def test_page__names_what_exists(name: str) -> None:
    path, _, test = name.partition("::")
    assert (PROJECT / path).exists()
    if test:
        *_, function = test.split("::")
        assert re.search(rf"def {function}\(", (PROJECT / path).read_text())


@pytest.mark.parametrize("status", ["part", "not"])
def test_page__says_what_is_missing(status: str) -> None:
    assert all(len(text) > 20 for _, found, text in ROWS if found == status)
