"""The time of a piece of work, repeated."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def median_ms(
    work: Callable[[], object], repeats: int, clock: Callable[[], float] = time.process_time
) -> float:
    """Return the median of the repeats in milliseconds, by default of the process's CPU time."""
    spent = []
    for _ in range(repeats):
        began = clock()
        work()
        spent.append(1000 * (clock() - began))
    return statistics.median(spent)
