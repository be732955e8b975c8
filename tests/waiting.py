"""Wait for a condition with a deadline, never for a fixed time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


def eventually(
    check: Callable[[], Found], *, within_seconds: float = 30.0, every_seconds: float = 0.05
) -> Found:
    """Repeat the check until its result is true, and return the result.

    Raises:
        AssertionError: it was still false at the deadline; the text gives the last result.
    """
    deadline = time.monotonic() + within_seconds
    pause = threading.Event()
    while not (found := check()):
        assert time.monotonic() < deadline, f"Not within {within_seconds} s; last result: {found!r}"
        pause.wait(every_seconds)
    return found
