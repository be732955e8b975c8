"""The deployed gallery in a real browser, through CloudFront by its own name, over TLS."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.chromium import CHROMIUM, launched
from tests.browser.watch import Watch
from tests.rehearsal.front import front_of
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Playwright

    from tests.rehearsal.conftest import Deployed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.embedded,
    pytest.mark.browser,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed"),
]
# A request that arrives while the function is busy starts another.
TIMEOUT_MS = 60_000


@pytest.fixture
def browser(deployed: Deployed, playwright: Playwright, tmp_path: Path) -> Iterator[Browser]:
    """Give a browser that finds every host of AWS at the embedded one."""
    with (
        front_of(deployed.aws.endpoint_url, tmp_path) as port,
        launched(playwright, f"MAP * 127.0.0.1:{port}, EXCLUDE 127.0.0.1") as chromium,
    ):
        yield chromium


def test_person__signs_in_drops_a_photo_sees_it_and_deletes_it(deployed: Deployed, browser: Browser) -> None:
    origin = deployed.outputs("-site")["SiteOrigin"]
    # A browser takes no service worker from a site with a certificate of its own.
    context = browser.new_context(
        base_url=origin, ignore_https_errors=True, locale="en-GB", service_workers="block"
    )
    context.set_default_timeout(TIMEOUT_MS)
    watch = Watch()
    watch.expect("Service Worker registration blocked by Playwright")
    watch.over(context)
    page = context.new_page()

    page.goto("/sign-in/")
    page.get_by_label("Username or email address").fill("admin")
    page.get_by_label("Password").fill(deployed.secret("admin-password"))
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/me/photos/")
    (session,) = [cookie for cookie in context.cookies() if "session" in cookie["name"]]
    assert session["secure"]
    assert session["httpOnly"]

    name = f"{uuid.uuid4().hex[:8]}.jpg"
    page.goto("/upload/")
    page.set_input_files(
        "#file", [{"name": name, "mimeType": "image/jpeg", "buffer": pictures.jpeg(7, (1600, 1200))}]
    )
    row = page.locator("[data-tray] .upload-row").filter(has_text=name)
    thumbnail = row.locator("img[src^='https:']")
    expect(thumbnail).to_have_js_property("complete", value=True, timeout=TIMEOUT_MS)
    assert thumbnail.evaluate("image => image.naturalWidth") > 0

    row.get_by_role("link", name="Open").click()
    page.wait_for_url("**/photos/*/")
    photo_id = urlsplit(page.url).path.split("/")[2]
    picture = page.locator("main img").first
    expect(picture).to_have_js_property("complete", value=True, timeout=TIMEOUT_MS)
    assert picture.evaluate("image => image.naturalWidth") > 0

    page.goto("/admin/photos/photo/")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=TIMEOUT_MS)

    page.goto(f"/photos/{photo_id}/")
    page.get_by_role("button", name="Move to trash").click()
    expect(page.get_by_text("Moved to trash.")).to_be_visible(timeout=TIMEOUT_MS)
    page.goto("/me/trash/")
    tile = page.locator(".tile").first
    tile.locator("summary").click()
    tile.get_by_role("button", name="Delete this photo").click()
    expect(page.get_by_text("Permanently deleted.")).to_be_visible(timeout=TIMEOUT_MS)
    s3, bucket = deployed.client("s3"), deployed.outputs()["OriginalsBucket"]
    eventually(
        lambda: not s3.list_objects_v2(Bucket=bucket, Prefix=f"originals/{photo_id}").get("KeyCount"),
        within_seconds=60,
    )
    watch.expect("status of 404")
    gone = page.goto(f"/photos/{photo_id}/")
    assert gone
    assert gone.status == 404
    context.close()
    assert watch.unexpected == []
