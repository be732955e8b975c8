"""Help on keys, pages asked for ahead, and the gallery without a connection or as a target of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed
from tests.browser.waiting import wait_until

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.watch import Watch

READY = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
KEPT = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    found[name] = (await (await caches.open(name)).keys()).map((request) => new URL(request.url).pathname);
  }
  return found;
}"""
SHARE = """async (bytes) => {
  const body = new FormData();
  const file = new File([new Uint8Array(bytes)], "from elsewhere.jpg", { type: "image/jpeg" });
  body.append("file", file);
  const answer = await fetch("/upload/share/", { method: "POST", body, redirect: "follow" });
  return answer.url;
}"""


@pytest.mark.slow
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_help__shows_every_key_and_gives_the_focus_back(open_page: Open, size: tuple[int, int]) -> None:
    page = open_page("bob", "/me/photos/", viewport={"width": size[0], "height": size[1]})
    upload = page.get_by_role("link", name="Upload", exact=True)
    upload.focus()
    page.keyboard.press("?")
    help_ = page.get_by_role("dialog", name="Keys")
    expect(help_).to_be_visible()
    for words in (
        "Select all",
        "Start or pause the slideshow",
        "Show these keys",
        "Next or previous suggestion",
    ):
        expect(help_.get_by_text(words)).to_be_attached()
    assert violations(page) == []
    picture_of(page, "keys")
    page.keyboard.press("a")
    expect(page.locator("#selection.shown")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(help_).to_have_count(0)
    expect(upload).to_be_focused()


@pytest.mark.slow
def test_offline__one_page_is_kept_and_nothing_of_a_person(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page("bob", "/upload/", service_workers="allow")
    photo = {"name": "o.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(6001)}
    page.set_input_files("#file", [photo])
    wait_until_processed(page, 1)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("/me/photos/")
    wait_until(page, READY)
    page.locator(".tile a").first.click()
    page.locator(".pswp--ui-visible").wait_for()
    page.goto("/me/photos/")
    kept = page.evaluate(KEPT)
    assert len(kept) == 1
    [paths] = kept.values()
    assert paths[0] == "/offline/"
    assert all(path.startswith("/static/build/") for path in paths[1:])
    page.context.set_offline(True)
    page.goto("/albums/")
    expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
    assert "bob" not in page.content()
    picture_of(page, "offline")
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


@pytest.mark.slow
def test_share__from_another_app_uploads(open_page: Open, sessions: dict[str, Any]) -> None:
    page = open_page("bob", "/upload/", service_workers="allow")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    wait_until(page, READY)
    # A test can't open the system's sheet. It sends what that sends, and goes where that leads.
    address = page.evaluate(SHARE, list(pictures.jpeg(6002)))
    assert address.endswith("/upload/?shared")
    page.goto(address)
    # Any web site could send it, so a person says yes first.
    shared = page.get_by_role("region", name="Upload what was shared?")
    expect(shared.get_by_text("from elsewhere.jpg")).to_be_visible()
    expect(shared.get_by_role("heading")).to_be_focused()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations(page) == []
        picture_of(page, "shared")
    page.wait_for_timeout(1000)
    expect(page.locator("[data-tray]")).to_be_hidden()
    shared.get_by_role("button", name="Upload 1 photo").click()
    expect(shared).to_be_hidden()
    wait_until_processed(page, 1)
    assert page.url.endswith("/upload/")
    assert "contactsheet-shared" not in page.evaluate(KEPT)
    page.goto(page.evaluate(SHARE, list(pictures.jpeg(6003))))
    shared.get_by_role("button", name="Don't upload").click()
    expect(shared).to_be_hidden()
    expect(page.locator("[data-tray]")).to_be_hidden()
    assert "contactsheet-shared" not in page.evaluate(KEPT)
    page.evaluate(SHARE, list(pictures.jpeg(6003)))
    assert len(page.evaluate(KEPT)["contactsheet-shared"]) == 1
    page.goto("/me/")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").first.wait_for()
    del sessions["bob"]
    assert "contactsheet-shared" not in page.evaluate(KEPT)


@pytest.mark.slow
def test_navigation__is_asked_for_ahead(open_page: Open) -> None:
    page = open_page("bob", "/me/photos/")
    ahead: list[str] = []
    page.on(
        "request",
        lambda request: ahead.append(request.url) if request.headers.get("sec-purpose") else None,
    )
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Albums")
    link.hover()
    page.wait_for_timeout(1500)
    link.click()
    page.wait_for_url("**/albums/")
    delivery = page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType")
    assert delivery == "navigational-prefetch", ahead
