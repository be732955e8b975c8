"""Bars as an SVG, readable on light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

LABEL_WIDTH, BAR_WIDTH = 190, 430
ROW = 30
"""Height of a bar with the space below it, in pixels of the drawing like all lengths here."""

_STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #444 }
    .title { font-size: 16px; font-weight: 600; fill: #222 }
    .bar { fill: #b8b8b8 } .ours { fill: #d7263d }
    @media (prefers-color-scheme: dark) {
      text { fill: #bbb } .title { fill: #eee } .bar { fill: #5c5c5c } .ours { fill: #ff6b6b }
    }"""


def picture(title: str, parts: Iterable[str], height: int) -> str:
    """Return the drawing; ``title`` is what screen readers say of it."""
    width = LABEL_WIDTH + BAR_WIDTH + 90
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            f"  <title>{escape(title)}</title>",
            f"  <style>{_STYLE}\n  </style>",
            *parts,
            "</svg>\n",
        ]
    )


def heading(y: int, text: str) -> str:
    """Return a heading whose line is at ``y``."""
    return f'  <text class="title" x="10" y="{y}">{escape(text)}</text>'


def bar(y: int, name: str, share: float, value: str, *, ours: bool) -> str:
    """Return one bar, ``share`` of the longest, between its name and its value."""
    width = BAR_WIDTH * share
    kind = "ours" if ours else "bar"
    return (
        f'  <text x="{LABEL_WIDTH - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>\n'
        f'  <rect class="{kind}" x="{LABEL_WIDTH}" y="{y + 2}" width="{width:.1f}" height="20" rx="2"/>\n'
        f'  <text x="{LABEL_WIDTH + width + 8:.1f}" y="{y + 17}">{escape(value)}</text>'
    )
