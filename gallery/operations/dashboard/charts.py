"""Bar charts in units of their own box, which a page draws as SVG without a library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HEIGHT = 100
STEP = 10
"""Width of a bar with the gap beside it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; ``label`` is its text for people."""

    x: int
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the oldest to the newest, the highest as high as the box; ``ticks`` are texts below them."""

    title: str
    summary: str
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    maximum: str

    @property
    def width(self) -> int:
        """Return the width of the box."""
        return STEP * len(self.bars)

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to draw."""
        return not any(bar.height for bar in self.bars)


def chart(
    title: str,
    summary: str,
    values: Sequence[float],
    *,
    labels: Sequence[str],
    ticks: Sequence[str],
    maximum: str,
) -> Chart:
    """Return a chart with one bar for each value; ``maximum`` is the text for the highest value.

    >>> drawn = chart("Photos", "3", [1, 2], labels=["1", "2"], ticks=[], maximum="2")
    >>> [(bar.x, bar.y, bar.height) for bar in drawn.bars]
    [(0, 50.0, 50.0), (10, 0.0, 100.0)]
    """
    highest = max(values, default=0) or 1
    heights = [round(HEIGHT * value / highest, 1) for value in values]
    bars = tuple(
        Bar(STEP * number, round(HEIGHT - height, 1), height, label)
        for number, (height, label) in enumerate(zip(heights, labels, strict=True))
    )
    return Chart(title, summary, bars, tuple(ticks), maximum)
