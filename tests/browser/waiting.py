"""Wait for what only the page's own state tells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

WITHIN_SECONDS = 20.0
EVERY_MS = 50


class Held:
    """Requests of a page that wait until the test lets them go."""

    def __init__(self, page: Page, pattern: str) -> None:
        """Hold the requests whose address is like the pattern."""
        self._routes: list[Route] = []
        page.route(pattern, self._hold)

    def _hold(self, route: Route) -> None:
        self._routes.append(route)

    def go_on(self) -> None:
        """Let them go."""
        for route in self._take():
            route.continue_()

    def fail(self) -> None:
        """Let them fail, as without a connection."""
        for route in self._take():
            route.abort()

    def _take(self) -> list[Route]:
        found, self._routes = self._routes, []
        assert found, "nothing was asked for"
        return found


def wait_until(page: Page, function: str, arg: Any = None) -> None:
    """Wait until the JavaScript function returns something true.

    ``Page.wait_for_function`` calls eval in the page from its second look on, which our policy refuses: it
    passes only where the first look is enough.
    """
    until = time.monotonic() + WITHIN_SECONDS
    while not page.evaluate(function, arg):
        assert time.monotonic() < until, f"not within {WITHIN_SECONDS} s: {function}"
        page.wait_for_timeout(EVERY_MS)
