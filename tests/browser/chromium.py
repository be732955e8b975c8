"""Debian's Chromium, limited to hosts on this machine."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Playwright

CHROMIUM = shutil.which("chromium") or ""
FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    # A page that a test has rewritten counts as one of another network, which may not load from this machine.
    "--disable-features=LocalNetworkAccessChecks",
    "--disable-sync",
    "--no-first-run",
)
LOOPBACK_ONLY = "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
"""No host outside this machine resolves."""


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Give a whole test run the one Playwright that a thread can have.

    From here on an event loop counts as running in this thread, so that Django refuses the database and
    nothing can start another loop. ``tests/conftest.py`` therefore leaves browsers to the end.
    """
    with sync_playwright() as started:
        yield started


@contextmanager
def launched(playwright: Playwright, host_rules: str = LOOPBACK_ONLY) -> Iterator[Browser]:
    """Run a browser while the block lasts; ``host_rules`` say where it finds which host."""
    flags = [*FLAGS, f"--host-resolver-rules={host_rules}"]
    if os.geteuid() == 0:
        # Its sandbox refuses to run as root, which is what a container gives.
        flags.append("--no-sandbox")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
    try:
        yield browser
    finally:
        browser.close()
