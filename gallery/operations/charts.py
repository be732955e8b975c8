"""Charts of bars, in units of their own box, so that a page needs neither script nor library to draw them."""

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
    """One bar; ``label`` says in words what it shows."""

    x: int
    y: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from the oldest to the newest, the tallest as high as the box; ``ticks`` stand below them."""

    title: str
    summary: str
    bars: tuple[Bar, ...]
    ticks: tuple[str, ...]
    most: str

    @property
    def width(self) -> int:
        """Return the width of the box."""
        return STEP * len(self.bars)

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to draw."""
        return not any(bar.height for bar in self.bars)


def chart(
    title: str,
    summary: str,
    values: Sequence[float],
    *,
    words: Sequence[str],
    ticks: Sequence[str],
    most: str,
) -> Chart:
    """Draw one bar for each value; ``words`` label them and ``most`` says what the tallest stands for.

    >>> drawn = chart("Photos", "3 in all", [1, 2], words=["at 1: 1", "at 2: 2"], ticks=["1", "2"], most="2")
    >>> [(bar.x, bar.y, bar.height) for bar in drawn.bars]
    [(0, 50.0, 50.0), (10, 0.0, 100.0)]
    """
    tallest = max(values, default=0) or 1
    heights = [round(HEIGHT * value / tallest, 1) for value in values]
    bars = tuple(
        Bar(STEP * number, round(HEIGHT - height, 1), height, label)
        for number, (height, label) in enumerate(zip(heights, words, strict=True))
    )
    return Chart(title, summary, bars, tuple(ticks), most)
