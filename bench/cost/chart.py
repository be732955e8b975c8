"""The four ways as a picture: dollars for 1,000 photos and for a million page views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import bars

if TYPE_CHECKING:
    from collections.abc import Mapping


def draw(groups: Mapping[str, Mapping[str, float]], ours: str) -> str:
    """Return an SVG with one group of bars for each title, each group to a scale of its own."""
    parts, y = [], 8
    for title, ways in groups.items():
        parts.append(bars.heading(y + 20, title))
        y += 34
        longest = max(ways.values())
        for name, dollars in ways.items():
            parts.append(bars.bar(y, name, dollars / longest, written(dollars), ours=name == ours))
            y += bars.ROW
        y += 14
    return bars.picture("What four ways to show photos cost", parts, y)


def written(dollars: float) -> str:
    """Return dollars as people write them: cents matter only where there are few dollars.

    >>> written(0.0612), written(4.5), written(1234.4)
    ('$0.061', '$4.50', '$1,234')
    """
    if dollars < 1:
        return f"${dollars:.3f}"
    return f"${dollars:.2f}" if dollars < 10 else f"${dollars:,.0f}"
