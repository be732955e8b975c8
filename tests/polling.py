"""Waits for what happens by itself, with an end to all waiting."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Found = TypeVar("Found")
EVERY_SECONDS = 0.2


def poll(look: Callable[[], Found], *, within_seconds: float) -> Found:
    """Look again and again until something is found, and return it.

    Raises:
        AssertionError: nothing was found in time.
    """
    never = threading.Event()
    deadline = time.monotonic() + within_seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"nothing after {within_seconds} s: {found!r}"
        never.wait(EVERY_SECONDS)
    return found
