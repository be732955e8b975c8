"""A raw and its JPEG in a browser: two files go up, one tile comes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import expect

from tests import pictures
from tests.thumbworker.imaging.raw_files import DATE, raw
from thumbworker.contract.formats import Format

if TYPE_CHECKING:
    from tests.browser.conftest import Open

THUMBNAILS_WITHIN_MS = 60_000


def jpeg_of_the_raw() -> bytes:
    """Return a JPEG with the raw's time of capture."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = DATE.decode()
    file = io.BytesIO()
    Image.open(io.BytesIO(pictures.jpeg(184))).save(file, "JPEG", exif=exif)
    return file.getvalue()


def test_stack__one_tile_with_a_mark(open_page: Open) -> None:
    page = open_page("wanda", "/upload/")
    files = [
        {"name": "IMG_1840.DNG", "mimeType": "image/x-adobe-dng", "buffer": raw(Format.DNG)},
        {"name": "img_1840.jpg", "mimeType": "image/jpeg", "buffer": jpeg_of_the_raw()},
    ]
    page.set_input_files("#file", files)
    rows = page.locator("[data-tray] .upload-row")
    expect(rows.get_by_text("Waiting for review. Only you can see it.")).to_have_count(
        2, timeout=THUMBNAILS_WITHIN_MS
    )
    page.goto("/me/photos/")
    tile = page.locator(".tile", has=page.get_by_alt_text(re.compile("img_1840", re.IGNORECASE)))
    expect(tile).to_have_count(1)
    mark = tile.locator(".mark-raw")
    expect(mark).to_have_text("RAW")
    frame, box = tile.bounding_box(), mark.bounding_box()
    assert frame
    assert box
    assert frame["x"] <= box["x"] <= box["x"] + box["width"] <= frame["x"] + frame["width"]
    assert frame["y"] <= box["y"] <= box["y"] + box["height"] <= frame["y"] + frame["height"]
    page.goto(tile.locator("a").get_attribute("href") or "")
    expect(page.get_by_role("heading", name="RAW + JPEG")).to_be_visible()
    for name in ("img_1840.jpg", "IMG_1840.DNG"):
        expect(page.get_by_role("link", name=f"Download {name}")).to_be_visible()
    page.get_by_role("button", name="Unstack").click()
    page.goto("/me/photos/")
    expect(page.get_by_alt_text(re.compile("img_1840", re.IGNORECASE))).to_have_count(2)
