"""Browsers come last: once Playwright runs, no other test may need a database or an event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def test_browsers__come_after_all_other_tests(request: pytest.FixtureRequest) -> None:
    in_browser = [item.get_closest_marker("browser") is not None for item in request.session.items]

    assert in_browser == sorted(in_browser)
