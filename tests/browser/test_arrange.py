"""Put an album in order: by mouse, by finger, by keys, and without JavaScript; and choose its cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

ALBUM = """
import uuid
from django.utils import timezone
from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.photos.models import Photo
arne, _ = User.objects.get_or_create(username="arne")
Album.objects.filter(owner=arne).delete()
album = Album.objects.create(owner=arne, title="Twelve", id="0b7f3c6e-52b0-4f0c-9f35-6f0a5d7f3c99")
now = timezone.now()
for number in range(12, 0, -1):
    album.photos.add(Photo.objects.create(owner=arne, state="approved", visibility="private",
        caption=f"sea {number}", created_at=now, offered_until=now, size_bytes=1, file_name="a.jpg",
        sha256=uuid.uuid4().hex, width=300, height=200))
"""
PATH = "/albums/0b7f3c6e-52b0-4f0c-9f35-6f0a5d7f3c99/"
SCREENS = [
    pytest.param(DESKTOP, "light", id="desktop-light"),
    pytest.param(PHONE, "dark", id="phone-dark", marks=pytest.mark.slow),
    pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
    pytest.param(DESKTOP, "dark", id="desktop-dark", marks=pytest.mark.slow),
]


@pytest.fixture
def arne(open_page: Open, gallery: Site) -> Any:
    """Give Arne an album with twelve photos, "sea 1" first. Return a function that opens a page of it."""
    gallery.manage("shell", "--verbosity", "0", "--command", ALBUM)

    def opened(query: str = "?arrange", size: tuple[int, int] = DESKTOP, **options: Any) -> Page:
        page = open_page("arne", PATH + query, viewport={"width": size[0], "height": size[1]}, **options)
        if options.get("java_script_enabled", True) and query:
            expect(page.locator("ul.arrange[data-started]")).to_have_count(1)
        return page

    return opened


def order_of(page: Page) -> Any:
    """Return the numbers in the captions, in the order of the page."""
    return page.locator(".sheet .tile").evaluate_all(
        "all => all.map((tile) => Number(tile.textContent.match(/sea (\\d+)/)[1]))"
    )


def expect_kept(page: Page, sentence: str, expected: list[int]) -> None:
    """Wait until the page says so, and hold that the album has this order also when it is opened again."""
    expect(page.locator("[data-toast] p")).to_have_text(sentence)
    assert order_of(page)[: len(expected)] == expected
    page.reload()
    assert order_of(page)[: len(expected)] == expected


def drag(page: Page, start: Any, end: Any) -> None:
    """Drag by the mouse from the middle of one box to the middle of another one."""
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    for step in (0.3, 0.7, 1):
        page.mouse.move(
            start["x"] + start["width"] / 2 + step * (end["x"] - start["x"]),
            start["y"] + start["height"] / 2 + step * (end["y"] - start["y"]),
        )
        page.wait_for_timeout(60)
    page.mouse.up()


@pytest.mark.parametrize(("size", "scheme"), SCREENS)
@pytest.mark.slow
def test_arrange__drag_and_take_it_back(arne: Any, size: tuple[int, int], scheme: str) -> None:
    page = arne(size=size, color_scheme=scheme)
    assert order_of(page) == list(range(1, 13))
    picture_of(page, "arrange")
    assert violations(page) == []
    tiles = page.locator(".sheet .tile")
    for box in (
        page.locator(".grip").first.bounding_box(),
        page.locator(".place summary").first.bounding_box(),
    ):
        assert box
        assert min(box["width"], box["height"]) >= 44
    drag(page, tiles.nth(0).locator(".frame").bounding_box(), tiles.nth(3).locator(".frame").bounding_box())
    expect(page.locator("[data-toast] p")).to_have_text("Moved to position 4.")
    picture_of(page, "arrange-done")
    assert order_of(page)[:5] == [2, 3, 4, 1, 5]
    assert page.url.endswith("?arrange")  # The click that ended it opened no photo.
    page.get_by_role("button", name="Undo").click()
    expect_kept(page, "Moved to position 1.", [1, 2, 3, 4, 5])
    page.get_by_role("button", name="Done").click()
    page.wait_for_url(f"**{PATH}")
    assert order_of(page) == list(range(1, 13))


@pytest.mark.slow
def test_arrange__by_finger(arne: Any) -> None:
    page = arne(size=PHONE, has_touch=True, is_mobile=True)
    grips = page.locator(".grip")
    start, end = grips.nth(0).bounding_box(), grips.nth(3).bounding_box()
    assert start
    assert end
    session = page.context.new_cdp_session(page)

    def touch(kind: str, box: Any) -> None:
        points = [{"x": box["x"] + 20, "y": box["y"] - 20}] if box else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(60)

    touch("touchStart", {"x": start["x"], "y": start["y"] + 40})
    for step in (0.2, 0.6, 1):
        touch("touchMove", {k: start[k] + step * (end[k] - start[k]) for k in ("x", "y")})
    assert page.evaluate("scrollY") == 0
    touch("touchEnd", None)
    expect_kept(page, "Moved to position 4.", [2, 3, 4, 1, 5])


@pytest.mark.slow
def test_arrange__by_keys(arne: Any) -> None:
    page = arne()
    said = page.locator("[data-toast] p")
    page.locator(".grip").nth(4).focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Position 5 of 12.")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("Position 3 of 12.")
    page.keyboard.press("Escape")
    assert order_of(page) == list(range(1, 13))
    page.keyboard.press("Space")
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    expect(said).to_have_text("Moved to position 1.")
    expect(page.locator("[data-said-aloud]")).to_have_text("Moved to position 1.")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Move sea 5"
    page.keyboard.press("Alt+ArrowRight")
    expect_kept(page, "Moved to position 2.", [1, 5, 2, 3, 4])


@pytest.mark.slow
def test_arrange__without_javascript(arne: Any) -> None:
    page = arne(java_script_enabled=False)
    last = page.locator(".sheet .tile").last
    last.locator("summary").click()
    last.get_by_label("Position").fill("1")
    last.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator(".messages")).to_contain_text("Moved to position 1.")
    assert order_of(page)[:3] == [12, 1, 2]
    third = page.locator(".sheet .tile").nth(2)
    third.locator("summary").click()
    third.get_by_role("button", name="Use as cover").click()
    expect(page.locator(".messages")).to_contain_text("This is the cover now.")
    expect(page.locator(".sheet .tile").nth(2).locator("summary")).to_contain_text("Cover")
