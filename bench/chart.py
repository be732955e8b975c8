"""The measurements as a picture: CPU time a photo, one bar for each contender."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bench import bars
from bench.ratios import OURS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.measuring import Measured

_TOP = 64


def draw(measured: Iterable[Measured]) -> str:
    """Return an SVG of the geometric means over the photos that all contenders read, the fastest first."""
    by_photo: dict[str, dict[str, float]] = {}
    for one in measured:
        by_photo.setdefault(one.photo, {})[one.contender] = one.cpu_seconds
    everyone = max((set(ways) for ways in by_photo.values()), key=len, default=set())
    shared = [ways for ways in by_photo.values() if ways.keys() == everyone]
    seconds = {name: [ways[name] for ways in shared] for name in everyone}
    means = {name: math.exp(sum(map(math.log, values)) / len(values)) for name, values in seconds.items()}
    ranked = sorted(means.items(), key=lambda item: item[1])
    longest = ranked[-1][1] if ranked else 1.0
    rows = [
        bars.bar(_TOP + bars.ROW * place, name, mean / longest, f"{1000 * mean:.0f} ms", ours=name == OURS)
        for place, (name, mean) in enumerate(ranked)
    ]
    subtitle = f"geometric mean over {len(shared)} photographs of 8 to 50 MP; lower is better"
    parts = [
        bars.heading(24, "Three renditions of one photo: CPU time"),
        f'  <text x="10" y="46">{subtitle}</text>',
        *rows,
    ]
    return bars.picture("CPU time for one photo by contender", parts, _TOP + bars.ROW * len(ranked) + 10)
