"""A photo's page: words saved in place, taken back, and as a plain form; facts beside the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import THUMBNAILS_WITHIN_MS, wait_until_processed
from tests.browser.waiting import Held

if TYPE_CHECKING:
    from playwright.sync_api import Dialog, Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

ALBUMS = """
from gallery.accounts.models import User
from gallery.albums.actions import create_album
tina = User.objects.get(username="tina")
for title in ("Coast", "Winter"):
    if not tina.albums.filter(title=title).exists():
        create_album(tina, title=title, description="", visibility="private")
"""


def photo_of(page: Page, seed: int, shape: tuple[int, int] = (1500, 1000)) -> None:
    """Upload a photo, and open its page."""
    file = {"name": f"edit-{seed}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(seed, shape)}
    page.set_input_files("#file", [file])
    wait_until_processed(page, 1)
    page.get_by_role("link", name="Open").click(timeout=THUMBNAILS_WITHIN_MS)
    expect(page.locator(".photo img")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone-light", "phone-dark", "desktop-light", "desktop-dark"],
)
def test_photo__edited_in_place(open_page: Open, gallery: Site, size: tuple[int, int], scheme: str) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = open_page("tina", "/upload/", viewport=viewport, color_scheme=scheme)
    gallery.manage("shell", "--verbosity", "0", "--command", ALBUMS)
    photo_of(page, 5000 + 20 * size[0] + len(scheme))
    words = page.get_by_role("form", name="Edit")
    words.get_by_label("Caption").fill("Ferry at dawn")
    expect(words.locator(".save-state span")).to_have_text("Saved.")
    expect(page.locator("[data-said-aloud]")).to_have_text("Saved.")
    expect(page.get_by_role("heading", name="Ferry at dawn")).to_be_visible()
    words.get_by_role("button", name="Undo").press("Enter")
    expect(words.locator(".save-state span")).to_have_text("Undone.")
    expect(words.get_by_label("Caption")).to_have_value("")
    order = page.get_by_role("form", name="Tags and albums")
    tags = order.locator("#id_tags")
    tags.fill("harbor, blue hour")
    tags.press("Tab")
    expect(order.locator(".save-state span")).to_have_text("Saved.")
    tags.fill("har")
    tags.press_sequentially("b")
    page.get_by_role("option", name="harbor").wait_for()
    picture_of(page, "photo-tags")
    tags.press("ArrowDown")
    tags.press("Enter")
    expect(tags).to_have_value("harbor, ")
    tags.press("Tab")
    order.locator("summary").click()
    order.get_by_label("Winter").check()
    expect(order.locator(".save-state span")).to_have_text("Saved.")
    expect(order.locator("summary")).to_have_text("Albums Winter")
    # In a window as high as the page, so that no bar covers a part of a field while axe measures it.
    page.set_viewport_size({"width": size[0], "height": 3000})
    assert violations(page) == []
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.reload()
    expect(order.locator("#id_tags")).to_have_value("harbor")
    expect(order.locator("summary")).to_have_text("Albums Winter")
    order.locator("summary").click()
    expect(order.get_by_label("Winter")).to_be_checked()
    picture_of(page, "photo-edited")
    picture, about = page.locator(".photo img").bounding_box(), page.locator(".about").bounding_box()
    assert picture
    assert about
    assert picture["x"] >= 0
    assert picture["x"] + picture["width"] <= size[0]
    if size == DESKTOP:
        assert picture["x"] + picture["width"] <= about["x"], "the facts are beside the picture"
        assert about["y"] < picture["y"] + picture["height"]
    else:
        assert picture["y"] + picture["height"] <= about["y"]


@pytest.mark.slow
def test_photo__says_why_it_is_not_saved(open_page: Open, watch: Watch) -> None:
    page = open_page("tina", "/upload/")
    photo_of(page, 5100)
    order = page.get_by_role("form", name="Tags and albums")
    watch.expect("422")
    order.locator("#id_tags").fill("a/b")
    expect(order.locator(".save-state span")).to_contain_text("Not saved.")
    expect(order.locator(".save-state span")).to_contain_text("slashes")
    expect(order.locator("#id_tags")).to_have_value("a/b")
    order.locator("#id_tags").fill("a b")
    expect(order.locator(".save-state span")).to_have_text("Saved.")
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page.context.set_offline(True)
    words = page.get_by_role("form", name="Edit")
    words.get_by_label("Caption").fill("Typed offline")
    expect(words.locator(".save-state span")).to_contain_text("Check your connection")
    page.context.set_offline(False)
    expect(words.locator(".save-state span")).to_have_text("Saved.")
    words.get_by_label("Caption").fill("Left at once")
    page.goto("/me/photos/")
    page.go_back()
    expect(words.get_by_label("Caption")).to_have_value("Left at once")


@pytest.mark.slow
def test_photo__approved_words_wait_for_the_button(open_page: Open, gallery: Site) -> None:
    page = open_page("bob", "/upload/")
    photo_of(page, 5200)
    approve = (
        "from gallery.photos.models import Photo; Photo.objects.filter(pk='{}').update(state='approved')"
    )
    gallery.manage("shell", "--verbosity", "0", "--command", approve.format(page.url.split("/")[-2]))
    page.reload()
    words = page.get_by_role("form", name="Edit")
    expect(words).to_contain_text("until a moderator has read the new caption")
    words.get_by_label("Caption").fill("Read me")
    expect(words.locator(".save-state span")).to_have_text("Not saved yet.")
    page.wait_for_timeout(1500)
    expect(words.locator(".save-state span")).to_have_text("Not saved yet.")
    words.get_by_role("button", name="Save").click()
    expect(words.locator(".save-state span")).to_contain_text("waiting for review")


@pytest.mark.slow
def test_photo__form_without_a_script(open_page: Open) -> None:
    page = open_page("tina", "/upload/")
    photo_of(page, 5300)
    plain = open_page("tina", page.url, java_script_enabled=False)
    plain.get_by_label("Caption").fill("By hand")
    plain.get_by_role("button", name="Save").first.click()
    expect(plain.get_by_role("heading", name="By hand")).to_be_visible()
    expect(plain.get_by_role("link", name="Full window")).to_have_count(0)
    plain.get_by_role("textbox", name="Tags").fill("plain")
    plain.get_by_role("button", name="Save").last.click()
    expect(plain.get_by_role("link", name="plain", exact=True)).to_be_visible()


@pytest.mark.slow
def test_photo__full_window_and_dark_room(open_page: Open) -> None:
    page = open_page("tina", "/upload/", color_scheme="light")
    photo_of(page, 5400)
    address = page.url
    page.get_by_role("link", name="Full window").click()
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    page.wait_for_timeout(400)
    expect(page.get_by_role("link", name="Details", exact=True)).to_have_count(0)
    page.keyboard.press("i")
    expect(page.locator(".info-panel")).to_contain_text("1500 × 1000")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Full window")).to_be_focused()
    assert page.url == address
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(background) == "rgb(250, 250, 250)"
    page.get_by_role("button", name="Dark room").click()
    assert page.evaluate(background) == "rgb(17, 17, 17)"
    page.reload()
    expect(page.get_by_role("button", name="Dark room")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate(background) == "rgb(17, 17, 17)"
    picture_of(page, "photo-dark-room")
    page.goto("/me/photos/")
    assert page.evaluate(background) == "rgb(250, 250, 250)"


SHIFTS = """window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_photo__has_no_layout_shift(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page("tina", "/upload/", viewport={"width": size[0], "height": size[1]})
    photo_of(page, 5500 + size[0])
    page.context.add_init_script(SHIFTS)
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.locator("form.saves-itself").count() == 2
    assert page.evaluate("window.shifts") == 0
    # The row of links below the picture is no wider than a phone.
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.reload()
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") == 0, "nor at its end"


@pytest.mark.slow
def test_photo__what_is_edited_before_the_script_is_saved(open_page: Open, gallery: Site) -> None:
    page = open_page("tina", "/upload/")
    gallery.manage("shell", "--verbosity", "0", "--command", ALBUMS)
    photo_of(page, 5600)
    script = Held(page, "**/autosave-*.js")
    page.goto(page.url, wait_until="domcontentloaded")
    words = page.get_by_role("form", name="Edit")
    order = page.get_by_role("form", name="Tags and albums")
    words.get_by_label("Visibility").select_option("private")
    order.locator("#id_tags").fill("early")
    order.locator("summary").click()
    order.get_by_label("Coast").check()
    expect(words.locator(".save-state span")).to_have_count(0)
    script.go_on()
    for form in (words, order):
        expect(form.locator(".save-state span")).to_have_text("Saved.")
    page.unroute("**/autosave-*.js")
    page.goto(page.url)
    expect(words.get_by_label("Visibility")).to_have_value("private")
    expect(order.locator("#id_tags")).to_have_value("early")
    order.locator("summary").click()
    expect(order.get_by_label("Coast")).to_be_checked()


@pytest.mark.slow
def test_photo__asks_before_it_is_left_while_it_saves(open_page: Open) -> None:
    page = open_page("tina", "/upload/")
    photo_of(page, 5700)
    saving = Held(page, "**/edit/")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    words = page.get_by_role("form", name="Edit")
    words.get_by_label("Caption").fill("On its way")
    expect(words.locator(".save-state span")).to_have_text("Saving…")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Albums").click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    expect(words.get_by_label("Caption")).to_have_value("On its way")
    saving.go_on()
    expect(words.locator(".save-state span")).to_have_text("Saved.")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Albums").click()
    page.wait_for_url("**/albums/")
    assert asked == ["beforeunload"]
