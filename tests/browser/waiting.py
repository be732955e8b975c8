"""Wait for what only the page's own state tells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

WITHIN_SECONDS = 20.0
EVERY_MS = 50


def wait_until(page: Page, function: str, arg: Any = None) -> None:
    """Wait until the JavaScript function returns something true.

    ``Page.wait_for_function`` calls eval in the page from its second look on, which our policy refuses: it
    passes only where the first look is enough.
    """
    until = time.monotonic() + WITHIN_SECONDS
    while not page.evaluate(function, arg):
        assert time.monotonic() < until, f"not within {WITHIN_SECONDS} s: {function}"
        page.wait_for_timeout(EVERY_MS)
