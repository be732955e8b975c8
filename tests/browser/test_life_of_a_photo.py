"""The life of a photo in a browser against a running gallery."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.tray import wait_until_processed
from tests.browser.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Open
    from tests.browser.site import Site

THUMBNAILS_WITHIN_MS = 60_000


def photo_bytes(number: int) -> dict[str, object]:
    """Return one picture as a file of a browser's form."""
    return {"name": f"{uuid.uuid4().hex[:8]}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(number)}


def test_photo__ten_become_thumbnails_without_a_reload(open_page: Open, photographs: list[Path]) -> None:
    page = open_page("alice", "/upload/")
    page.evaluate("window.stillHere = true")
    page.set_input_files("#file", photographs)
    rows = page.locator("[data-tray] .upload-row")
    expect(rows).to_have_count(10)
    # The local preview comes first, then the gallery's own thumbnail takes its place.
    expect(rows.first.locator("img").first).to_have_attribute("src", re.compile("^blob:"))
    expect(rows.get_by_text("Waiting for review. Only you can see it.")).to_have_count(
        10, timeout=THUMBNAILS_WITHIN_MS
    )
    for row in rows.all():
        expect(row.locator("img")).to_have_count(1)
        expect(row.locator("img")).to_have_js_property("complete", value=True)
        assert row.locator("img").evaluate("image => image.naturalWidth") > 0
    expect(page.locator("[data-summary]")).to_have_text("10 of 10 uploaded")
    assert page.evaluate("window.stillHere") is True
    page.goto("/me/photos/")
    assert page.locator(".tile .frame img").count() >= 10


def test_photo__approved_is_shown_to_visitors(open_page: Open, gallery: Site) -> None:
    page = open_page("tina", "/upload/")
    page.set_input_files("#file", [photo_bytes(101)])
    page.get_by_role("link", name="Open").click(timeout=THUMBNAILS_WITHIN_MS)
    page.get_by_label("Caption").fill("Low tide at noon")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading", name="Low tide at noon")).to_be_visible()
    visitor = open_page()
    tile = visitor.get_by_role("link", name="Low tide at noon")
    expect(tile).to_be_visible()
    tile.click()
    expect(visitor.locator(".pswp--open .legend-line")).to_contain_text("Low tide at noon")
    assert visitor.url == page.url.partition("#")[0]
    visitor.get_by_role("link", name="Details").click()
    expect(visitor.get_by_role("heading", name="Low tide at noon")).to_be_visible()
    visitor.go_back()
    expect(visitor.get_by_role("link", name="Low tide at noon")).to_be_visible()
    assert visitor.url == f"{gallery.origin}/"


def test_photo__trash_and_undo(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    page.set_input_files("#file", [photo_bytes(102)])
    page.get_by_role("link", name="Open").click(timeout=THUMBNAILS_WITHIN_MS)
    address = page.url
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("Moved to trash.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Restored.")).to_be_visible()
    assert page.url == address


@pytest.mark.slow
def test_photo__permanent_delete_needs_confirmation(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    page.set_input_files("#file", [photo_bytes(103)])
    page.get_by_role("link", name="Open").click(timeout=THUMBNAILS_WITHIN_MS)
    address = page.url
    page.get_by_role("button", name="Move to trash").click()
    page.goto("/me/trash/")
    tile = page.locator(".tile").first
    expect(tile.get_by_role("button", name="Delete this photo")).to_be_hidden()
    tile.locator("summary").click()
    tile.get_by_role("button", name="Delete this photo").click()
    expect(page.get_by_text("Permanently deleted.")).to_be_visible()
    assert page.request.get(address).status == 404


@pytest.mark.slow
def test_photo__rotated_by_a_key_is_replaced_without_a_reload(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    page.set_input_files("#file", [photo_bytes(109)])
    wait_until_processed(page, 1)
    page.get_by_role("link", name="Open").click()
    image = page.locator("figure.photo img")
    expect(image).to_have_js_property("complete", value=True)
    sides = "image => [image.naturalWidth, image.naturalHeight]"
    width, height = image.evaluate(sides)
    assert width > height
    left = page.get_by_role("button", name="Rotate left")
    before = left.bounding_box()
    page.keyboard.press("r")
    expect(page.get_by_text("Rotating the picture.")).to_be_visible()
    # What is said moves nothing.
    assert left.bounding_box() == before
    page.evaluate("window.stillHere = true")
    expect(page.locator("figure.photo[data-turning]")).to_have_count(0, timeout=THUMBNAILS_WITHIN_MS)
    expect(page.get_by_text("Rotating the picture.")).to_be_hidden()
    is_upright = "({ naturalWidth: width, naturalHeight: height }) => width < height"
    wait_until(page, f"() => ({is_upright})(document.querySelector('figure.photo img'))")
    assert page.evaluate("window.stillHere") is True
    box = image.bounding_box()
    assert box is not None
    assert box["height"] > box["width"]
    page.get_by_role("link", name="Full window").click()
    full = ".pswp__img:not(.pswp__img--placeholder)"
    wait_until(page, f"full => ({is_upright})(document.querySelector(full) ?? {{}})", full)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    with page.expect_navigation():
        page.get_by_role("button", name="Rotate left").click()
    expect(page.locator("figure.photo[data-turning]")).to_have_count(0, timeout=THUMBNAILS_WITHIN_MS)
    page.reload()
    assert image.evaluate(sides) == [width, height]
