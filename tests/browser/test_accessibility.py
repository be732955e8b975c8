"""WCAG 2.2 A and AA by axe-core on the main pages, light and dark, and checks that axe lacks."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from infra.worker_zip import PROJECT
from tests import pictures
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open

WCAG = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
FOR_VISITORS = [
    "/",
    "/search/?q=nowhere",
    "/sign-in/",
    "/sign-up/",
    "/password/",
    "/password/sent/",
    "/nowhere/",
]
FOR_MEMBERS = [
    "/",
    "/me/photos/",
    "/me/trash/",
    "/me/duplicates/",
    "/me/storage/",
    "/upload/",
    "/me/",
    "/me/password/",
    "/me/delete/",
    "/me/email/",
    "/me/notifications/",
    "/albums/",
    "/albums/new/",
    "/me/tokens/",
    "/me/notifications/",
]


TOO_SMALL = """
() => [...document.querySelectorAll("main :is(a, button, input, select, summary), nav a")]
  .filter((e) => e.checkVisibility() && !e.closest("p:has(> a)") && e.type !== "hidden")
  .map((e) => [(e.closest("label") ?? e).getBoundingClientRect().height, e.outerHTML.slice(0, 120)])
  .filter(([height]) => height > 1 && height < 43.5)
"""
"""Links within a sentence are exempt, as in WCAG 2.5.8; an input without height has its label."""


@functools.cache
def axe() -> str:
    """Return the source of axe-core, installed beside the bundler."""
    return (PROJECT / "node_modules" / "axe-core" / "axe.min.js").read_text()


def violations(page: Page, rules: tuple[str, ...] = (*WCAG, "best-practice")) -> list[str]:
    """Return what axe finds, one line each."""
    page.evaluate(axe())
    options = json.dumps({"runOnly": rules, "resultTypes": ["violations"]})
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {options})")
    return [
        f"{rule['id']}: {rule['help']}: {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe__pages_for_visitors(open_page: Open, scheme: str, watch: Any) -> None:
    watch.expect("404 (Not Found)")
    page = open_page(color_scheme=scheme)
    found = {}
    for path in FOR_VISITORS:
        page.goto(path)
        found[path] = violations(page)
    assert found == {path: [] for path in FOR_VISITORS}


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_axe__pages_for_members(open_page: Open, scheme: str) -> None:
    page = open_page("alice", "/upload/", color_scheme=scheme)
    page.set_input_files("#file", [{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(7)}])
    wait_until_processed(page, 1)
    found = {"/upload/ with a file": violations(page)}
    for path in FOR_MEMBERS:
        page.goto(path)
        found[path] = violations(page)
    page.goto("/me/photos/")
    page.goto(page.locator(".tile a").first.get_attribute("href") or "")
    found["photo"] = violations(page)
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_axe__lightbox_and_its_focus(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    page.set_input_files("#file", [{"name": "b.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(8)}])
    wait_until_processed(page, 1)
    page.goto("/me/photos/")
    tile = page.locator(".tile a[data-full-src]:not([data-full-src=''])").first
    tile.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(tile).to_be_focused()
    assert page.url.endswith("/me/photos/")


WHERE = """() => {
    const shown = document.querySelector(".pswp__item[aria-hidden=false] .pswp__img");
    const { left, top, right, bottom } = shown.getBoundingClientRect(), focus = document.activeElement;
    const inside = left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
    return [inside, Math.round(left), Math.round(top), Boolean(focus.closest(".pswp")), focus.outerHTML];
}"""


def test_lightbox__focus_loops_and_moves_nothing(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    files = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(number)}
        for number in (18, 19, 20)
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    page.goto("/me/photos/")
    page.locator(".tile a[data-full-src]:not([data-full-src=''])").first.press("Enter")
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    page.wait_for_timeout(400)  # the opening animation
    before = page.evaluate(WHERE)[1:3]
    for key in ("Tab", "Shift+Tab"):
        seen = []
        for _ in range(20):
            page.keyboard.press(key)
            inside, left, top, within, focused = page.evaluate(WHERE)
            assert (inside, [left, top], within) == (True, before, True), f"after {key}"
            seen.append(focused)
        controls = len(set(seen))
        assert controls >= 3
        assert seen[:controls] == seen[controls : 2 * controls], "focus goes round"


def test_tap_targets__are_at_least_44_pixels_high(open_page: Open) -> None:
    page = open_page(
        "alice", "/upload/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    small = {}
    for path in FOR_MEMBERS:
        page.goto(path)
        small[path] = page.evaluate(TOO_SMALL)
    assert {path: found for path, found in small.items() if found} == {}


def test_keyboard__skips_to_the_content(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.slow
def test_reduced_motion__disables_animations(open_page: Open) -> None:
    page = open_page("alice", "/upload/", reduced_motion="reduce")
    page.set_input_files("#file", [{"name": "c.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(9)}])
    row = page.locator(".upload-row").first
    row.wait_for()
    seconds = page.evaluate(
        """() => [...document.querySelectorAll("*")].map((e) => getComputedStyle(e))
             .flatMap((s) => [s.transitionDuration, s.animationDuration]).flatMap((t) => t.split(", "))
             .map(parseFloat)"""
    )
    assert max(seconds) <= 0.001
