"""Tables as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cost.chart import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def table(name: str, way: Mapping[str, float]) -> str:
    """Return the dollars by service, and their sum."""
    lines = [f"| {name} | dollars |", "|---|---:|"]
    lines += [f"| {title} | {dollars:.4f} |" for title, dollars in way.items()]
    return "\n".join([*lines, f"| **all** | **{sum(way.values()):.4f}** |", ""])


def rows(heads: tuple[str, str], of: Iterable[tuple[str, float]]) -> str:
    """Return dollars with their titles, without a sum."""
    return two_columns(heads, {title: written(dollars) for title, dollars in of})


def two_columns(heads: tuple[str, str], cells: Mapping[str, str]) -> str:
    """Return two columns."""
    lines = [f"| {heads[0]} | {heads[1]} |", "|---|---:|"]
    return "\n".join([*lines, *(f"| {title} | {value} |" for title, value in cells.items()), ""])
