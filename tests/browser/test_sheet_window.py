"""A long sheet keeps few tiles in the document, and scrolls as if it had all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE
from tests.browser.waiting import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

MOST_TILES = 600
MANY = """
import datetime, uuid
from django.utils import timezone
from gallery.accounts.models import User
from gallery.photos.models import Photo
wanda, now = User.objects.get(username="wanda"), timezone.now()
shapes = [(300, 200), (200, 300), (300, 300), (400, 225), (480, 200), (200, 150), (900, 200)]
day = datetime.datetime(2019, 12, 20)
if not Photo.objects.filter(owner=wanda, file_name__startswith="many-").exists():
    Photo.objects.bulk_create(
        Photo(owner=wanda, state="approved", visibility="private", file_name=f"many-{number}.jpg",
            created_at=now, offered_until=now, processed_at=now, size_bytes=1, sha256=uuid.uuid4().hex,
            width=shapes[number * number % 7][0], height=shapes[number * number % 7][1],
            taken_local=day - datetime.timedelta(hours=2 * number))
        for number in range({count})
    )
"""
# One step of a reader who scrolls on, and what the page is then. Gaps say how many photos they have.
STEP = """async by => {
  const sheet = document.querySelector(".sheet");
  const before = scrollY;
  scrollBy({ top: by * innerHeight, behavior: "instant" });
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 40)));
  const gaps = [...sheet.querySelectorAll(".gap")];
  const away = gaps.map((gap) => Number(gap.textContent.match(/\\d+/)[0]));
  const tiles = sheet.querySelectorAll(".tile").length;
  const inSight = gaps.filter((gap) => {
    const box = gap.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  });
  return {
    tiles,
    photos: tiles + away.reduce((sum, count) => sum + count, 0),
    height: document.documentElement.scrollHeight,
    moved: scrollY - before,
    isAtEnd: scrollY + innerHeight >= document.documentElement.scrollHeight - 2,
    gapsInSight: inSight.length,
    y: scrollY,
  };
}"""
# Where each tile is on the page, by its photo.
PLACES = """() => Object.fromEntries([...document.querySelectorAll(".sheet > .tile")].map((tile) => {
  const box = tile.getBoundingClientRect();
  return [tile.dataset.photoId, [box.left, box.top + scrollY, box.width, box.height]];
}))"""
# The photo where the eye rests, or the first below it: that point may be a month's heading, or between rows.
MIDDLE = """() => {
  const below = [...document.querySelectorAll(".sheet > .tile")].filter((tile) => {
    const { left, right, bottom } = tile.getBoundingClientRect();
    return bottom > innerHeight / 3 && left <= innerWidth / 2 && right >= innerWidth / 2;
  });
  return below[0].dataset.photoId;
}"""
ORDER = """() => [...document.querySelectorAll(".sheet > .tile")].map((tile) => tile.dataset.photoId)"""


@pytest.fixture
def library(open_page: Open, gallery: Site, request: pytest.FixtureRequest) -> None:
    """Give Wanda many photos of a few shapes, once."""
    open_page("wanda", "/me/photos/")
    gallery.manage("shell", "--verbosity", "0", "--command", MANY.replace("{count}", "4000"))


def opened(open_page: Open, size: tuple[int, int] = DESKTOP) -> Page:
    return open_page("wanda", "/me/photos/", viewport={"width": size[0], "height": size[1]})


def scroll_down(page: Page, photos: int) -> list[dict[str, Any]]:
    """Scroll until so many photos were shown. Return what the page was at each step."""
    steps = [page.evaluate(STEP, 0)]
    while steps[-1]["photos"] < photos:
        steps.append(page.evaluate(STEP, 0.8))
        if steps[-1]["isAtEnd"]:
            page.wait_for_timeout(100)
    return steps


def far_off(places: dict[str, list[float]], others: dict[str, list[float]]) -> list[str]:
    """Return photos in both whose box differs by more than a pixel."""
    shared = places.keys() & others.keys()
    return [
        photo
        for photo in shared
        if any(abs(one - other) > 1 for one, other in zip(places[photo], others[photo], strict=True))
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("size", "photos"),
    [
        pytest.param(DESKTOP, 3000, id="desktop"),
        pytest.param(PHONE, 3000, id="phone"),
    ],
)
def test_scroll__keeps_few_tiles_and_every_place(open_page: Open, size: tuple[int, int], photos: int) -> None:
    page = opened(open_page, size)
    first = page.evaluate(PLACES)
    steps = scroll_down(page, photos)
    assert max(step["tiles"] for step in steps) <= MOST_TILES
    heights = [step["height"] for step in steps]
    assert heights == sorted(heights), "the scroll bar jumps"
    assert [step for step in steps if step["gapsInSight"]] == []
    before, order = page.evaluate(PLACES), page.evaluate(ORDER)
    assert not first.keys() & before.keys(), "tiles at the top are still there"
    bottom = steps[-1]["y"]

    # At once to the top: the same tiles stand there as before.
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    expect(page.locator(".sheet > .gap").first).to_be_attached()
    wait_until(page, "id => document.querySelector(`[data-photo-id='${id}']`)", next(iter(first)))
    again = page.evaluate(PLACES)
    assert len(first.keys() & again.keys()) > 20
    assert far_off(first, again) == []
    assert page.evaluate(STEP, 0)["tiles"] <= MOST_TILES
    assert violations(page) == []

    # And down again, in steps: so do those at the bottom, in their order.
    while page.evaluate(STEP, 0.9)["y"] < bottom - 10:
        pass
    assert page.evaluate(STEP, 0)["height"] == pytest.approx(heights[-1], abs=2)
    back = page.evaluate(PLACES)
    shared = [photo for photo in order if photo in back]
    assert len(shared) > 20
    assert [photo for photo in page.evaluate(ORDER) if photo in set(shared)] == shared
    assert far_off(before, back) == []


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_turned__rows_and_place_stay_true(open_page: Open) -> None:
    page = opened(open_page, DESKTOP)
    scroll_down(page, 900)
    seen = page.evaluate(MIDDLE)
    page.set_viewport_size({"width": 1000, "height": 900})
    page.wait_for_timeout(300)
    box = page.locator(f"[data-photo-id='{seen}']").bounding_box()
    assert box is not None
    assert -box["height"] < box["y"] < 900, "another photo is in sight"
    assert page.locator(".sheet > .gap").count() > 3
    # A page of this width that never had gaps says where everything is.
    places = page.evaluate(PLACES)
    other = opened(open_page, (1000, 900))
    whole: dict[str, list[float]] = {}
    while not places.keys() <= whole.keys():
        whole |= other.evaluate(PLACES)
        other.evaluate(STEP, 0.8)
    assert far_off(places, whole) == []
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    wait_until(page, "() => !document.querySelector('.sheet').children[1].matches('.gap')")
    assert far_off(page.evaluate(PLACES), whole) == []


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_keyboard__walks_through_gaps_and_keeps_the_focus(open_page: Open) -> None:
    page = opened(open_page, DESKTOP)
    order = page.evaluate(ORDER)
    focused = "() => document.activeElement.closest('.tile')?.dataset.photoId"
    page.locator(f"[data-photo-id='{order[30]}'] a").focus()
    scroll_down(page, 900)
    # The tile with the focus is far away by now, and has gaps on both sides.
    assert page.evaluate(focused) == order[30]
    for at in [*range(31, 45), *range(43, 20, -1)]:
        page.keyboard.press("Tab" if at > page.evaluate("window.walked ?? 30") else "Shift+Tab")
        page.evaluate("at => { window.walked = at; }", at)
        assert page.evaluate(focused) == order[at]
        # The photo that has the focus is in sight.
        box = page.locator(f"[data-photo-id='{order[at]}']").bounding_box()
        assert box is not None
        assert -1 <= box["y"] <= DESKTOP[1]


@pytest.mark.usefixtures("library")
@pytest.mark.slow
def test_gap__says_how_many_photos_it_has(open_page: Open) -> None:
    page = opened(open_page, DESKTOP)
    scroll_down(page, 900)
    gap = page.locator(".sheet > .gap").first
    assert page.locator(".sheet > .gap:not(:has(button))").count() == 0
    count = int(gap.inner_text().split()[1])
    before = page.locator(".sheet > .tile").count()
    gap.get_by_role("button").focus()
    wait_until(page, "() => document.activeElement.closest('.tile')")
    assert page.locator(".sheet > .tile").count() >= min(before, count)
