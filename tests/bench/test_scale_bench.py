"""The benchmark of lists measures a library of its own, and says what is wrong with a route."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from bench.scale import route_in
from bench.scale_measuring import Plan
from bench.scale_table import compared, rewritten
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
        "rows_counted": 0,
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


def test_rewritten__has_the_figures_of_routes_that_the_document_names() -> None:
    routes = compared([cost(1_000), cost(1_000_000, web_ms=10.4)])
    (alone,) = compared([cost(1_000, rows_given=1, name="tags"), cost(1_000_000, name="tags")])
    (of_middle,) = compared(
        [cost(1_000, rows_given=1, name="trash"), cost(100_000, name="trash"), cost(1_000_000, name="trash")]
    )
    head = "Words | of it.\n\n| request | 1,000 | 1,000,000 |\n|---|---|---|\n"
    before = "| sheet | 9 | 9 |\n| tags | 9 | 9 |\n| trash | 9 |\n| other | 9 |\n"
    assert rewritten(head + before, [*routes, alone, of_middle]) == head + (
        "| sheet | 1.0 + 9 | 1.0 + 10 | 1.14 | 100 : 61 |\n"
        "| tags | 1.0 + 9 | 1.0 + 9 | – | 100 : 61 |\n"
        "| trash | 1.0 + 9 | 1.0 + 9 | 1.0 + 9 | 1.00* | 100 : 61 |\n"
        "| other | 9 |\n"
    )


def test_compared__takes_the_size_that_shows_as_much() -> None:
    costs = [cost(1_000, rows_given=10, web_ms=1.0), cost(100_000), cost(1_000_000)]
    (route,) = compared(costs)
    assert (route["base"], route["ratio"]) == (100_000, 1.0)


def test_compared__takes_the_size_that_counts_as_much() -> None:
    costs = [cost(1_000, rows_counted=10, web_ms=1.0), cost(100_000, rows_counted=100)]
    (route,) = compared([*costs, cost(1_000_000, rows_counted=100)])
    assert (route["base"], route["ratio"]) == (100_000, 1.0)


class Rounds:
    """A library whose request takes these milliseconds, one after the other."""

    def __init__(self, photos: int, *taken: float) -> None:
        self.photos, self._taken, self.asked = photos, iter(taken), 0

    def ask(self, what: str, _name: str) -> dict[str, Any]:
        if what == "look":
            (look,) = cost(self.photos, database_ms=0.0, web_ms=next(self._taken))["routes"]
            return look | {"is_slow": False}
        self.asked += 1
        return {"database_ms": 0.0, "web_ms": next(self._taken)}


@pytest.mark.parametrize(("later", "ratio", "rounds"), [(10.0, 1.0, 23), (14.0, 1.4, 23)])
def test_rounds__many_more_follow_where_the_ratio_is_high(later: float, ratio: float, rounds: int) -> None:
    small, large = Rounds(1_000, *[10.0] * 23), Rounds(1_000_000, *[20.0] * 3, *[later] * 20)
    costs = route_in([small, large], "sheet", 3)
    assert costs[1]["web_ms"] / costs[0]["web_ms"] == ratio
    assert [each["rounds"] for each in costs] == [rounds, rounds]


def test_rounds__few_are_enough_where_it_is_not() -> None:
    libraries = [Rounds(photos, 10.0, 9.0, 11.0) for photos in (1_000, 1_000_000)]
    assert [each["web_ms"] for each in route_in(libraries, "sheet", 3)] == [10.0, 10.0]
    # The look is the first of the three.
    assert [library.asked for library in libraries] == [2, 2]


def test_rounds__are_of_the_sizes_that_are_compared() -> None:
    libraries = [Rounds(photos, 10.0, 9.0, 11.0) for photos in (1_000, 100_000, 1_000_000)]
    assert [each["rounds"] for each in route_in(libraries, "sheet", 3)] == [3, 1, 3]


def test_plan__says_what_the_shown_numbers_count() -> None:
    entries = {"Node Type": "Index Only Scan", "Index Name": "albums_entry_unique", "Actual Rows": 200}
    counted = {
        "Node Type": "Aggregate",
        "Parent Relationship": "SubPlan",
        "Actual Rows": 1,
        "Actual Loops": 50,
    }
    albums = {"Node Type": "Index Scan", "Index Name": "albums", "Actual Rows": 50, "Actual Loops": 1}
    plan = Plan()
    plan.add(albums | {"Plans": [counted | {"Plans": [entries | {"Actual Loops": 50}]}]}, {})
    assert plan.rows_counted == 10_000


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
            *(sys.executable, "-m", "bench.scale", "--sizes", "1000", "2000"),
            *("--repeats", "1", "--tiles", "0"),
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
