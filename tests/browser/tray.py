"""The tray of uploads, as tests wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

THUMBNAILS_WITHIN_MS = 90_000


def wait_until_processed(page: Page, count: int) -> None:
    """Wait until ``count`` uploads have thumbnails; their "Open" links come already when they are stored."""
    rows = page.locator("[data-tray] .upload-row")
    expect(rows.get_by_role("link", name="Open")).to_have_count(count, timeout=THUMBNAILS_WITHIN_MS)
    expect(page.locator("[data-tray] .upload-row.working")).to_have_count(0, timeout=THUMBNAILS_WITHIN_MS)
