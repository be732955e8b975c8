"""Screenshots and geometry of the main pages: phone and desktop, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from infra.worker_zip import PROJECT
from tests import pictures
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.watch import Watch

SCREENSHOTS = PROJECT / "var" / "screenshots"
PHONE, DESKTOP = (390, 844), (1440, 900)
PATHS = {
    "sheet": "/",
    "mine": "/me/photos/",
    "failed": "/me/photos/failed/",
    "person": "/people/tina/",
    "trash": "/me/trash/",
    "storage": "/me/storage/",
    "upload": "/upload/",
    "account": "/me/",
    "password": "/me/password/",
    "not-here": "/nowhere/",
}
PHOTOGRAPHS_SHARE = """
() => {
  const seen = (e) => {
    const r = e.getBoundingClientRect();
    return Math.max(0, Math.min(r.right, innerWidth) - Math.max(r.left, 0)) *
      Math.max(0, Math.min(r.bottom, innerHeight) - Math.max(r.top, 0));
  };
  const tiles = [...document.querySelectorAll(".tile")];
  return tiles.reduce((sum, tile) => sum + seen(tile), 0) / innerWidth / innerHeight;
}
"""


def picture_of(page: Page, name: str) -> None:
    """Save a screenshot of the page, and assert that it does not scroll sideways."""
    size, scheme = (
        page.viewport_size or {},
        page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"),
    )
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}-{size['width']}-{'dark' if scheme else 'light'}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(PHONE, "light", id="phone-light"),
        pytest.param(DESKTOP, "dark", id="desktop-dark", marks=pytest.mark.slow),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "light", id="desktop-light", marks=pytest.mark.slow),
    ],
)
def test_pages__do_not_scroll_sideways(
    open_page: Open, watch: Watch, size: tuple[int, int], scheme: str
) -> None:
    watch.expect("404 (Not Found)")
    viewport = {"width": size[0], "height": size[1]}
    page = open_page("tina", "/upload/", viewport=viewport, color_scheme=scheme)
    files = [
        {"name": f"{scheme}-{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(number, shape)}
        for number, shape in enumerate(pictures.SHAPES[:3], start=len(scheme) * size[0])
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    picture_of(page, "uploaded")
    for name, path in PATHS.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture_of(page, name)
    page.goto("/")
    page.locator(".tile a").first.click()
    expect(page.locator(".pswp--open .legend-line")).to_be_visible()
    page.wait_for_timeout(500)
    picture_of(page, "lightbox")
    page.get_by_role("link", name="Details").click()
    expect(page.get_by_label("Caption")).to_be_attached()
    page.wait_for_load_state("networkidle")
    picture_of(page, "photo")


@pytest.mark.slow
def test_sheet__photos_fill_the_page(open_page: Open) -> None:
    page = open_page("tina", "/upload/")
    files = [
        {"name": f"fill-{n}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900 + n)}
        for n in range(24)
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    page.goto("/")
    assert page.evaluate(PHOTOGRAPHS_SHARE) > 0.85
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    # The rest on a phone is the navigation bar.
    page.mouse.wheel(0, 80)
    expect(page.get_by_role("link", name="Contactsheet")).not_to_be_in_viewport()
    assert page.evaluate(PHOTOGRAPHS_SHARE) > 0.85


def test_photo__small_is_not_upscaled(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    small = {"name": "small.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(77, (360, 240))}
    page.set_input_files("#file", [small])
    wait_until_processed(page, 1)
    page.get_by_role("link", name="Open").click()
    box = page.locator(".photo img").bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (360, 240)


def test_photo__large_fits_the_window(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    tall = {"name": "tall.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(78, (1200, 1800))}
    page.set_input_files("#file", [tall])
    wait_until_processed(page, 1)
    page.get_by_role("link", name="Open").click()
    box = page.locator(".photo img").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 900
    assert box["width"] / box["height"] == pytest.approx(2 / 3, abs=0.01)
