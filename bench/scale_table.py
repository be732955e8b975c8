"""Compare what routes cost at several sizes, and print it.

``python -m bench.scale_table``: write the rows of ``docs/scaling.md`` again, from ``var/bench/scale.json``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HIGHEST_RATIO = 1.3
MOST_READ = 20
"""Rows read for each row that a statement gave."""
PAGE = 60
"""A page that shows less may read as much as a full one."""


def compared(sizes: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return each route with its costs by size, its ratio, and what is wrong with it.

    The ratio is that of the largest size to the smallest where the route showed as many rows, and counted as
    many for the numbers that it shows: a list that is short in a small library costs less there for that
    reason. 0 if there is no such size.
    """
    by_name: dict[str, list[dict[str, Any]]] = {}
    for size in sizes:
        for cost in size["routes"]:
            by_name.setdefault(cost["name"], []).append(cost | {"photos": size["photos"]})
    return [compared_route(name, costs) for name, costs in by_name.items()]


def compared_route(name: str, costs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one route as ``compared`` does; its costs are in the order of sizes."""
    largest = costs[-1]
    base = next((cost for cost in costs[:-1] if _shows_as_much(cost, largest)), None)
    ratio = _total(largest) / _total(base) if base else 0.0
    faults = [f"status {largest['status']}"] if largest["status"] not in {200, 302} else []
    if ratio > HIGHEST_RATIO:
        faults.append("ratio")
    if largest["rows_read"] > MOST_READ * max(PAGE, largest["rows_given"]):
        faults.append("reads")
    faults += [f"whole {table}" for table in largest["whole_tables"]]
    return {
        "name": name,
        "costs": costs,
        "ratio": ratio,
        "base": base["photos"] if base else 0,
        "faults": faults,
    }


def _shows_as_much(cost: dict[str, Any], largest: dict[str, Any]) -> bool:
    return all(cost[rows] >= 0.95 * largest[rows] for rows in ("rows_given", "rows_counted"))


def _total(cost: dict[str, Any]) -> float:
    return float(cost["database_ms"] + cost["web_ms"])


def lines(routes: Sequence[dict[str, Any]], sizes: Sequence[int]) -> Iterator[str]:
    """Yield a table in Markdown: CPU of database and web in milliseconds, ratio, rows read, statements."""
    heads = [f"{size:,}" for size in sizes]
    yield f"| request | {' | '.join(heads)} | ratio | rows read | rows given | statements | |"
    yield f"|---|{'---|' * len(heads)}---|---|---|---|---|"
    for route in routes:
        last = route["costs"][-1]
        spent = [f"{cost['database_ms']:.1f} + {cost['web_ms']:.1f}" for cost in route["costs"]]
        ratio = f"{route['ratio']:.2f}" if route["ratio"] else "–"
        yield (
            f"| {route['name']} | {' | '.join(spent)} | {ratio} | {last['rows_read']:,} | "
            f"{last['rows_given']:,} | {last['statements']} | {', '.join(route['faults'])} |"
        )


def window_lines(sizes: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what a browser had of each library, as far as one looked."""
    for size in sizes:
        window = size.get("window", {"scrolled": []})
        if "first_picture_ms" in window:
            ended = window["first_picture_ms"]
            yield f"{size['photos']:,} photos: the first picture {ended:.0f} ms after a jump"
        for step in window["scrolled"]:
            yield (
                f"{size['photos']:,} photos: after {step['shown']:,} tiles {step['in_document']:,} in the "
                f"document, {step['nodes']:,.0f} nodes, {step['heap_mb']:.1f} MB of JavaScript"
            )


def rewritten(document: str, routes: Sequence[dict[str, Any]]) -> str:
    """Return the document with the figures of the routes that its table names."""
    rows = {route["name"]: _row(route) for route in routes}
    return re.sub(r"^\| ([^|]+) \|.*", lambda row: rows.get(row[1], row[0]), document, flags=re.MULTILINE)


def _row(route: dict[str, Any]) -> str:
    costs = route["costs"]
    last, smallest = costs[-1], costs[0]["photos"]
    spent = " | ".join(f"{cost['database_ms']:.1f} + {cost['web_ms']:.0f}" for cost in costs)
    star = "*" if route["base"] != smallest else ""
    ratio = f"{route['ratio']:.2f}{star}" if route["ratio"] else "–"
    return f"| {route['name']} | {spent} | {ratio} | {last['rows_read']:,} : {last['rows_given']:,} |"


def main() -> None:
    """Write the document again."""
    project = Path(__file__).resolve().parents[1]
    document = project / "docs" / "scaling.md"
    routes = json.loads((project / "var" / "bench" / "scale.json").read_text())["routes"]
    document.write_text(rewritten(document.read_text(), routes))


if __name__ == "__main__":
    main()
