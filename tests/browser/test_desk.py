"""The review desk in a browser: keyboard, accessibility, content security policy."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

DESK = "/admin/photos/photo/"
THUMBNAILS_WITHIN_MS = 60_000
RAISE = """
from gallery.accounts.models import User
from gallery.photos.models import DeletionRecord
from django.utils import timezone
import uuid
if not User.objects.filter(username="ada").exists():
    User.objects.create_superuser("ada", "ada@example.org", "{password}")
DeletionRecord.objects.get_or_create(
    photo_id=uuid.UUID(int=1), defaults=dict(purged_at=timezone.now(), offered_until=timezone.now())
)
"""


def uploaded(open_page: Open, *numbers: int, sizes: tuple[tuple[int, int], ...] = ()) -> list[str]:
    """Upload pictures as Bob and return their file names once they await review."""
    names = [f"{uuid.uuid4().hex[:8]}.jpg" for _ in numbers]
    page = open_page("bob", "/upload/")
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": pictures.jpeg(number, size)}
        for name, number, size in zip(names, numbers, sizes or [(640, 480)] * len(numbers), strict=True)
    ]
    page.set_input_files("#file", files)
    waiting = page.get_by_text("Waiting for review. Only you can see it.")
    expect(waiting).to_have_count(len(names), timeout=THUMBNAILS_WITHIN_MS)
    return names


def box(page: Page, name: str):
    return page.get_by_role("checkbox", name=f"Select {name}")


def walk_to(page: Page, name: str) -> None:
    """Move through the desk by keyboard to this photo."""
    for key in "j" * 60 + "k" * 60:
        page.keyboard.press(key)
        if box(page, name).evaluate("box => box === document.activeElement"):
            return
    pytest.fail(f"No key leads to {name}.")


def test_desk__decides_by_keyboard_and_undoes(open_page: Open) -> None:
    first, second = uploaded(open_page, 301, 302)
    page = open_page("charlie", "/admin/")
    expect(page).to_have_url(page.url.partition("/admin/")[0] + DESK)
    picture = page.get_by_role("img", name=first)
    picture.scroll_into_view_if_needed()  # it loads lazily, and photos of other tests come before it
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    for name in (first, second):
        walk_to(page, name)
        page.keyboard.press("x")
        expect(box(page, name)).to_be_checked()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_text("2 approved.")).to_be_visible()
    expect(box(page, second)).to_have_count(0)
    page.keyboard.press("u")
    expect(page.get_by_text("2 sent back to review.")).to_be_visible()
    walk_to(page, second)
    page.keyboard.press("r")
    page.get_by_label("Reason. The owner sees it.").fill("Too dark to see.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 rejected.")).to_be_visible()
    owner = open_page("bob", "/me/photos/")
    # The line above the photos names it, too.
    owner.get_by_role("link", name=f"{second} Rejected.").click()
    owner.get_by_role("link", name="Edit").click()
    expect(owner.get_by_text("Reason: Too dark to see.").first).to_be_visible()


@pytest.mark.slow
def test_desk__works_without_javascript(open_page: Open) -> None:
    (name,) = uploaded(open_page, 303)
    page = open_page("charlie", DESK, java_script_enabled=False)
    box(page, name).check()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("1 approved.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 sent back to review.")).to_be_visible()


PORTRAIT, PANORAMA, TINY = (360, 800), (1500, 250), (48, 36)
MEASURE_IN = """(images, frames) => images.map(image => {
    const box = image.getBoundingClientRect(), frame = image.closest(frames).getBoundingClientRect();
    const over = [frame.left - box.left, frame.top - box.top, -frame.left, frame.right - innerWidth];
    return [image.alt, ...over, box.right - frame.right, box.bottom - frame.bottom];
})"""
"""How far each picture is outside its frame, or the frame outside the window, on each side."""


def test_desk__shows_whole_pictures(open_page: Open) -> None:
    names = uploaded(open_page, 307, 308, 309, sizes=(PORTRAIT, PANORAMA, TINY))
    for width, height in ((390, 844), (1440, 900)):
        page = open_page("charlie", DESK, viewport={"width": width, "height": height})
        measured = page.locator(".desk-picture img").evaluate_all(MEASURE_IN, ".desk-picture")
        assert {alt for alt, *_ in measured} >= set(names)
        assert [row for row in measured if max(row[1:]) > 0.5] == [], "cut by its frame"
        assert (
            page.locator(".desk-picture img").first.evaluate("i => getComputedStyle(i).objectFit")
            == "contain"
        )


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.slow
def test_desk__passes_axe(open_page: Open, scheme: str) -> None:
    (name,) = uploaded(open_page, 304 if scheme == "light" else 305)
    page = open_page("charlie", DESK, color_scheme=scheme)
    found = {"desk": violations(page)}
    page.get_by_role("link", name=name).click()
    found["photo"] = violations(page)
    page.keyboard.press("r")
    expect(page.get_by_label("Reason. The owner sees it.")).to_be_visible()
    found["reason"] = violations(page)
    page.goto(f"{DESK}?show=failed")
    found["empty"] = violations(page)
    assert {where: lines for where, lines in found.items() if lines} == {}


@pytest.mark.slow
def test_admin__pages_conform_to_the_policy(open_page: Open, gallery: Site) -> None:
    gallery.manage("shell", "--verbosity", "0", "--command", RAISE.format(password="correct-horse-battery"))
    (name,) = uploaded(open_page, 306)
    page = open_page("ada", "/admin/accounts/user/")
    page.get_by_role("link", name="tina", exact=True).click()
    expect(page.get_by_label("Quota in bytes")).to_be_visible()
    user = page.url
    for path in (
        user.replace("/change/", "/password/"),
        user.replace("/change/", "/history/"),
        user.replace("/change/", "/delete/"),
        "/admin/accounts/user/add/",
        "/admin/accounts/invitation/",
        "/admin/api/apitoken/",
        "/admin/photos/",
        "/admin/photos/deletionrecord/",
        f"/admin/photos/deletionrecord/{uuid.UUID(int=1)}/change/",
        f"{DESK}?q={name}",
        f"{DESK}?show=trash",
    ):
        answer = page.goto(path)
        assert answer
        assert answer.status == 200, path
