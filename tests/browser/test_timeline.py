"""One's own photos by month: headings, list of months and slider, by keyboard and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

TWELVE_YEARS = """
import datetime, uuid
from django.utils import timezone
from gallery.accounts.models import User
from gallery.photos.models import Photo
theo = User.objects.get(username="theo")
now = timezone.now()
if not Photo.objects.filter(owner=theo).exists():
    for number in range(240):
        Photo.objects.create(owner=theo, state="approved", visibility="private",
            file_name=f"year-{number}.jpg", created_at=now,
            offered_until=now, size_bytes=1, sha256=uuid.uuid4().hex, width=300, height=200,
            taken_local=datetime.datetime(2019, 12, 20) - datetime.timedelta(days=18 * number))
"""


@pytest.fixture
def library(open_page: Open, gallery: Site) -> None:
    """Give Theo 240 photos of twelve years, once."""
    open_page("theo", "/me/photos/")
    gallery.manage("shell", "--verbosity", "0", "--command", TWELVE_YEARS)


def boxes_of_tiles_overlap(page: Page, selector: str) -> int:
    """Return how many tiles in the window reach into the box of the element."""
    return int(
        page.evaluate(
            """selector => {
              const one = document.querySelector(selector).getBoundingClientRect();
              const tiles = [...document.querySelectorAll(".tile")];
              return tiles.map((tile) => tile.getBoundingClientRect())
                .filter((box) => box.right > one.left && box.left < one.right)
                .filter((box) => box.bottom > one.top && box.top < one.bottom).length;
            }""",
            selector,
        )
    )


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("size", "scheme"),
    [
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "dark", id="desktop-dark"),
        pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
        pytest.param(DESKTOP, "light", id="desktop-light", marks=pytest.mark.slow),
    ],
)
def test_timeline__jump_by_keyboard(open_page: Open, size: tuple[int, int], scheme: str) -> None:
    page = open_page(
        "theo", "/me/photos/", viewport={"width": size[0], "height": size[1]}, color_scheme=scheme
    )
    expect(page.get_by_role("heading", name="December 2019")).to_be_visible()
    picture_of(page, "timeline")
    assert violations(page) == []
    page.get_by_text("Jump to a month").focus()
    page.keyboard.press("Enter")
    picture_of(page, "timeline-months")
    assert violations(page) == []
    page.get_by_role("navigation", name="Months").locator("a[data-month='2012-05']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/photos/?month=2012-05")
    first = page.locator(".sheet > .month h2").first
    expect(first).to_have_text("May 2012")
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(300)
    picture_of(page, "timeline-scrolled")
    if size == DESKTOP:
        slider = page.get_by_role("slider", name="Month")
        assert boxes_of_tiles_overlap(page, ".scrubber input") == 0
        slider.focus()
        page.keyboard.press("End")
        expect(slider).to_have_attribute("aria-valuetext", "March 2008, 2 photos")
        picture_of(page, "timeline-held")
        page.wait_for_url("**/me/photos/?month=2008-03")


@pytest.mark.usefixtures("library")
@pytest.mark.slow
def test_timeline__without_javascript(open_page: Open) -> None:
    page = open_page(
        "theo", "/me/photos/", java_script_enabled=False, viewport={"width": PHONE[0], "height": PHONE[1]}
    )
    expect(page.get_by_role("slider")).to_have_count(0)
    page.get_by_text("Jump to a month").click()
    page.locator(".months a[data-month='2014-06']").click()
    expect(page.locator(".sheet > .month h2").first).to_have_text("June 2014")
    page.get_by_role("link", name="More photos").click()
    expect(page.locator(".tile").first).to_be_visible()


@pytest.mark.slow
@pytest.mark.usefixtures("library")
def test_months__years_and_the_oldest_are_one_step_away(open_page: Open) -> None:
    page = open_page("theo", "/me/photos/", viewport={"width": PHONE[0], "height": PHONE[1]})
    page.get_by_text("Jump to a month").click()
    months = page.get_by_role("navigation", name="Months")
    months.get_by_role("link", name="2012", exact=True).click()
    expect(months.locator("a[data-month='2012-05']")).to_be_in_viewport()
    page.evaluate("scrollTo(0, 0)")
    months.get_by_role("link", name="Oldest").click()
    expect(page.locator(".tile").last).to_be_attached()
    oldest = page.locator(".timeline .month").first.get_attribute("data-month")
    assert oldest == min(
        page.locator(".months a[data-month]").evaluate_all("all => all.map((a) => a.dataset.month)")
    )


@pytest.mark.usefixtures("library")
@pytest.mark.slow
def test_search_box__finds_a_month_by_its_name(open_page: Open) -> None:
    page = open_page("theo", "/me/photos/")
    box = page.get_by_role("combobox", name="Search photos")
    box.press_sequentially("may 2012")
    expect(page.get_by_role("option", name="Taken May 2012")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=from*")
    expect(page.locator(".tile")).not_to_have_count(0)
