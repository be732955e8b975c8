"""Favorites: the heart in the lightbox, by the key, for many, and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

SCREENS = [
    pytest.param(PHONE, "dark", id="phone-dark"),
    pytest.param(DESKTOP, "light", id="desktop-light"),
]
NONE = """
from gallery.photos.models import Photo
Photo.objects.filter(owner__username="tess").update(is_favorite=False)
"""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def uploaded() -> list[bool]:
    """Remember that Tess's photos are there."""
    return []


@pytest.fixture
def four_photos(open_page: Open, gallery: Site, uploaded: list[bool]) -> None:
    """Let Tess have four photos, none of them a favorite."""
    if not uploaded:
        page = open_page("tess", "/upload/")
        files = [
            {"name": f"heart-{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(900 + number)}
            for number in range(4)
        ]
        page.set_input_files("#file", files)
        wait_until_processed(page, len(files))
        uploaded.append(True)
    gallery.manage("shell", "--verbosity", "0", "--command", NONE)


def hearts(page: Page) -> int:
    """Return how many tiles have the mark."""
    return page.locator(".sheet .tile .mark-favorite").count()


@pytest.mark.usefixtures("four_photos")
@pytest.mark.parametrize(("size", "scheme"), SCREENS)
def test_favorite__in_the_lightbox_and_for_many(open_page: Open, size: tuple[int, int], scheme: str) -> None:
    page = open_page(
        "tess", "/me/photos/", viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    tiles = page.locator(".sheet .tile")
    tiles.nth(1).locator("a").click()
    heart = page.get_by_role("button", name="Favorite", exact=True).and_(page.locator(".pswp button"))
    expect(heart).to_have_attribute("aria-pressed", "false")
    heart.click()
    expect(heart).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".legend-line .said span")).to_have_text("Added to favorites.")
    expect(page.locator("[data-said-aloud]")).to_have_text("Added to favorites.")
    box = heart.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    assert box["x"] + box["width"] <= size[0]
    page.wait_for_timeout(300)
    picture_of(page, "favorite-lightbox")
    page.keyboard.press("ArrowRight")
    expect(heart).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    assert hearts(page) == 1
    # The focus is on the photo that was shown last.
    page.keyboard.press("f")
    expect(page.locator(".mark-favorite")).to_have_count(2)
    expect(page.locator("main").get_by_text("Added to favorites.")).to_be_visible()
    picture_of(page, "favorite-marks")
    assert violations(page) == []
    page.goto("/me/favorites/")
    expect(tiles).to_have_count(2)
    page.locator("#selection[data-started]").wait_for(state="attached")
    page.keyboard.press("a")
    page.locator("#selection").get_by_role("button", name="Remove from favorites").click()
    expect(page.locator("main").get_by_text("2 photos removed from favorites.")).to_be_visible()
    expect(tiles).to_have_count(0)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(tiles).to_have_count(2)
    assert hearts(page) == 2


@pytest.mark.usefixtures("four_photos")
def test_favorite__without_javascript(open_page: Open) -> None:
    page = open_page("tess", "/me/photos/", java_script_enabled=False)
    for box in page.locator(".pick").all()[:2]:
        box.check()
    page.get_by_role("button", name="Favorite", exact=True).click()
    expect(page.locator("main").get_by_text("2 photos added to favorites.")).to_be_visible()
    assert hearts(page) == 2
    page.locator(".sheet .tile a").first.click()
    page.get_by_role("button", name="Unfavorite").click()
    expect(page.locator("main").get_by_text("Removed from favorites.")).to_be_visible()
    page.get_by_role("link", name="Photos", exact=True).click()
    expect(page.locator(".sheet .tile .mark-favorite")).to_have_count(1)
