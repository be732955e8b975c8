"""Copies of photos, from the upload to the trash and back, at both sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Open
    from tests.browser.site import Site

pytestmark = pytest.mark.slow

# As a sweep some minutes later.
COMPARE = """
from datetime import timedelta
from django.utils import timezone
from gallery.duplicates.compare import compare_some
compare_some(has_time=lambda: True, now=timezone.now() + timedelta(minutes=2))
"""


def test_duplicates__from_upload_to_trash_and_back(open_page: Open, gallery: Site, tmp_path: Path) -> None:
    files = []
    for number, size in ((21, (1500, 1000)), (22, (800, 1200))):
        original = pictures.photograph(number, size)
        for name, sides in (("original", size), ("sent", (size[0] // 2, size[1] // 2))):
            files.append(tmp_path / f"{number}-{name}.jpg")
            original.resize(sides, Image.Resampling.BICUBIC).save(files[-1], "JPEG", quality=80)
    page = open_page("dora", "/upload/")
    page.locator("input[type=file]").first.set_input_files(files)
    wait_until_processed(page, 4)
    gallery.manage("shell", "--verbosity", "0", "--command", COMPARE)

    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto("/me/duplicates/")
        expect(page.get_by_text("2 groups of photos look the same.")).to_be_visible()
        expect(page.locator(".duplicates img")).to_have_count(4)
        assert violations(page) == []
        picture_of(page, "duplicates")
        for frame in page.locator(".duplicates .frame").all():
            box = frame.bounding_box()
            assert box
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= size[0]
        # Two of a group are side by side.
        tops = [item.bounding_box() for item in page.locator(".duplicates").first.locator("li").all()]
        assert [top["y"] for top in tops if top] == [tops[0]["y"]] * 2  # type: ignore[index]

    kept = page.locator(".duplicates").first.locator("li", has=page.get_by_label("Keep · best"))
    expect(kept).to_contain_text("original.jpg")
    page.get_by_role("button", name="Trash the others").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main").get_by_text("1 photo moved to trash.")).to_be_visible()
    expect(page.locator(".duplicates")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("main").get_by_text("1 photo restored.")).to_be_visible()
    page.goto("/me/duplicates/")
    page.get_by_role("button", name="Keep the best of these 2 groups").click()
    expect(page.get_by_text("No duplicates.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    page.goto("/me/duplicates/")
    page.get_by_role("button", name="Keep all").first.click()
    expect(page.locator(".duplicates")).to_have_count(1)
