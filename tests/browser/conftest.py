"""One running gallery and one Chromium for all browser tests of a process; a context for each person."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser import site
from tests.browser.chromium import CHROMIUM, launched
from tests.browser.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Playwright

TIMEOUT_MS = 20_000
DESKTOP = {"width": 1440, "height": 900}

# A wait that ends with what it waited for; two browsers, galleries, and workers share the machine.
expect.set_options(timeout=TIMEOUT_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in this folder: they need Chromium and a running gallery."""
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):  # noqa: PTH120 - pytest hands out a plain path
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"))


@pytest.fixture(scope="session")
def running_gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[site.Site]:
    """Run one gallery for all browser tests of this process."""
    run = tmp_path_factory.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    with site.running(tmp_path_factory.mktemp("gallery"), shared / "collected") as running:
        yield running


@pytest.fixture(scope="module")
def gallery(running_gallery: site.Site) -> site.Site:
    """Give each module the gallery with its people, and without what others left there."""
    running_gallery.empty()
    return running_gallery


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Give all browser tests one Chromium."""
    with launched(playwright) as browser:
        yield browser


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fail a test whose pages violate the policy or write to the console."""
    listener = Watch()
    yield listener
    assert listener.unexpected == []


class Open(Protocol):
    """Opens a page for a person, or for a visitor without an account."""

    def __call__(self, person: str = "", path: str = "/", **options: Any) -> Page: ...


@pytest.fixture(scope="session")
def sessions() -> dict[str, Any]:
    """Remember the cookies of people who have signed in once."""
    return {}


@pytest.fixture
def open_page(
    gallery: site.Site, chromium: Browser, watch: Watch, sessions: dict[str, Any]
) -> Iterator[Open]:
    """Return a maker of pages, each in a browser context of its own."""
    contexts = []

    def opened(person: str = "", path: str = "/", **options: Any) -> Page:
        # A test of the service worker allows it: its requests would pass the others' routes by.
        wanted = {
            "viewport": DESKTOP,
            "locale": "en-GB",
            "base_url": gallery.origin,
            "service_workers": "block",
        } | options
        watch.expect("Service Worker registration blocked by Playwright")
        if person and person in sessions:
            wanted["storage_state"] = sessions[person]
        context = chromium.new_context(**wanted)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MS)
        watch.over(context)
        page = context.new_page()
        if person and person not in sessions:
            page.goto("/sign-in/")
            page.get_by_label("Username or email address").fill(person)
            page.get_by_label("Password").fill(site.PASSWORD)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_url("**/me/photos/")
            sessions[person] = context.storage_state()
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return ten different JPEGs on disk."""
    return pictures.save(tmp_path_factory.mktemp("photographs"))
