"""The lightbox: sizes, the original, details, slideshow, trash and undo, by keyboard and by finger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed
from tests.browser.waiting import Held, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.watch import Watch

SHOWN = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)"
BOXES = """() => {
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  };
  const shown = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)";
  const picture = box(document.querySelector(shown));
  const others = [...document.querySelectorAll(".pswp__top-bar, .legend-line, .info-panel")]
    .filter((one) => one.checkVisibility()).map(box);
  const covers = others.filter((one) => one.left < picture.right - 1 && one.right > picture.left + 1 &&
    one.top < picture.bottom - 1 && one.bottom > picture.top + 1);
  const buttons = [...document.querySelectorAll(".pswp__top-bar .pswp__button")]
    .filter((one) => one.checkVisibility());
  const outside = buttons.map(box).filter((one) => one.left < 0 || one.right > innerWidth);
  return { picture, covers, outside, buttons: buttons.length,
    small: buttons.map(box).filter((one) => one.right - one.left < 44 || one.bottom - one.top < 44) };
}"""
FOCUSED = "() => document.activeElement.closest('.tile')?.dataset.photoId ?? ''"


def upload(page: Page, *shapes: tuple[int, int], seed: int) -> None:
    """Upload a picture of each shape."""
    files = [
        {"name": f"room-{seed}-{n}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(seed + n, shape)}
        for n, shape in enumerate(shapes)
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))
    page.goto("/me/photos/")


def open_first(page: Page) -> None:
    """Open the first photo by keyboard, and wait for the end of its animation."""
    page.locator(".tile a[data-full-src]:not([data-full-src=''])").first.press("Enter")
    expect(page.locator(".pswp--ui-visible")).to_be_visible()
    page.locator(SHOWN).wait_for()
    page.wait_for_timeout(400)


def boxes(page: Page) -> dict[str, Any]:
    """Return where the picture is, and what covers it or hangs out of the window."""
    found: dict[str, Any] = page.evaluate(BOXES)
    assert (found["covers"], found["outside"], found["small"]) == ([], [], [])
    left, top, right, bottom = (found["picture"][side] for side in ("left", "top", "right", "bottom"))
    size = page.viewport_size or {}
    assert left >= -1
    assert top >= -1
    assert right <= size["width"] + 1
    assert bottom <= size["height"] + 1
    return found | {"width": right - left, "height": bottom - top}


def test_lightbox__trash_and_undo_by_keys(open_page: Open) -> None:
    page = open_page("sally", "/upload/")
    upload(page, (900, 600), (600, 900), (800, 800), seed=4100)
    first = page.locator(".tile").first.get_attribute("data-photo-id")
    trashed = page.locator(f'.tile[data-photo-id="{first}"]')
    open_first(page)
    shown = page.locator(SHOWN).get_attribute("src")
    page.keyboard.press("Delete")
    expect(page.locator(".said")).to_contain_text("1 photo moved to trash")
    expect(trashed).to_have_count(0)
    assert page.locator(SHOWN).get_attribute("src") != shown
    assert first not in page.url
    boxes(page)
    page.keyboard.press("u")
    expect(trashed).to_have_count(1)
    expect(page.locator(SHOWN)).to_have_attribute("src", shown or "")
    assert page.locator(".tile").first.get_attribute("data-photo-id") == first
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate(FOCUSED) == first
    page.goto("/me/photos/")
    expect(trashed).to_have_count(1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone-light", "phone-dark", "desktop-light", "desktop-dark"],
)
def test_lightbox__picture_inside_and_bars_beside_it(
    open_page: Open, size: tuple[int, int], scheme: str
) -> None:
    viewport = {"width": size[0], "height": size[1]}
    page = open_page("tina", "/upload/", viewport=viewport, color_scheme=scheme)
    seed = 4200 + 20 * size[0] + len(scheme)
    shapes = ((1800, 1200), (1000, 1900), (2400, 500), (300, 200))
    upload(page, *shapes, seed=seed)
    open_first(page)
    ratios = []
    for n in range(len(shapes)):
        found = boxes(page)
        ratios.append(found["width"] / found["height"])
        picture_of(page, f"lightbox-{n}")
        page.keyboard.press("i")
        expect(page.locator(".info-panel h2")).to_be_visible()
        page.wait_for_timeout(300)
        boxes(page)
        if n == 0:
            assert violations(page) == []
            expect(page.locator(".info-panel")).to_contain_text("Size")
            expect(page.locator(".info-panel")).to_contain_text("File")
            # Times are in the reader's zone, as on the page.
            expect(page.locator(".info-panel time[title]").first).to_be_visible()
        picture_of(page, f"lightbox-panel-{n}")
        page.keyboard.press("i")
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
    wanted = sorted(width / height for width, height in shapes)
    assert sorted(ratios) == pytest.approx(wanted, rel=0.03), "never cropped"


@pytest.mark.slow
def test_lightbox__small_ones_are_shown_at_twice_their_size(open_page: Open) -> None:
    page = open_page("sally", "/upload/")
    upload(page, (320, 200), seed=4300)
    open_first(page)
    found = boxes(page)
    assert (round(found["width"]), round(found["height"])) == (640, 400)


@pytest.mark.slow
def test_lightbox__owner_zooms_to_every_pixel_of_the_original(open_page: Open) -> None:
    page = open_page("tina", "/upload/")
    asked: list[str] = []
    upload(page, (3600, 2400), seed=4400)
    page.on("request", lambda request: asked.append(request.url))
    open_first(page)
    assert not [url for url in asked if "originals" in url], "not before a person zooms"
    page.keyboard.press("z")
    original = page.locator(".pswp__item[aria-hidden=false] img[data-original]")
    original.wait_for()
    page.wait_for_timeout(300)
    assert original.evaluate("image => [image.naturalWidth, image.getBoundingClientRect().width]") == [
        3600,
        3600,
    ]
    page.keyboard.press("z")
    page.wait_for_timeout(300)
    boxes(page)
    link = page.evaluate("location.pathname")
    for person in ("bob", ""):
        visitor = open_page(person, link)
        answer = visitor.request.get(f"{link}info/").json()
        assert answer["original_url"] == ""
        visitor.goto("/")
        open_first(visitor)
        visitor.keyboard.press("z")
        visitor.wait_for_timeout(400)
        assert visitor.locator(SHOWN).evaluate("image => image.getBoundingClientRect().width") <= 1601
        assert visitor.get_by_role("button", name="Move to trash").count() == 0


@pytest.mark.slow
@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_slideshow__goes_on_and_stops_for_a_person(open_page: Open, motion: str) -> None:
    page = open_page("sally", "/upload/", reduced_motion=motion)
    upload(page, (700, 500), (500, 700), (640, 640), seed=4500 if motion == "reduce" else 4600)
    open_first(page)
    page.keyboard.press("i")
    seconds = page.get_by_label("Seconds for each photo")
    seconds.fill("1")
    seconds.press("Tab")
    expect(seconds).to_have_value("2")
    page.keyboard.press("i")
    first = page.url
    page.keyboard.press("s")
    pause = page.get_by_role("button", name="Pause the slideshow")
    expect(pause).to_have_attribute("aria-pressed", "true")
    wait_until(page, "first => location.href !== first", first)
    assert page.locator(".pswp.fades").count() == (motion == "no-preference")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("button", name="Start the slideshow")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    open_first(page)
    page.keyboard.press("i")
    expect(page.get_by_label("Seconds for each photo")).to_have_value("2")


@pytest.mark.slow
def test_lightbox__share_is_for_public_photos(open_page: Open) -> None:
    page = open_page("tina", "/upload/", permissions=["clipboard-write"])
    upload(page, (800, 600), seed=4700)
    open_first(page)
    address = page.url
    page.get_by_role("button", name="Share").click()
    expect(page.locator(".said")).to_contain_text("Link copied")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    # Pages may not read the clipboard; a person pastes.
    page.locator("#search-box").press("ControlOrMeta+V")
    expect(page.locator("#search-box")).to_have_value(address)
    waiting = open_page("bob", "/upload/")
    upload(waiting, (800, 600), seed=4710)
    open_first(waiting)
    assert waiting.get_by_role("button", name="Share").count() == 0
    expect(waiting.get_by_role("link", name="Download original")).to_be_visible()
    waiting.goto(address)
    waiting.get_by_role("link", name="Full window").click()
    saved = waiting.get_by_role("dialog").get_by_role("link", name="Download picture")
    with waiting.expect_download() as download:
        saved.click()
    assert download.value.suggested_filename.endswith(".webp")


@pytest.mark.slow
def test_lightbox__dark_room_in_light_mode(open_page: Open) -> None:
    page = open_page("tina", "/upload/", color_scheme="light")
    upload(page, (800, 600), seed=4800)
    open_first(page)
    paper = "getComputedStyle(document.querySelector('.pswp__bg')).backgroundColor"
    assert page.evaluate(paper) == "rgb(250, 250, 250)"
    page.keyboard.press("d")
    assert page.evaluate(paper) == "rgb(17, 17, 17)"
    picture_of(page, "dark-room")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.locator("html.dark-room").count() == 0, "the page of photos stays as it was"


@pytest.mark.slow
def test_lightbox__what_comes_late_changes_no_photo_that_is_in_sight(open_page: Open, watch: Watch) -> None:
    page = open_page("sally", "/upload/")
    upload(page, (900, 600), (600, 900), (800, 800), (700, 600), seed=4900)
    ids = [tile.get_attribute("data-photo-id") or "" for tile in page.locator(".tile").all()][:4]
    trashing = Held(page, "**/me/photos/batch/")
    open_first(page)
    page.keyboard.press("Delete")
    page.keyboard.press("ArrowRight")
    wait_until(page, "id => location.pathname.includes(id)", ids[1])
    shown = page.locator(SHOWN).get_attribute("src")
    trashing.go_on()
    expect(page.locator(f'.tile[data-photo-id="{ids[0]}"]')).to_have_count(0)
    expect(page.locator(".said")).to_contain_text("1 photo moved to trash")
    assert ids[1] in page.url
    assert page.locator(SHOWN).get_attribute("src") == shown
    page.keyboard.press("ArrowRight")
    wait_until(page, "id => location.pathname.includes(id)", ids[2])

    watch.expect("ERR_FAILED")
    details = Held(page, f"**/{ids[2]}/info/")
    page.keyboard.press("i")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".info-panel h2")).to_be_visible()
    told = page.locator(".info-panel").inner_text()
    details.fail()
    page.wait_for_timeout(500)
    assert page.locator(".info-panel").inner_text() == told


@pytest.mark.slow
def test_lightbox__archives_and_rotates_by_keys(open_page: Open) -> None:
    page = open_page("nils", "/upload/")
    upload(page, (900, 600), (600, 900), seed=5000)
    first, second = (tile.get_attribute("data-photo-id") or "" for tile in page.locator(".tile").all()[:2])
    archived = page.locator(f'.tile[data-photo-id="{first}"]')
    open_first(page)
    page.keyboard.press("e")
    expect(page.locator(".said")).to_contain_text("1 photo archived")
    expect(archived).to_have_count(0)
    assert second in page.url
    page.keyboard.press("u")
    expect(archived).to_have_count(1)
    assert first in page.url
    found = boxes(page)
    page.keyboard.press("r")
    expect(page.locator(".said")).to_contain_text("1 photo")
    for shape in (found["height"] / found["width"], found["width"] / found["height"]):
        wait_until(
            page,
            """([shown, shape]) => {
              const box = document.querySelector(shown)?.getBoundingClientRect();
              return box && Math.abs(box.width / box.height / shape - 1) < 0.03;
            }""",
            [SHOWN, shape],
        )
        boxes(page)
        page.keyboard.press("l")
