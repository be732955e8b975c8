"""The measurements as a picture: CPU time a photo, one bar for each contender."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from bench.ratios import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.measuring import Measured

_LABEL_WIDTH, _BAR_WIDTH, _ROW, _TOP = 190, 430, 30, 64

_STYLE = """
    text { font: 14px system-ui, sans-serif; fill: #444 }
    .title { font-size: 16px; font-weight: 600; fill: #222 }
    .bar { fill: #b8b8b8 } .ours { fill: #d7263d }
    @media (prefers-color-scheme: dark) {
      text { fill: #bbb } .title { fill: #eee } .bar { fill: #5c5c5c } .ours { fill: #ff6b6b }
    }"""


def draw(measured: Iterable[Measured]) -> str:
    """Return an SVG of the geometric means over all photos, the fastest first."""
    seconds: dict[str, list[float]] = {}
    for one in measured:
        seconds.setdefault(one.contender, []).append(one.cpu_seconds)
    means = {name: math.exp(sum(map(math.log, values)) / len(values)) for name, values in seconds.items()}
    ranked = sorted(means.items(), key=lambda item: item[1])
    longest = ranked[-1][1] if ranked else 1.0
    width = _LABEL_WIDTH + _BAR_WIDTH + 90
    height = _TOP + _ROW * len(ranked) + 10
    rows = [_row(place, name, mean, longest) for place, (name, mean) in enumerate(ranked)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "  <title>CPU time for one photo by contender</title>",
            f"  <style>{_STYLE}\n  </style>",
            '  <text class="title" x="10" y="24">Three renditions of one photo: CPU time</text>',
            '  <text x="10" y="46">geometric mean over photographs of 12 to 48 MP; less is better</text>',
            *rows,
            "</svg>\n",
        ]
    )


def _row(place: int, name: str, mean: float, longest: float) -> str:
    y = _TOP + _ROW * place
    width = _BAR_WIDTH * mean / longest
    kind = "ours" if name == OURS else "bar"
    return (
        f'  <text x="{_LABEL_WIDTH - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>\n'
        f'  <rect class="{kind}" x="{_LABEL_WIDTH}" y="{y + 2}" width="{width:.1f}" height="20" rx="2"/>\n'
        f'  <text x="{_LABEL_WIDTH + width + 8:.1f}" y="{y + 17}">{1000 * mean:.0f} ms</text>'
    )
