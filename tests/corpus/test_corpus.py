"""Render the real and hostile pictures in ``PHOTO_CORPUS`` and compare them with its manifest."""

from __future__ import annotations

import csv
import importlib.util
import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from tests.corpus.pictures import CORPUS, MARKS
from tests.thumbworker.imaging.color_files import PQ, encoded
from thumbworker.contract.policy import CARD, CURRENT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = MARKS

SIZES = [spec.name for spec in CURRENT.renditions if spec.name != CARD]
MAX_SECONDS = 10
MAX_RESIDENT_BYTES = 512 * 1024 * 1024
FORMATS_NOT_TAKEN = {"ICO"}

STATED_IN_PQ = {"formats/10bit-HDR-P3-nclx.avif": "P3"}
"""Pictures whose points in the manifest are PQ codes, with their primaries."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        return list(csv.DictReader(manifest))


@pytest.fixture(scope="module")
def renditions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("renditions")


@pytest.fixture(scope="module")
def outcomes(rows: list[dict[str, str]], renditions: Path) -> dict[str, dict[str, Any]]:
    files = [str(CORPUS / row["file"]) for row in rows]
    command = [sys.executable, "-m", "tests.corpus.each_in_a_child", str(renditions), *files]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [json.loads(line) for line in ended.stdout.splitlines()]
    return {row["file"]: outcome for row, outcome in zip(rows, found, strict=True)}


def test_corpus__no_file_kills_its_process(outcomes: dict[str, dict[str, Any]]) -> None:
    assert {file: outcome for file, outcome in outcomes.items() if outcome["exit"] != 0} == {}


def test_corpus__stays_within_time_and_memory(outcomes: dict[str, dict[str, Any]]) -> None:
    greedy = {
        file: outcome
        for file, outcome in outcomes.items()
        if outcome["seconds"] > MAX_SECONDS or outcome["resident_bytes"] > MAX_RESIDENT_BYTES
    }
    assert greedy == {}


def in_pq(path: str, primaries: str) -> str:
    """Write a rendition, made small, in PQ codes; return the path of the copy."""
    with Image.open(path) as rendition:
        image = rendition.convert("RGB")
    image.thumbnail((160, 160))
    codes = bytes(code for color in image.get_flattened_data() for code in encoded(color, primaries, PQ))
    copy = f"{path}.png"
    Image.frombytes("RGB", image.size, codes).save(copy)
    return copy


@pytest.mark.parametrize("size", SIZES)
def test_corpus__outcomes_match_manifest(
    size: str, rows: list[dict[str, str]], renditions: Path, outcomes: dict[str, dict[str, Any]]
) -> None:
    spec = importlib.util.spec_from_file_location("check_points", CORPUS / "check_points.py")
    assert spec is not None
    assert spec.loader is not None
    check_points = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check_points)
    folder = str(renditions / size)
    found = {row["file"]: check_points.find(folder, row) for row in rows}
    for file, primaries in STATED_IN_PQ.items():
        found[file] = in_pq(found[file], primaries)
    faults = {row["file"]: check_points.check(row, found[row["file"]]) for row in rows}
    assert len(outcomes) == len(rows)
    assert {file: fault for file, fault in faults.items() if fault} == {}


def test_corpus__refuses_only_unsupported_formats(
    rows: list[dict[str, str]], outcomes: dict[str, dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    refused = [row for row in rows if row["expected"] == "thumbnail" and outcomes[row["file"]]["reason"]]
    with capsys.disabled():
        names = ", ".join(ascii(row["file"]) for row in refused)
        print(f"\nrefused only because also_ok allows it: {len(refused)} of {len(rows)} ({names})")  # noqa: T201 - the figure is asked for
    readable = [row for row in refused if outcomes[row["file"]]["reason"] not in {"truncated", "damaged"}]
    assert {row["format"] for row in readable} <= FORMATS_NOT_TAKEN


def test_corpus__renditions_have_no_metadata(outcomes: dict[str, dict[str, Any]], renditions: Path) -> None:
    assert outcomes
    marks = (
        b"Exif",
        b"http://ns.adobe.com",
        b"x:xmpmeta",
        b"ICC_PROFILE",
        b"ICCP",
        b"XMP ",
        b"EXIF",
        b"Photoshop",
    )
    files = [file for file in renditions.glob("*/*") if any(mark in file.read_bytes() for mark in marks)]
    assert files == []


def test_corpus__metadata_is_text_or_integers(outcomes: dict[str, dict[str, Any]]) -> None:
    for outcome in outcomes.values():
        facts = {**outcome.get("metadata", {}), **outcome.get("location", {})}
        assert all(isinstance(value, str | int) for value in facts.values())
        assert len(json.dumps(facts).encode()) < 2500
        assert len(json.dumps(outcome.get("words", {}), ensure_ascii=False).encode()) < 1600


DATE_TAGS = (
    *("-SubSecDateTimeOriginal", "-DateTimeOriginal", "-SubSecCreateDate", "-CreateDate"),
    *("-DateCreated", "-CreationTime", "-DateTimeCreated", "-GPSDateTime", "-ModifyDate", "-TrackCreateDate"),
)
CLOCK_NEVER_SET = {"pngsuite/cm7n0g04.png"}


@pytest.mark.skipif(
    not shutil.which("exiftool"),
    reason="exiftool is missing (Debian: libimage-exiftool-perl), so dates are not compared with its",
)
def test_corpus__dates_are_those_of_exiftool(outcomes: dict[str, dict[str, Any]]) -> None:
    """Each time of capture is one that exiftool finds in the file, with the offset that it joins from EXIF.

    IPTC's and XMP's offsets are left out: they are those of an editor's computer, or +0000 for none.
    """
    shown = {file: outcome for file, outcome in outcomes.items() if "metadata" in outcome}
    command = ["exiftool", "-j", "-a", "-G1", *DATE_TAGS, *(str(CORPUS / file) for file in shown)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # 1: a damaged file
    theirs = {found.pop("SourceFile"): found for found in json.loads(done.stdout)}
    faults = {}
    for file, outcome in shown.items():
        ours = outcome["metadata"].get("taken_at", "")
        found = {name: str(value) for name, value in theirs.get(str(CORPUS / file), {}).items()}
        wall = ours[:19].replace("-", ":").replace("T", " ")
        spelled = {text[:19].replace("-", ":") for text in found.values()}
        joined = found.get("Composite:SubSecDateTimeOriginal", "")[19:].lstrip(".0123456789")
        right = wall in spelled and ours.endswith(joined) if ours else not found or file in CLOCK_NEVER_SET
        if not right:
            faults[file] = (ours, found)
    assert faults == {}
    assert sum("taken_at" in outcome["metadata"] for outcome in shown.values()) >= 20
