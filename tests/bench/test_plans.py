"""Plans of every list on PostgreSQL: none reads a big table as a whole, nor much more than it shows.

The library is that of ``make bench-scale``, large enough that the wrong plan shows and small enough for a
test. No time is asserted.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

PHOTOS = 50_000
BOUNDED = {
    # Counted up to 1,200 rows for the list and for album titles; the latest 50 photos of up to 60 uploaders.
    "desk, ": 12_000,
    # Each of 50 tags counted up to 100, and ranked by 500 photos of each list.
    "API, tags": 40_000,
    # Each suggestion is counted up to 1,000.
    "suggestions": 12_000,
    # The photos of each album are counted; an album has at most 10,000.
    "albums with covers": 60_000,
    "a person's page": 60_000,
    "API, albums": 60_000,
    "API, public albums": 60_000,
    "API, album of 10 %": 60_000,
    # What 1 or 2 % of all photos have is looked for on the way: 60 are found among some thousands.
    "tag on 1 %": 20_000,
    "search, no caption": 12_000,
    "API, search, no caption": 12_000,
    "search, a format": 12_000,
    "API, search, a format": 12_000,
    # Each part of a search gives as many rows as an index has for it.
    "search, two signs": 3_000,
    "API, search, two signs": 3_000,
    # Up to 20 of them on each side of the photo.
    "photo in a search": 10_000,
    "search, a common word, a rare camera": 6_000,
    "API, search, a common word, a rare camera": 6_000,
    "search, a common tag": 3_000,
    "search, an album": 6_000,
    # What has an album or a tag is looked for in the queue, as far as needed.
    "API, photos, review": 3_000,
    # Few that wait or were uploaded in a time are collected, 1,000 at most; else an album is walked.
    "API, photos, review: album + uploaded": 8_000,
    "API, photos, public: album + uploaded": 8_000,
    # How many photos of an album or of a tag there are is counted up to 1,000 first.
    "album of 10 %": 2_000,
}
"""What reads more than 20 rows for each that it shows, why, and how many at most in this library."""


def faults_of(tmp_path: Path, *arguments: str) -> dict[str, list[str]]:
    out = tmp_path / "scale.json"
    command = [sys.executable, "-m", "bench.scale", "--sizes", str(PHOTOS), "--repeats", "1", "--tiles", "0"]
    subprocess.run(
        [*command, "--out", str(out), *arguments],
        cwd=PROJECT,
        check=True,
        timeout=900,
        stdout=subprocess.DEVNULL,
    )
    routes = json.loads(out.read_text())["routes"]
    assert routes
    return {route["name"]: faults for route in routes if (faults := _faults(route))}


def _faults(route: dict[str, Any]) -> list[str]:
    (cost,) = route["costs"]
    most = max((rows for name, rows in BOUNDED.items() if route["name"].startswith(name)), default=0)
    allowed = {"reads"} if cost["rows_read"] <= most else set()
    return [f"{fault}: {cost['rows_read']:,} rows" for fault in route["faults"] if fault not in allowed]


def test_plans__read_little_by_an_index(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "--no-pairs") == {}


def test_plans__of_an_album_with_another_filter_read_little(tmp_path: Path) -> None:
    assert faults_of(tmp_path, "--only", "state + album|review: private + album|album + uploaded") == {}


@pytest.mark.parametrize(
    ("index", "route"),
    [
        ("photos_public_newest", "sheet, 90 % down"),
        # One's own timeline has two indexes that are ordered so.
        ("photos_public_timeline", "sheet by capture, 90 % down"),
        ("photos_owner_trash", "trash"),
        ("photos_owner_file_name", "API, download by name"),
        ("search_public_trigrams", "search, a rare word, anonymous"),
        ("search_own_signs", "desk, search, a file name"),
        ("photos_review_by_state", "API, photos, review: state"),
    ],
)
def test_plans__without_an_index_are_at_fault(tmp_path: Path, index: str, route: str) -> None:
    assert route in faults_of(tmp_path, "--no-pairs", "--only", route, "--without", index)
