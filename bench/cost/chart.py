"""The three ways as a picture: dollars for 1,000 photos and for a million page views."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

_LABEL_WIDTH, _BAR_WIDTH, _ROW, _HEAD = 190, 400, 28, 44

_STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #444 }
    .title { font-size: 16px; font-weight: 600; fill: #222 }
    .bar { fill: #b8b8b8 } .ours { fill: #d7263d }
    @media (prefers-color-scheme: dark) {
      text { fill: #bbb } .title { fill: #eee } .bar { fill: #5c5c5c } .ours { fill: #ff6b6b }
    }"""


def draw(groups: Mapping[str, Mapping[str, float]], ours: str) -> str:
    """Return an SVG with one group of bars for each title, each group to a scale of its own."""
    parts, y = [], 8
    for title, ways in groups.items():
        parts.append(f'  <text class="title" x="10" y="{y + 20}">{escape(title)}</text>')
        y += _HEAD - 10
        longest = max(ways.values())
        for name, dollars in ways.items():
            width = _BAR_WIDTH * dollars / longest
            size = f'width="{width:.1f}" height="20"'
            kind = "ours" if name == ours else "bar"
            parts += [
                f'  <text x="{_LABEL_WIDTH - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>',
                f'  <rect class="{kind}" x="{_LABEL_WIDTH}" y="{y + 2}" {size} rx="2"/>',
                f'  <text x="{_LABEL_WIDTH + width + 8:.1f}" y="{y + 17}">{written(dollars)}</text>',
            ]
            y += _ROW
        y += 14
    width = _LABEL_WIDTH + _BAR_WIDTH + 90
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y}" role="img">',
            "  <title>What three ways to show photos cost</title>",
            f"  <style>{_STYLE}\n  </style>",
            *parts,
            "</svg>\n",
        ]
    )


def written(dollars: float) -> str:
    """Return dollars as people write them: cents matter only where there are few dollars.

    >>> written(0.0612), written(4.5), written(1234.4)
    ('$0.061', '$4.50', '$1,234')
    """
    if dollars < 1:
        return f"${dollars:.3f}"
    return f"${dollars:.2f}" if dollars < 10 else f"${dollars:,.0f}"
