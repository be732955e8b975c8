"""Pictures in a browser that can't show AVIF, and in one that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, Route

    from tests.browser.conftest import Open
    from tests.browser.site import Site

ALBUM = """
from gallery.accounts.models import User
from gallery.albums.actions import change_photos, create_album
from gallery.photos.models import Photo
tina = User.objects.get(username="tina")
album = create_album(tina, title="Coast", description="", visibility="public")
change_photos(album, add=list(tina.photos.values_list("pk", flat=True)), remove=[])
"""
DECODED = """images => Promise.all(images.map(async image => {
  image.loading = "eager";
  await image.decode();
  return image.currentSrc;
}))"""


def switch_off_avif(context: BrowserContext) -> None:
    """Give the browser a type that it doesn't know in place of AVIF's, so it skips such a source."""

    def rewritten(route: Route) -> None:
        if route.request.resource_type not in {"document", "script"}:
            route.continue_()
            return
        response = route.fetch()
        # What the browser fetches ahead by these rules doesn't come by here.
        headers = {name: value for name, value in response.headers.items() if name != "speculation-rules"}
        body = response.text().replace("image/avif", "image/none")
        route.fulfill(response=response, headers=headers, body=body)

    context.route("**/*", rewritten)


def pages_shown(open_page: Open, gallery: Site, *, avif: bool) -> dict[str, list[str]]:
    """Visit the tray, the photo's page, the sheet, the lightbox and the covers; return what they show."""
    page = open_page("tina", "/upload/", device_scale_factor=2)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    if not avif:
        switch_off_avif(page.context)
        page.reload()
    buffer = pictures.jpeg(300 + avif, (2000, 1500))
    page.set_input_files("#file", [{"name": "coast.jpg", "mimeType": "image/jpeg", "buffer": buffer}])
    link = page.get_by_role("link", name="Open")
    wait_until_processed(page, 1)
    expect(page.locator(".upload-row img")).to_have_count(1)
    shown = {"tray": decoded(page, ".upload-row img")}
    link.click()
    shown["photo"] = decoded(page, ".photo img")
    gallery.manage("shell", "--verbosity", "0", "--command", ALBUM)
    page.goto("/")
    shown["sheet"] = decoded(page, ".sheet img")
    page.locator(".sheet .tile a").first.click()
    page.locator(".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)").wait_for()
    shown["lightbox"] = decoded(
        page, ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)"
    )
    page.goto("/albums/")
    shown["covers"] = decoded(page, ".cover img")
    page.context.unroute_all(behavior="ignoreErrors")
    return shown | {"requests": asked}


def decoded(page: Page, selector: str) -> list[str]:
    """Return the addresses of these images, all of them loaded and decoded."""
    addresses: list[str] = page.locator(selector).evaluate_all(DECODED)
    return addresses


@pytest.mark.slow
def test_picture__without_avif_all_are_webp(open_page: Open, gallery: Site) -> None:
    shown = pages_shown(open_page, gallery, avif=False)
    asked = shown.pop("requests")
    assert all(shown.values())
    assert not [address for addresses in shown.values() for address in addresses if ".webp" not in address]
    assert not [address for address in asked if ".avif" in address]


@pytest.mark.slow
def test_picture__large_ones_are_avif_where_the_browser_shows_it(open_page: Open, gallery: Site) -> None:
    shown = pages_shown(open_page, gallery, avif=True)
    assert ".avif" in shown["photo"][0]
    assert ".avif" in shown["lightbox"][0]
