"""docs/imaging.md and README.md match the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from thumbworker.contract.policy import CURRENT
from thumbworker.contract.reasons import SENTENCES, UNKNOWN_REASON, Reason, sentence
from thumbworker.imaging import DEFAULT_LIMITS, metadata

PROJECT = Path(__file__).parents[3]
DOCS = (PROJECT / "docs/imaging.md").read_text(encoding="utf-8")
README = (PROJECT / "README.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return DOCS.split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]


def test_docs__list_every_reason() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", section("Reasons"), re.MULTILINE))
    assert listed == {str(reason): sentence for reason, sentence in SENTENCES.items()}


def test_sentences__cover_every_reason() -> None:
    assert set(SENTENCES) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_sentence__short_and_says_what_to_do(reason: Reason) -> None:
    text = sentence(reason)
    assert len(text) < 110
    assert text.count(".") >= 2
    assert "!" not in text
    assert "error" not in text.lower()


def test_sentence__unknown_code() -> None:
    assert sentence("no_such_code") == UNKNOWN_REASON


def test_docs__limits_match_code() -> None:
    limits = section("Limits")
    assert f"| size of the file | {DEFAULT_LIMITS.original_bytes >> 20} MB |" in limits
    assert f"| pixels | {DEFAULT_LIMITS.pixels // 10**6} megapixels |" in limits
    assert f"| longer side | {DEFAULT_LIMITS.side_pixels:,} px |" in limits
    assert f"| {DEFAULT_LIMITS.memory_bytes // 10**6} MB, as estimated" in limits
    assert f"| processor time | {DEFAULT_LIMITS.cpu_seconds:.0f} s |" in limits
    assert f"| wall time | {DEFAULT_LIMITS.wall_seconds:.0f} s |" in limits


def test_readme__limits_match_code() -> None:
    assert f"| bytes | {DEFAULT_LIMITS.original_bytes >> 20} MB |" in README
    assert f"| pixels | {DEFAULT_LIMITS.pixels // 10**6} megapixels, " in README
    assert f"| longer side | {DEFAULT_LIMITS.side_pixels:,} px |" in README
    assert f"| memory to decode | {DEFAULT_LIMITS.memory_bytes // 10**6} MB, " in README
    times = f"{DEFAULT_LIMITS.cpu_seconds:.0f} s of processor, {DEFAULT_LIMITS.wall_seconds:.0f} s in all"
    assert f"| time to decode | {times} |" in README
    assert len(Reason) == 19
    assert "one of [nineteen reasons]" in README


def test_sentences__limits_match_code() -> None:
    assert f"{DEFAULT_LIMITS.original_bytes >> 20} MB" in SENTENCES[Reason.TOO_LARGE]
    assert f"{DEFAULT_LIMITS.pixels // 10**6} megapixels" in SENTENCES[Reason.TOO_MANY_PIXELS]
    assert f"{DEFAULT_LIMITS.side_pixels:,} pixels on one side" in SENTENCES[Reason.TOO_LONG]


def test_docs__renditions_match_policy() -> None:
    listed = re.findall(
        r"^\| `(\w+)` \| (\d+)(?: × (\d+))? px[^|]* \| (\w+) \| (\d+) \|$",
        section("What comes out"),
        re.MULTILINE,
    )
    assert [
        (name, int(side), int(other or 0), form.lower(), int(quality))
        for name, side, other, form, quality in listed
    ] == [
        (spec.name, spec.longest_side, spec.other_side, spec.format, spec.quality)
        for spec in CURRENT.renditions
    ]


def test_docs__list_every_camera_fact() -> None:
    rows = re.findall(r"^\| `\w+` \|.*\|.*\|.*$", section("What comes out"), re.MULTILINE)
    listed = {name for row in rows for name in re.findall(r"\| `(\w+)` \| (?!\d+ (?:× \d+ )?px)", row)}
    names = {name for name, *_ in metadata._ALLOWED} | {"taken_at", "orientation"}
    assert names <= listed
    assert listed - names <= {spec.name for spec in CURRENT.renditions}
