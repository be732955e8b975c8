"""The search box and the page of a search: by keyboard, on a phone, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_lightbox import SHOWN, open_first
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.site import Site

WORDS = """
from gallery.accounts.models import User
from gallery.albums import actions, words
from gallery.photos.models import Photo
tina = User.objects.get(username="tina")
album = actions.create_album(tina, title="Lofoten 2019", description="", visibility="public")
for photo in Photo.objects.filter(owner=tina, file_name__startswith="fjord-"):
    number = photo.file_name[6]
    words.change_words(photo.pk, actor=tina, caption=f"Kvalvika fjørd {number}", tags=["fjord", "sea"])
    actions.change_photos(album, add=[photo.pk], remove=[])
"""


@pytest.fixture(scope="module")
def fjords(gallery: Site) -> list[str]:
    """Remember that Tina's fjords are there."""
    return []


@pytest.fixture
def four_fjords(open_page: Open, gallery: Site, fjords: list[str]) -> None:
    """Let Tina upload four photos with captions, tags and an album, once."""
    if fjords:
        return
    page = open_page("tina", "/upload/", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    files = [
        {
            "name": f"fjord-{number}.jpg",
            "mimeType": "image/jpeg",
            "buffer": pictures.jpeg(700 + number, shape),
        }
        for number, shape in enumerate(pictures.SHAPES[:4])
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    fjords.append(gallery.manage("shell", "--verbosity", "0", "--command", WORDS))


@pytest.mark.usefixtures("four_fjords")
@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "dark", id="desktop-dark"),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "light", id="desktop-light", marks=pytest.mark.slow),
    ],
)
def test_search__by_keyboard_alone(open_page: Open, size: tuple[int, int], scheme: str) -> None:
    page = open_page("tina", "/", viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search photos")
    expect(box).to_be_focused()
    page.keyboard.type("kvalvika fj")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.locator(".first-photos img")).to_have_count(4)
    picture_of(page, "search-typing")
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="fjord")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=kvalvika+tag%3Afjord")
    expect(page.locator(".tile")).to_have_count(4)
    expect(page.get_by_role("list", name="Searched for").get_by_role("link")).to_have_text(
        ["kvalvika: remove×", "tag fjord: remove×"]
    )
    page.get_by_text("Filters").click()
    picture_of(page, "search-filters")
    page.get_by_text("Filters").click()
    picture_of(page, "search-found")
    assert violations(page) == []
    page.keyboard.press("/")
    page.keyboard.type("fjord-2")
    expect(page.locator(".tile")).to_have_count(1)
    assert page.url.endswith("?q=fjord-2")
    expect(page.get_by_role("status").filter(has_text="1 photo found.")).to_have_count(1)
    page.keyboard.press("Control+A")
    page.keyboard.type("fjord nowhere from:2019-13")
    expect(page.locator("#results").get_by_text("No photos found.")).to_be_visible()
    expect(page.get_by_text("This isn't a date.")).to_be_visible()
    picture_of(page, "search-none")
    assert violations(page) == []


@pytest.mark.usefixtures("four_fjords")
@pytest.mark.slow
def test_search__without_javascript(open_page: Open) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": PHONE[0], "height": PHONE[1]})
    box = page.get_by_role("searchbox", name="Search photos")
    box.fill("fjord album:lofoten")
    box.press("Enter")
    expect(page.locator(".tile")).to_have_count(4)
    page.get_by_role("link", name="album lofoten").click()
    page.wait_for_url(lambda url: url.endswith("/search/?q=fjord"))
    expect(page.locator(".tile")).to_have_count(4)
    page.get_by_text("Filters").click()
    page.get_by_label("Orientation").select_option("portrait")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(lambda url: url.endswith("/search/?q=fjord+orientation%3Aportrait"))
    expect(page.locator(".tile")).to_have_count(1)
    page.goto("/search/?q=fjord-1.jpg")
    expect(page.locator("#results").get_by_text("No photos found.")).to_be_visible()


@pytest.mark.slow
@pytest.mark.usefixtures("four_fjords")
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "light"), (DESKTOP, "dark")], ids=["phone", "desktop"])
def test_search__photo_and_lightbox_stay_within_it(
    open_page: Open, size: tuple[int, int], scheme: str
) -> None:
    page = open_page(
        "tina", "/search/?q=kvalvika", viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    links = page.locator(".sheet .tile > a")
    expect(links).to_have_count(4)
    addresses = [link.evaluate("link => link.href") for link in links.all()]
    assert all(address.endswith("/?q=kvalvika") for address in addresses)
    open_first(page)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(addresses[1])
    # A reload gives the photo's own page, which leads on in the same list, as does its own lightbox.
    page.reload()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(addresses[2])
    expect(page.locator(".photo img")).to_be_visible()
    picture_of(page, f"search-photo-{size[0]}")
    page.locator("[data-enlarge]").click()
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    expect(page).to_have_url(addresses[2])
    page.locator(SHOWN).wait_for()
    page.wait_for_timeout(400)
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(addresses[3])
    expect(page.locator(".turn [rel=next]")).to_have_count(0)
