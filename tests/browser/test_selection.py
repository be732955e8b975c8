"""Select many photos and do one thing with them: by mouse, by keys, by finger, and without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

MANY = """
import datetime, uuid
from django.utils import timezone
from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.photos.models import Photo
sally, _ = User.objects.get_or_create(username="sally")
attic, _ = User.objects.get_or_create(username="attic")
Photo.objects.filter(owner=sally).update(owner=attic)
Album.objects.filter(owner=sally).delete()
now = timezone.now()
for number in range(100):
    Photo.objects.create(owner=sally, state="approved", visibility="private",
        file_name=f"sea-{number}.jpg", created_at=now, offered_until=now, size_bytes=1,
        sha256=uuid.uuid4().hex, width=300, height=200,
        taken_local=datetime.datetime(2019, 6, 10) - datetime.timedelta(days=number // 4))
"""
SCREENS = [
    pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
    pytest.param(DESKTOP, "dark", id="desktop-dark"),
    pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
    pytest.param(DESKTOP, "light", id="desktop-light", marks=pytest.mark.slow),
]


@pytest.fixture
def sally(open_page: Open, gallery: Site) -> Any:
    """Give Sally 100 photos of two months. Return a function that opens a page of hers."""
    gallery.manage("shell", "--verbosity", "0", "--command", MANY)

    def opened(path: str = "/me/photos/", size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        page = open_page("sally", path, viewport={"width": size[0], "height": size[1]}, **options)
        if options.get("java_script_enabled", True):
            # The bar's script comes after the page.
            expect(page.locator("#selection[data-started]")).to_have_count(1)
        return page

    return opened


def bar_of(page: Page) -> Locator:
    """Return the bar with the actions."""
    return page.locator("#selection")


def count_is(page: Page, text: str) -> None:
    """Wait until the bar says how many are selected."""
    expect(bar_of(page).locator("[data-count]")).to_have_text(text)


def boxed(place: Locator) -> Any:
    """Return where it stands."""
    box = place.bounding_box()
    assert box is not None
    return box


TOPMOST = """(heading, mark) => {
    heading.style.pointerEvents = "auto";
    const box = mark.getBoundingClientRect();
    return document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2) === heading;
}"""


def overlap(one: Any, other: Any) -> bool:
    """Return whether two boxes have a common area."""
    return bool(
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


@pytest.mark.parametrize(("size", "scheme"), SCREENS)
def test_selection__trash_five_and_take_it_back(sally: Any, size: tuple[int, int], scheme: str) -> None:
    page = sally(size=size, color_scheme=scheme)
    tiles = page.locator(".sheet .tile")
    expect(tiles).to_have_count(60)
    expect(bar_of(page)).to_be_hidden()
    page.get_by_role("button", name="Select", exact=True).click()
    tiles.nth(0).locator(".pick").check()
    count_is(page, "1 photo selected")
    # In this mode a click on a photo selects it, and with Shift all up to it.
    tiles.nth(4).locator("a").click(modifiers=["Shift"])
    count_is(page, "5 photos selected")
    expect(page.locator("[data-said-aloud]")).to_have_text("5 photos selected")
    picture_of(page, "selection")
    assert violations(page) == []
    # Two rows at most, and the actions most wanted need no second look.
    bar = bar_of(page).bounding_box()
    assert bar
    assert bar["height"] <= 124
    for action in ("Favorite", "Share", "Trash"):
        box = bar_of(page).get_by_role("button", name=action, exact=True).bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= size[0] - 40
    first = tiles.nth(0).get_attribute("data-photo-id")
    bar_of(page).get_by_role("button", name="Trash").click()
    expect(page.locator("main").get_by_text("5 photos moved to trash.")).to_be_visible()
    expect(page.locator("[data-said-aloud]")).to_have_text("5 photos moved to trash.")
    expect(tiles).to_have_count(55)
    picture_of(page, "selection-done")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("main").get_by_text("5 photos restored.")).to_be_visible()
    expect(tiles).to_have_count(60)
    assert tiles.nth(0).get_attribute("data-photo-id") == first


@pytest.mark.parametrize(("size", "scheme"), SCREENS)
@pytest.mark.slow
def test_selection__bar_covers_no_photo_at_the_end(sally: Any, size: tuple[int, int], scheme: str) -> None:
    page = sally("/me/photos/?month=2019-05", size=size, color_scheme=scheme)
    while page.locator(".more").count():
        page.mouse.wheel(0, 2_000)
        page.wait_for_timeout(50)
    last = page.locator(".sheet .tile").last
    last.locator(".pick").focus()
    page.keyboard.press("Space")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(300)
    assert not overlap(last.bounding_box(), bar_of(page).bounding_box())
    bar_of(page).locator("summary", has_text="Album").click()
    panel = bar_of(page).locator("details[open] > div")
    box = panel.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size[0]
    assert box["y"] >= 0
    picture_of(page, "selection-panel")
    assert violations(page) == []


def test_selection__by_keys_alone(sally: Any) -> None:
    page = sally()
    tiles = page.locator(".sheet .tile")
    tiles.nth(2).locator("a").first.focus()
    page.keyboard.press("x")
    count_is(page, "1 photo selected")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    count_is(page, "3 photos selected")
    page.keyboard.press("Escape")
    expect(bar_of(page)).to_be_hidden()
    # All of the library, also what is not loaded.
    page.keyboard.press("a")
    count_is(page, "100 photos selected")
    bar_of(page).locator("summary", has_text="Tags").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Baltic, a")
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_text("Tags of 100 photos changed.")).to_be_visible()
    page.goto("/tags/baltic/")
    expect(page.locator(".sheet .tile")).to_have_count(60)


@pytest.mark.slow
def test_selection__focus_stays_where_photos_leave(sally: Any) -> None:
    page = sally()
    tiles = page.locator(".sheet .tile")
    tiles.last.scroll_into_view_if_needed()
    expect(tiles).to_have_count(100)
    ids = tiles.evaluate_all("(tiles) => tiles.map((tile) => tile.dataset.photoId)")

    def focus_is_on(number: int) -> None:
        expect(page.locator(f'.tile[data-photo-id="{ids[number]}"] a').first).to_be_focused()

    def undo() -> None:
        page.locator("[data-toast]").get_by_role("button", name="Undo").press("Enter")

    tiles.nth(30).locator("a").first.focus()
    for key in ("x", "Shift+ArrowRight", "e"):
        page.keyboard.press(key)
    expect(page.locator("main").get_by_text("2 photos archived.")).to_be_visible()
    focus_is_on(32)
    undo()
    expect(page.locator("main").get_by_text("2 photos are back in My photos.")).to_be_visible()
    focus_is_on(30)
    # From the end, and from the bar: the one before. What stays in the list keeps it.
    tiles.last.locator("a").first.focus()
    page.keyboard.press("x")
    bar_of(page).get_by_role("button", name="Favorite").press("Enter")
    focus_is_on(99)
    page.keyboard.press("x")
    bar_of(page).get_by_role("button", name="Trash").press("Enter")
    focus_is_on(98)


@pytest.mark.slow
def test_selection__nothing_moves_under_a_finger(sally: Any) -> None:
    page = sally(size=PHONE)
    # The button stands in the last row of links.
    select = page.get_by_role("button", name="Select", exact=True)
    last = page.get_by_role("navigation", name="Your photos").get_by_role("link", name="Trash").bounding_box()
    assert last is not None
    assert abs(boxed(select)["y"] - last["y"]) < 1
    select.click()
    tiles = page.locator(".sheet .tile")
    heights = set()
    for number in range(12):
        tiles.nth(number).locator(".pick").check()
        count_is(page, f"{number + 1} photo{'s' if number else ''} selected")
        heights.add(boxed(bar_of(page))["height"])
    assert len(heights) == 1
    # The month stays legible over the marks of the photos that pass below it.
    month = page.locator(".sheet .month h2").first
    under = tiles.nth(6).locator(".pick")
    under.evaluate("mark => scrollTo(0, scrollY + mark.getBoundingClientRect().top - 10)")
    assert overlap(boxed(month), boxed(under))
    # The heading lets pointers through: elementsFromPoint tells what is painted only without that.
    assert month.evaluate(TOPMOST, under.element_handle())


@pytest.mark.slow
def test_selection__month_into_a_new_album_and_out_of_it(sally: Any) -> None:
    page = sally()
    page.get_by_role("button", name="Select month June 2019").click()
    count_is(page, "40 photos selected")
    bar_of(page).locator("summary", has_text="Album").click()
    bar_of(page).get_by_label("Title").fill("By the sea")
    bar_of(page).get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("main").get_by_text("40 photos added to the album.")).to_be_visible()
    page.locator("[data-toast]").get_by_role("link", name="Open the album").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("By the sea")
    tiles = page.locator(".sheet .tile")
    expect(tiles).to_have_count(40)
    page.get_by_role("button", name="Select", exact=True).click()
    page.keyboard.press("Space")
    bar_of(page).get_by_role("button", name="Take out of the album").click()
    expect(page.locator("main").get_by_text("1 photo taken out of the album.")).to_be_visible()
    expect(tiles).to_have_count(39)


@pytest.mark.slow
def test_selection__trash_is_restored_as_a_whole(sally: Any) -> None:
    page = sally()
    page.keyboard.press("a")
    count_is(page, "100 photos selected")
    bar_of(page).get_by_role("button", name="Trash").click()
    expect(page.locator("main").get_by_text("100 photos moved to trash.")).to_be_visible()
    page.goto("/me/trash/")
    expect(page.get_by_text("You can restore a photo for 30 days")).to_be_visible()
    page.locator(".tile .pick").first.focus()
    page.keyboard.press("Space")
    bar_of(page).get_by_role("button", name="Select all").click()
    count_is(page, "100 photos selected")
    bar_of(page).get_by_role("button", name="Restore").click()
    expect(page.locator("main").get_by_text("100 photos restored.")).to_be_visible()
    page.goto("/me/trash/")
    expect(page.get_by_text("The trash is empty.")).to_be_visible()


@pytest.mark.slow
def test_selection__month_leaves_with_its_photos(sally: Any) -> None:
    page = sally(size=PHONE)
    june = page.get_by_role("heading", name="June 2019")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    may = page.get_by_role("heading", name="May 2019")
    expect(may).to_be_visible()
    # The later one covers the other to its end, where both stick.
    assert boxed(may)["width"] == boxed(june)["width"]
    page.evaluate("scrollTo(0, 0)")
    page.get_by_role("button", name="Select month June 2019").click()
    count_is(page, "40 photos selected")
    bar_of(page).get_by_role("button", name="Trash").click()
    expect(page.locator("main").get_by_text("40 photos moved to trash.")).to_be_visible()
    expect(june).to_be_hidden()
    expect(may).to_be_visible()
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("main").get_by_text("40 photos restored.")).to_be_visible()
    expect(june).to_be_visible()


@pytest.mark.slow
def test_selection__toast_on_a_phone_has_its_ways_in_one_row(sally: Any) -> None:
    page = sally(size=PHONE)
    page.locator(".sheet .pick").first.focus()
    page.keyboard.press("Space")
    bar = bar_of(page)
    close = boxed(bar.get_by_role("button", name="Clear the selection"))
    assert close["x"] == 0
    assert close["width"] >= 44
    bar.get_by_role("button", name="Album").click()
    bar.get_by_label("Title").fill("Row")
    picture_of(page, "selection-album")
    assert violations(page) == []
    bar.get_by_role("button", name="Add", exact=True).click()
    toast = page.locator("[data-toast]")
    undo, album, away = (
        boxed(toast.get_by_role(role, name=name))
        for role, name in [("button", "Undo"), ("link", "Open the album"), ("button", "Close")]
    )
    sentence = boxed(toast.get_by_text("1 photo added to the album."))
    assert undo["y"] == album["y"] == away["y"] >= sentence["y"] + sentence["height"]
    assert undo["x"] == sentence["x"]
    assert away["x"] + away["width"] >= PHONE[0] - 24
    picture_of(page, "selection-toast")


@pytest.mark.slow
def test_selection__by_a_finger_that_stays(sally: Any) -> None:
    page = sally(size=PHONE, has_touch=True, is_mobile=True)
    tile = page.locator(".sheet .tile").nth(1)
    box = tile.bounding_box()
    touch = page.context.new_cdp_session(page)
    point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    count_is(page, "1 photo selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.locator(".sheet .tile").nth(2).locator("a").tap()
    count_is(page, "2 photos selected")
    assert page.url.endswith("/me/photos/")
    picture_of(page, "selection-by-finger")


@pytest.mark.slow
def test_selection__without_javascript(sally: Any) -> None:
    page = sally(java_script_enabled=False)
    for number in range(3):
        page.locator(".tile .pick").nth(number).check()
    bar_of(page).get_by_role("button", name="Trash").click()
    expect(page.locator("main").get_by_text("3 photos moved to trash.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main").get_by_text("3 photos restored.")).to_be_visible()


@pytest.mark.slow
def test_selection__canceled_half_way_and_taken_back(sally: Any, gallery: Site) -> None:
    page = sally()
    page.keyboard.press("a")
    count_is(page, "100 photos selected")

    def slowly(route: Any) -> None:
        # Nothing is done by the page: as if each request brought it no further.
        route.fulfill(json=unfinished)

    unfinished: dict[str, Any] = {}

    def begun(route: Any) -> None:
        answer = route.fetch()
        unfinished.update(answer.json() | {"finished": False, "processed": 40, "done": 40})
        route.fulfill(json=unfinished)

    page.route("**/me/photos/batch/", begun)
    page.route("**/advance/", slowly)
    bar_of(page).get_by_role("button", name="Trash").click()
    count_is(page, "40 of 100")
    picture_of(page, "selection-running")
    with page.expect_response("**/cancel/"):
        bar_of(page).get_by_role("button", name="Cancel").click()
    page.unroute("**/advance/")
    expect(page.locator("main").get_by_text("photos moved to trash.")).to_be_visible()
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    # As many as were processed before it was canceled.
    expect(page.locator("main").get_by_text(re.compile(r"^\d+ photos? restored\.$"))).to_be_visible()
    page.goto("/me/trash/")
    expect(page.get_by_text("The trash is empty.")).to_be_visible()


@pytest.mark.slow
def test_selection__of_photos_that_gave_way_to_a_gap(sally: Any) -> None:
    page = sally(size=PHONE)
    page.locator(".tile .pick").nth(1).focus()
    page.keyboard.press("Space")
    chosen = page.locator(".tile").nth(1).get_attribute("data-photo-id")
    # As the sheet does it with rows that are far away: their HTML is kept, and comes back.
    page.evaluate(
        """id => {
          const tile = document.querySelector(`[data-photo-id="${id}"]`);
          const template = document.createElement("template");
          template.innerHTML = tile.outerHTML;
          tile.replaceWith(template.content);
        }""",
        chosen,
    )
    expect(page.locator(f".tile[data-photo-id='{chosen}'] .pick")).to_be_checked()
    gap = "Object.assign(document.createElement('li'), {className: 'gap'})"
    page.evaluate(f"document.querySelector('.sheet').append({gap})")
    bar_of(page).get_by_role("button", name="Trash").click()
    # What is in gaps can't be changed in place, so the page is loaded again, and says it there.
    expect(page.locator("main").get_by_text("1 photo moved to trash.")).to_be_visible()
    expect(page.locator(".sheet > .gap")).to_have_count(0)
    expect(page.locator(f".tile[data-photo-id='{chosen}']")).to_have_count(0)
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(page.locator("main").get_by_text("1 photo restored.")).to_be_visible()
    expect(page.locator(f".tile[data-photo-id='{chosen}']")).to_have_count(1)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), SCREENS)
def test_selection__shift_a_day_by_an_hour_and_back(sally: Any, size: tuple[int, int], scheme: str) -> None:
    page = sally("/me/photos/?month=2019-05", size=size, color_scheme=scheme)
    tiles = page.locator(".sheet .tile")
    page.get_by_role("button", name="Select", exact=True).click()
    first, day = tiles.nth(0).get_attribute("data-photo-id"), tiles.nth(0).get_attribute("data-taken")
    assert day == "2019-05-31T00:00"
    for number in range(4):
        tiles.nth(number).locator(".pick").check()
    bar = bar_of(page)
    bar.get_by_text("Date", exact=True).click()
    bar.get_by_label("Hours").fill("1")
    expect(bar.locator("[data-preview]")).to_have_text("First photo: 31 May 2019, 00:00 → 31 May 2019, 01:00")
    bar.get_by_label("Direction").select_option("earlier")
    expect(bar.locator("[data-preview]")).to_have_text("First photo: 31 May 2019, 00:00 → 30 May 2019, 23:00")
    panel = bar.locator("[data-dates] > div").bounding_box()
    assert panel is not None
    assert panel["y"] >= 0
    assert panel["x"] >= 0
    picture_of(page, "selection-date")
    assert violations(page) == []
    # Enter shifts, as the button does.
    bar.get_by_label("Hours").press("Enter")
    expect(page.locator("main").get_by_text("Dates of 4 photos changed.")).to_be_visible()
    moved = page.locator(f".tile[data-photo-id='{first}']")
    expect(moved).to_have_attribute("data-taken", "2019-05-30T23:00")
    page.locator("[data-toast]").get_by_role("button", name="Undo").click()
    expect(moved).to_have_attribute("data-taken", day)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), [(PHONE, "dark"), (DESKTOP, "light")])
def test_selection__all_of_a_search_into_an_album(
    sally: Any, gallery: Site, size: tuple[int, int], scheme: str
) -> None:
    page = sally("/search/", size=size, color_scheme=scheme)
    gallery.manage("reindex_search", "--stale")
    page.locator("#search-box").fill("sea")
    tiles = page.locator("#results .sheet .tile")
    expect(tiles).to_have_count(60)
    page.get_by_role("button", name="Select", exact=True).click()
    page.keyboard.press("Space")
    count_is(page, "1 photo selected")
    tiles.nth(3).locator("a").click(modifiers=["Shift"])
    count_is(page, "4 photos selected")
    bar_of(page).get_by_role("button", name="Select all of yours").click()
    count_is(page, "100 photos selected")
    picture_of(page, "selection-search")
    assert violations(page) == []
    # Another search has other photos: what is typed next starts with none.
    page.locator("#search-box").fill("sea-1.jpg")
    expect(tiles).to_have_count(1)
    expect(bar_of(page)).to_be_hidden()
    page.locator("#search-box").fill("sea")
    expect(tiles).to_have_count(60)
    tiles.nth(0).locator("a").focus()
    page.keyboard.press("a")
    count_is(page, "100 photos selected")
    bar_of(page).locator("summary", has_text="Album").click()
    bar_of(page).get_by_label("Title").fill("Found")
    bar_of(page).get_by_role("button", name="Add", exact=True).first.click()
    expect(page.locator("main").get_by_text("100 photos added to the album.")).to_be_visible()


@pytest.mark.slow
def test_selection__of_a_search_without_javascript(sally: Any, gallery: Site) -> None:
    page = sally("/search/?q=sea-9.jpg", java_script_enabled=False)
    gallery.manage("reindex_search", "--stale")
    page.reload()
    page.locator(".pick").first.check()
    bar_of(page).get_by_role("button", name="Archive").click()
    expect(page.locator("main").get_by_text("1 photo archived.")).to_be_visible()
    assert page.url.endswith("/search/?q=sea-9.jpg")
    page.goto("/me/archive/")
    page.locator(".pick").first.check()
    bar_of(page).get_by_role("button", name="Unarchive").click()
    expect(page.locator("main").get_by_text("1 photo is back in My photos.")).to_be_visible()
    page.goto("/search/?q=nothingatall")
    expect(bar_of(page)).to_be_hidden()
