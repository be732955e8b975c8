"""Waiting for room in the gallery: longer each time, and not for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
PATIENCE_SECONDS = 30 * 60.0
"""Unused offers of an interrupted run take places for 16 minutes; then there is room again."""


class Patience:
    """Ends when nothing has moved for half an hour."""

    def __init__(self, pause: Callable[[float], object], clock: Callable[[], float]) -> None:
        self._pause = pause
        self._clock = clock
        self._since: float | None = None
        self._seconds = FIRST_PAUSE_SECONDS

    @property
    def is_over(self) -> bool:
        """Tell whether it is no use to wait on."""
        return self._since is not None and self._clock() - self._since > PATIENCE_SECONDS

    def renew(self) -> None:
        """Begin anew: something has moved."""
        self._since = None
        self._seconds = FIRST_PAUSE_SECONDS

    def wait(self) -> None:
        """Wait once, twice as long as before."""
        if self._since is None:
            self._since = self._clock()
        self._pause(self._seconds)
        self._seconds = min(2 * self._seconds, LONGEST_PAUSE_SECONDS)
