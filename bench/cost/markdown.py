"""Tables as Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.cost.chart import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, texts: int = 1) -> str:
    """Return a table; its first column, or the first few, are text and the others are numbers.

    >>> print(table(("plan", "dollars"), [("Pro", "15")]))
    | plan | dollars |
    |---|---:|
    | Pro | 15 |
    <BLANKLINE>
    """
    rule = "|" + "---|" * texts + "---:|" * (len(heads) - texts)
    head, *body = (f"| {' | '.join(cells)} |" for cells in (heads, *rows))
    return "\n".join([head, rule, *body, ""])


def by_service(name: str, way: Mapping[str, float]) -> str:
    """Return the dollars by service, and their sum."""
    rows = [(title, f"{dollars:.4f}") for title, dollars in way.items()]
    return table((name, "dollars"), [*rows, ("**all**", f"**{sum(way.values()):.4f}**")])


def dollars(heads: tuple[str, str], of: Mapping[str, float]) -> str:
    """Return dollars with their titles, without a sum."""
    return table(heads, [(title, written(amount)) for title, amount in of.items()])
