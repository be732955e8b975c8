"""What one run of a job may use: time and AWS calls."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Budget:
    """Seconds and AWS calls that a run may use. ``clock`` returns seconds, and never goes back.

    A run asks after each row, so it ends one row late at most. The web function has 30 seconds
    (``zappa_settings.json``), and one row may wait for a store as long as ``time_limits.of_job`` lets it.
    """

    seconds: float = 15.0
    calls: int = 600
    clock: Callable[[], float] = time.monotonic
    spent_calls: int = 0
    _begun: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self._begun = self.clock()

    @property
    def spent_seconds(self) -> float:
        """Return the seconds since the run began."""
        return self.clock() - self._begun

    def has_left(self) -> bool:
        """Return whether the run may begin another row."""
        return self.spent_calls < self.calls and self.spent_seconds < self.seconds

    def spend(self, calls: int) -> None:
        """Count calls that are made now."""
        self.spent_calls += calls
