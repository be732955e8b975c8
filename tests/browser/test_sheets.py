"""Long lists: loading more photos, the link to the next page, renewal of addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

OLD_PHOTOS = """
import datetime, uuid
from gallery.accounts.models import User
from gallery.photos.models import Photo
from gallery.photos.states import State
long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
olga, is_new = User.objects.get_or_create(username="olga", defaults={"email": "olga@example.org"})
if is_new:
    for number in range(130):
        at = long_ago + datetime.timedelta(minutes=number)
        Photo.objects.create(owner=olga, state=State.APPROVED, file_name=f"old-{number}.jpg", created_at=at,
                             offered_until=at, size_bytes=1, sha256=uuid.uuid4().hex, width=300, height=200)
"""


@pytest.fixture(scope="module")
def old_photos(gallery: Site) -> int:
    """Add 130 old photos to the sheet and return their number."""
    gallery.manage("shell", "--verbosity", "0", "--command", OLD_PHOTOS)
    return 130


def test_sheet__loads_more_before_the_end(open_page: Open, old_photos: int) -> None:
    page = open_page()
    tiles = page.locator(".sheet .tile")
    assert tiles.count() == 60
    before = tiles.nth(3).bounding_box()
    while page.locator(".more").count():
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(50)
    assert tiles.count() >= old_photos
    expect(page.get_by_text("More photos")).to_have_count(0)
    page.evaluate("scrollTo(0, 0)")
    # Lists grow at the end only: what is above does not move.
    assert tiles.nth(3).bounding_box() == before


@pytest.mark.usefixtures("old_photos")
@pytest.mark.slow
def test_sheet__next_page_link_without_javascript(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    page.get_by_role("link", name="More photos").click()
    page.wait_for_url(lambda url: "cursor=" in url)
    expect(page.locator(".tile").first).to_be_visible()


@pytest.mark.usefixtures("old_photos")
def test_sheet__offline_shows_a_message_and_keeps_the_link(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    watch.expect("htmx:")
    page = open_page()
    page.context.set_offline(offline=True)
    page.mouse.wheel(0, 20_000)
    expect(page.get_by_role("link", name="We couldn't load more photos.")).to_be_visible()
    expect(page.get_by_text("You are offline.")).to_be_visible()
    page.context.set_offline(offline=False)
    expect(page.get_by_text("You are offline.")).to_be_hidden()


@pytest.mark.slow
def test_renewal__does_not_download_loaded_images_again(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    page.set_input_files("#file", [{"name": "r.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(11)}])
    wait_until_processed(page, 1)
    page.clock.install()
    page.goto("/me/photos/")
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/photos/status/**"):
        page.clock.fast_forward("06:00")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "renditions" in url] == []


@pytest.mark.slow
def test_renewal__reaches_the_full_window_of_a_photos_own_page(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    page.set_input_files("#file", [{"name": "f.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(12)}])
    wait_until_processed(page, 1)
    page.get_by_role("link", name="Open").click()
    page.wait_for_url("**/photos/**")
    page.clock.install()
    page.reload()
    link = page.get_by_role("link", name="Full window")
    link.evaluate("link => { link.dataset.fullSrc = '/expired'; }")
    with page.expect_response("**/photos/status/**"):
        page.clock.fast_forward("06:00")
    expect(link).to_have_attribute("data-full-src", re.compile("renditions"))


def test_sheet__has_no_layout_shift(open_page: Open) -> None:
    # No other test uses Wanda: a photo that finishes processing changes the shape of its tile.
    page = open_page("wanda", "/upload/")
    files = [
        {"name": f"s{n}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(20 + n, (900, 600 + 90 * n))}
        for n in range(4)
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    page.context.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({type: "layout-shift", buffered: true});"""
    )
    page.goto("/me/photos/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") == 0


@pytest.mark.slow
@pytest.mark.usefixtures("old_photos")
def test_header__hides_while_scrolling_down_on_a_phone(open_page: Open) -> None:
    page = open_page(viewport={"width": 390, "height": 844})
    header, navigation = page.locator("body > header"), page.get_by_role("navigation", name="Main")
    page.mouse.wheel(0, 600)
    expect(page.get_by_role("link", name="Contactsheet")).not_to_be_in_viewport()
    expect(navigation).to_be_in_viewport()
    page.mouse.wheel(0, -200)
    expect(page.get_by_role("link", name="Contactsheet")).to_be_in_viewport()
    expect(header).not_to_have_class("scrolled-away")


@pytest.mark.usefixtures("old_photos")
@pytest.mark.slow
def test_arrow_keys__open_the_next_photo_except_while_typing(open_page: Open) -> None:
    page = open_page()
    tiles = page.locator(".tile a")
    first, second = (tiles.nth(number).get_attribute("href") or "" for number in (50, 51))
    page.goto(first)
    page.keyboard.press("ArrowRight")
    page.wait_for_url(f"**{second}")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(f"**{first}")
    page.goto("/sign-in/")
    page.get_by_label("Username or email address").press_sequentially("ab")
    page.keyboard.press("ArrowLeft")
    assert page.url.endswith("/sign-in/")
