"""The review desk by keyboard: no key is lost, every decision is undone, and what can't be saved is told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_desk import DESK, MEASURE_IN, PANORAMA, PORTRAIT, TINY, uploaded

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

PENDING = """
import hashlib, uuid
from datetime import timedelta
from django.utils import timezone
from gallery.accounts.models import User
from gallery.photos.models import Photo
owner, start = User.objects.get(username="wanda"), timezone.now() - timedelta(days={days})
for number in range({count}):
    photo_id = uuid.uuid4()
    Photo.objects.create(
        id=photo_id, owner=owner, state="pending", visibility="public", file_name=f"{name}-{{number:03}}.jpg",
        content_type="image/jpeg", size_bytes=1, sha256=hashlib.sha256(photo_id.bytes).hexdigest(),
        created_at=start + timedelta(seconds=number), offered_until=start,
    )
"""
STATES = """
import json
from gallery.photos.models import Photo
photos = Photo.objects.filter(file_name__startswith="{name}-").order_by("created_at")
print(json.dumps(list(photos.values_list("state", "review_note"))))
"""
ELSEWHERE = """
from gallery.accounts.models import User
from gallery.albums import words
from gallery.photos import actions
from gallery.photos.models import Photo
first, second = Photo.objects.filter(file_name__startswith="{name}-").order_by("created_at")[:2]
moderator = User.objects.get(username="charlie")
words.change_words(first.pk, actor=first.owner, caption="Entirely new words")
actions.reject(second.pk, actor=User.objects.get(username="tina"), reason="Too dark.")
"""

NEW_WORDS = """
from gallery.albums import words
from gallery.photos import actions
from gallery.photos.models import Photo, words_mark
from gallery.accounts.models import User
moderator = User.objects.get(username="charlie")
for photo in Photo.objects.filter(file_name__startswith="{name}-").order_by("created_at")[1:]:
    actions.approve(photo.pk, actor=moderator, words_mark=words_mark("", [], photo.owner.username))
    words.change_words(photo.pk, actor=photo.owner, caption="Buy now")
"""
WORDS = """
import json
from gallery.photos.models import Photo
photos = Photo.objects.filter(file_name__startswith="{name}-").order_by("created_at")
print(json.dumps(list(photos.values_list("words_state", "words_note"))))
"""


def run(gallery: Site, script: str, **values: object) -> str:
    return gallery.manage("shell", "--verbosity", "0", "--command", script.format(**values))


def states(gallery: Site, name: str) -> list[tuple[str, str]]:
    return [tuple(row) for row in json.loads(run(gallery, STATES, name=name).splitlines()[-1])]


def wait_until_saved(page: Page) -> None:
    page.locator("[data-desk][data-unsaved='0']").wait_for()


def in_hand(page: Page) -> str:
    return page.locator(".in-hand [data-open]").inner_text()


@pytest.mark.slow
def test_keys__none_is_lost_and_all_are_undone(open_page: Open, gallery: Site) -> None:
    run(gallery, PENDING, name="ten", count=10, days=400)
    page = open_page("charlie", f"{DESK}?q=ten-")
    for _ in range(10):
        page.keyboard.press("j")
        page.keyboard.press("a")
    wait_until_saved(page)
    assert states(gallery, "ten") == [("approved", "")] * 10
    expect(page.locator("[data-tile]")).to_have_count(10)
    for _ in range(10):
        page.keyboard.press("u")
    wait_until_saved(page)
    assert states(gallery, "ten") == [("pending", "")] * 10
    assert in_hand(page) == "ten-009.jpg"
    expect(page.locator(".in-hand input")).to_be_focused()
    for key in ("x", "ArrowRight", "ArrowRight", "X"):
        page.keyboard.press(key)
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.keyboard.press("2")
    wait_until_saved(page)
    assert states(gallery, "ten")[6:] == [("pending", "")] + [("rejected", "Too blurry or too dark.")] * 3
    assert in_hand(page) == "ten-006.jpg"
    page.keyboard.press("z")
    wait_until_saved(page)
    assert states(gallery, "ten") == [("pending", "")] * 10
    page.keyboard.press("*")
    page.keyboard.press("a")
    wait_until_saved(page)
    assert states(gallery, "ten") == [("approved", "")] * 10


@pytest.mark.slow
def test_keys__what_could_not_be_saved_comes_back(open_page: Open, gallery: Site, watch: Watch) -> None:
    watch.expect("ERR_FAILED")
    run(gallery, PENDING, name="back", count=4, days=500)
    page = open_page("charlie", DESK)
    expect(page.locator(".in-hand [data-open]")).to_have_text("back-000.jpg")
    run(gallery, ELSEWHERE, name="back")
    page.keyboard.press("a")
    page.keyboard.press("a")
    wait_until_saved(page)
    changed = page.locator("[data-tile]").nth(0)
    expect(changed.get_by_text("Read them again, then decide.")).to_be_visible()
    expect(changed.get_by_role("link", name="Entirely new words")).to_be_visible()
    decided = page.locator("[data-tile]").nth(1)
    expect(
        decided.get_by_text("tina changed this photo after you opened the page: Rejected.")
    ).to_be_visible()

    def lose(route: Route) -> None:
        route.abort() if route.request.method == "POST" else route.continue_()

    page.route(f"**{DESK}", lose)
    page.keyboard.press("a")
    lost = page.locator("[data-tile]").nth(2)
    expect(lost.get_by_text("the connection was lost")).to_be_visible()
    expect(lost.get_by_role("checkbox")).to_be_visible()
    page.unroute(f"**{DESK}", lose)
    lost.get_by_role("button", name="Retry").click()
    wait_until_saved(page)
    expect(lost.locator("[data-verdict]")).to_have_text("Approved")
    assert [state for state, _ in states(gallery, "back")] == ["pending", "rejected", "approved", "pending"]
    assert violations(page) == []
    changed.get_by_role("checkbox").check()
    page.keyboard.press("a")
    wait_until_saved(page)
    assert states(gallery, "back")[0] == ("approved", "")


@pytest.mark.slow
def test_keys__hundred_photos_at_ten_a_second(open_page: Open, gallery: Site) -> None:
    run(gallery, PENDING, name="hundred", count=100, days=600)
    page = open_page("charlie", DESK)
    for number in range(100):
        page.keyboard.press("1" if number % 3 == 2 else "a")
        page.wait_for_timeout(100)
    wait_until_saved(page)
    expected = [("rejected", "Not a photo.") if n % 3 == 2 else ("approved", "") for n in range(100)]
    assert states(gallery, "hundred") == expected
    for _ in range(100):
        page.keyboard.press("u")
    wait_until_saved(page)
    assert states(gallery, "hundred") == [("pending", "")] * 100
    page.keyboard.press("*")
    page.keyboard.press("a")
    wait_until_saved(page)


@pytest.mark.slow
@pytest.mark.parametrize("size", [(390, 844), (1440, 900)], ids=["phone", "desktop"])
def test_large__shows_whole_pictures_and_keeps_the_place(open_page: Open, size: tuple[int, int]) -> None:
    first = 320 + size[0]
    names = uploaded(open_page, first, first + 1, first + 2, sizes=(PORTRAIT, PANORAMA, TINY))
    page = open_page("charlie", f"{DESK}?q=bob", viewport={"width": size[0], "height": size[1]})
    page.get_by_role("button", name=f"Enlarge {names[0]}").click()
    dialog = page.get_by_role("dialog")
    for _ in names:
        expect(dialog.get_by_role("img")).to_have_js_property("complete", value=True)
        ((_, *over),) = dialog.locator("img").evaluate_all(MEASURE_IN, ".desk-large-frame")
        assert max(over) <= 0.5
        assert dialog.locator("img").evaluate("i => getComputedStyle(i).objectFit") == "scale-down"
        page.keyboard.press("ArrowRight")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator(".in-hand input")).to_be_focused()
    page.keyboard.press(" ")
    expect(dialog).to_be_visible()
    page.keyboard.press(" ")
    expect(dialog).to_have_count(0)


def test_keys__usual_reasons_are_about_what_is_judged(open_page: Open, gallery: Site) -> None:
    run(gallery, PENDING, name="usual", count=4, days=400)
    run(gallery, NEW_WORDS, name="usual")
    page = open_page("charlie", f"{DESK}?q=usual-")
    tiles, bar = page.locator("[data-tile]"), page.locator("[data-bar]")
    expect(tiles).to_have_count(4)

    def take(number: int) -> None:
        tile = page.locator("[data-tile]", has=page.get_by_role("link", name=f"usual-{number:03}.jpg"))
        tile.get_by_role("checkbox").focus()

    take(0)
    page.keyboard.press("r")
    expect(bar.get_by_role("button", name="1 Not a photo.")).to_be_visible()
    expect(bar.get_by_role("button", name="1 Advertising.")).to_be_hidden()
    page.keyboard.press("Escape")
    take(1)
    page.keyboard.press("r")
    expect(bar.get_by_role("button", name="1 Advertising.")).to_be_visible()
    expect(bar.get_by_role("button", name="1 Not a photo.")).to_be_hidden()
    page.keyboard.press("2")
    wait_until_saved(page)
    take(2)
    page.keyboard.press("1")
    wait_until_saved(page)
    # A photo and words together: a number says nothing, so a reason is asked for.
    take(0)
    page.keyboard.press("x")
    take(3)
    page.keyboard.press("x")
    page.keyboard.press("1")
    expect(bar.get_by_label("Reason. The owner sees it.")).to_be_focused()
    expect(bar.locator("[data-reason]:visible")).to_have_count(0)
    words = json.loads(run(gallery, WORDS, name="usual").splitlines()[-1])
    assert words[1:] == [
        ["rejected", "Insults or threatens someone."],
        ["rejected", "Advertising."],
        ["waiting", ""],
    ]
    assert states(gallery, "usual")[0][0] == "pending"
