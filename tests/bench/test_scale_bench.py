"""The benchmark of lists measures a library of its own, and says what is wrong with a route."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bench.scale_measuring import Plan
from bench.scale_table import compared
from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from pathlib import Path


def cost(photos: int, **changes: Any) -> dict[str, Any]:
    route = {
        "name": "sheet",
        "status": 200,
        "database_ms": 1.0,
        "web_ms": 9.0,
        "statements": 1,
        "rows_read": 100,
        "rows_given": 61,
        "whole_tables": [],
    }
    return {"photos": photos, "routes": [route | changes]}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"database_ms": 5.0}, ["ratio"]),
        ({"rows_read": 1221}, ["reads"]),
        ({"whole_tables": ["photos_photo"]}, ["whole photos_photo"]),
        ({"status": 500}, ["status 500"]),
    ],
)
def test_compared__names_what_is_wrong(changes: dict[str, Any], faults: list[str]) -> None:
    (route,) = compared([cost(1_000), cost(1_000_000, **changes)])
    assert route["faults"] == faults


def test_compared__takes_the_size_that_shows_as_much() -> None:
    costs = [cost(1_000, rows_given=10, web_ms=1.0), cost(100_000), cost(1_000_000)]
    (route,) = compared(costs)
    assert (route["base"], route["ratio"]) == (100_000, 1.0)


def test_plan__counts_rows_of_each_loop() -> None:
    inner = {"Node Type": "Index Scan", "Relation Name": "albums_tag", "Actual Rows": 1, "Actual Loops": 60}
    whole = {
        "Node Type": "Seq Scan",
        "Relation Name": "photos_photo",
        "Actual Rows": 60,
        "Rows Removed by Filter": 9_940,
        "Actual Loops": 1,
    }
    join = {"Node Type": "Nested Loop", "Actual Rows": 60, "Actual Loops": 1, "Plans": [whole, inner]}
    plan = Plan()
    plan.add(join, {"photos_photo": 10_000, "albums_tag": 10_000})
    assert plan.rows_read == 10_060
    assert plan.whole_tables == {"photos_photo"}


@pytest.mark.slow
def test_bench__measures_a_library(tmp_path: Path) -> None:
    out = tmp_path / "scale.json"
    subprocess.run(
        [
            *(sys.executable, "-m", "bench.scale", "--sizes", "1000", "2000", "--repeats", "1"),
            *("--only", "sheet", "--out", str(out)),
        ],
        cwd=PROJECT,
        check=True,
        timeout=300,
    )
    found = json.loads(out.read_text())
    assert [size["photos"] for size in found["sizes"]] == [1000, 2000]
    (sheet,) = [route for route in found["routes"] if route["name"] == "sheet"]
    assert [cost["rows_given"] for cost in sheet["costs"]] == [61, 61]
    assert sheet["faults"] == []
