"""Waiting for something with a deadline, never for a fixed time."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")


def eventually(
    look: Callable[[], Found], *, within_seconds: float = 30.0, every_seconds: float = 0.05
) -> Found:
    """Look again and again until what is found is true, and return it.

    Raises:
        AssertionError: it was still false at the deadline; the text says what was seen last.
    """
    deadline = time.monotonic() + within_seconds
    pause = threading.Event()
    while not (found := look()):
        assert time.monotonic() < deadline, f"Not within {within_seconds} s; last seen: {found!r}"
        pause.wait(every_seconds)
    return found
