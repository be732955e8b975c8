"""Uploads: refusals, lost answers, retries, and the form without JavaScript."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.waiting import Held
from thumbworker.contract.reasons import sentence

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page, Request, Route

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

ORIGINALS = "**/originals/**"


def a_file(
    number: int = 0, name: str = "", body: bytes | None = None, kind: str = "image/jpeg"
) -> dict[str, Any]:
    """Return a file for a form, with unique bytes."""
    unique = uuid.uuid4()
    data = pictures.jpeg(unique.int % 10_000 + number) if body is None else body
    return {"name": name or f"{unique.hex[:8]}.jpg", "mimeType": kind, "buffer": data}


def row(page: Page, name: str) -> Any:
    """Return the status line of a file."""
    return page.locator(".upload-row").filter(has_text=name).locator(".upload-status")


def test_upload__each_refused_file_has_a_sentence(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    program = b"MZ\x90\x00" + bytes(range(256)) * 8
    page.set_input_files(
        "#file",
        [
            a_file(name="empty.jpg", body=b""),
            a_file(
                name="drawing.svg", body=b"<svg xmlns='http://www.w3.org/2000/svg'/>", kind="image/svg+xml"
            ),
            a_file(name="page.html", body=b"<p>hello</p>", kind="text/html"),
            a_file(name="setup.jpg", body=program),
            a_file(name="cut.jpg", body=pictures.jpeg(5)[:900]),
            a_file(name=f"{'long' * 75}.jpg"),
            a_file(name="good.jpg"),
        ],
    )
    expect(row(page, "empty.jpg")).to_have_text(sentence("empty"))
    expect(row(page, "drawing.svg")).to_contain_text("SVG files aren't supported.")
    expect(row(page, "page.html")).to_contain_text("This is a web page, not a photo.")
    expect(row(page, "setup.jpg")).to_contain_text(sentence("not_a_picture"))
    expect(row(page, "cut.jpg")).to_contain_text(sentence("truncated"))
    expect(row(page, "longlong")).to_contain_text("This file's name is longer than 250 characters.")
    expect(row(page, "good.jpg")).to_contain_text("Waiting for review.")
    expect(page.get_by_role("button", name="Retry failed uploads")).to_be_hidden()


@pytest.mark.slow
def test_upload__retries_a_busy_store(open_page: Open, watch: Watch) -> None:
    watch.expect("503")
    page = open_page("alice", "/upload/")
    attempts = []

    def busy_twice(route: Route, request: Request) -> None:
        if request.method == "PUT":
            attempts.append(request.url)
            if len(attempts) <= 2:
                route.fulfill(status=503, headers={"Access-Control-Allow-Origin": "*"})
                return
        route.continue_()

    page.route(ORIGINALS, busy_twice)
    page.set_input_files("#file", [a_file(name="busy.jpg")])
    expect(row(page, "busy.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    assert len(attempts) == 3


@pytest.mark.slow
def test_upload__survives_a_lost_answer(open_page: Open, watch: Watch, gallery: Site) -> None:
    watch.expect("ERR_CONNECTION")
    watch.expect("412")
    page = open_page("alice", "/upload/")
    lost = []

    def lose_the_first_answer(route: Route, request: Request) -> None:
        if request.method == "PUT" and not lost:
            lost.append(route.fetch().status)
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route(ORIGINALS, lose_the_first_answer)
    page.set_input_files("#file", [a_file(name="echo.jpg")])
    expect(row(page, "echo.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    assert lost == [200]


@pytest.mark.slow
def test_upload__replaces_an_expired_signature(open_page: Open, watch: Watch) -> None:
    watch.expect("403")
    page = open_page("alice", "/upload/")
    offers = []
    page.on("request", lambda request: offers.append(1) if request.url.endswith("/uploads/offers/") else None)
    refused = []

    def refuse_once(route: Route, request: Request) -> None:
        if request.method == "PUT" and not refused:
            refused.append(request.url)
            route.fulfill(status=403, headers={"Access-Control-Allow-Origin": "*"})
        else:
            route.continue_()

    page.route(ORIGINALS, refuse_once)
    page.set_input_files("#file", [a_file(name="slept.jpg")])
    expect(row(page, "slept.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    assert len(offers) == 2


@pytest.mark.slow
def test_upload__waits_for_the_connection(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_INTERNET_DISCONNECTED")
    page = open_page("gwen", "/upload/")
    page.context.set_offline(True)
    names = [f"tunnel-{number}.jpg" for number in range(6)]
    page.set_input_files("#file", [a_file(number, name=name) for number, name in enumerate(names)])
    page.wait_for_timeout(20_000)
    expect(page.locator(".upload-row.failed")).to_have_count(0)
    page.context.set_offline(False)
    for name in names:
        expect(row(page, name)).to_contain_text("Waiting for review.", timeout=30_000)


@pytest.mark.slow
def test_upload__failed_files_go_on_with_the_connection(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_")
    page = open_page("gwen", "/upload/")
    page.route("**/uploads/offers/", lambda route: route.abort("connectionreset"))
    page.set_input_files("#file", [a_file(name="late.jpg")])
    expect(row(page, "late.jpg")).to_contain_text("We couldn't reach the gallery.", timeout=40_000)
    page.unroute("**/uploads/offers/")
    page.context.set_offline(True)
    page.context.set_offline(False)
    expect(row(page, "late.jpg")).to_contain_text("Waiting for review.", timeout=30_000)


@pytest.mark.slow
def test_upload__retry_all_failed(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_")
    page = open_page("alice", "/upload/")
    page.clock.install()
    page.route("**/uploads/offers/", lambda route: route.abort("connectionreset"))
    page.set_input_files("#file", [a_file(name="one.jpg"), a_file(name="two.jpg")])
    for name in ("one.jpg", "two.jpg"):
        failed = row(page, name).filter(has_text="We couldn't reach the gallery.")
        while not failed.count():
            page.clock.run_for(4_000)
            page.evaluate("() => fetch('/sign-in/')")
    page.unroute("**/uploads/offers/")
    page.clock.resume()
    page.get_by_role("button", name="Retry failed uploads").click()
    for name in ("one.jpg", "two.jpg"):
        expect(row(page, name)).to_contain_text("Waiting for review.", timeout=30_000)


@pytest.mark.slow
def test_upload__same_file_twice_is_one_photo(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    same = a_file(name="same.jpg")
    page.set_input_files("#file", [same])
    expect(row(page, "same.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    first = page.get_by_role("link", name="Open").get_attribute("href")
    page.reload()
    page.set_input_files("#file", [same])
    expect(page.get_by_role("link", name="Open")).to_have_attribute("href", first or "")


@pytest.mark.slow
def test_upload__drop_on_any_page(open_page: Open, photographs: list[Path]) -> None:
    page = open_page("bob", "/me/photos/")
    body = list(a_file()["buffer"])
    page.evaluate(
        """(body) => {
          window.files = new DataTransfer();
          window.files.items.add(new File([new Uint8Array(body)], "dropped.jpg", {type: "image/jpeg"}));
          window.dispatchEvent(new DragEvent("dragenter", {dataTransfer: window.files}));
        }""",
        body,
    )
    expect(page.get_by_text("Drop to upload")).to_be_visible()
    page.evaluate("() => window.dispatchEvent(new DragEvent('drop', {dataTransfer: window.files}))")
    expect(page.get_by_text("Drop to upload")).to_be_hidden()
    expect(row(page, "dropped.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    assert len(photographs) == 10


@pytest.mark.slow
def test_upload__leaving_asks_for_confirmation(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    page.route(ORIGINALS, lambda route: None)
    page.set_input_files("#file", [a_file(name="slow.jpg")])
    expect(row(page, "slow.jpg")).to_contain_text("%")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/")
    page.wait_for_url("**/")
    assert asked == ["beforeunload"]


def test_upload__goes_on_while_a_link_is_followed(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    home = page.get_by_role("link", name="Contactsheet", exact=True)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(ORIGINALS, hold)
    with page.expect_request(ORIGINALS):
        page.set_input_files("#file", [a_file(name="slow.jpg")])
    expect(row(page, "slow.jpg")).to_contain_text("%")
    expect(page.get_by_text("links open in another one")).to_be_visible()
    with page.context.expect_page() as opened:
        home.click()
    opened.value.wait_for_url("**/")
    assert page.url.endswith("/upload/")
    (put,) = held
    put.continue_()
    expect(row(page, "slow.jpg")).to_contain_text("Waiting for review.", timeout=30_000)
    expect(page.get_by_text("links open in another one")).to_be_hidden()
    # Nothing is lost any more, so the link leads on without a question.
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    home.click()
    page.wait_for_url(lambda url: url.endswith("/") and "upload" not in url)
    assert asked == []


@pytest.mark.slow
def test_upload__private_photo_needs_no_review(open_page: Open) -> None:
    page = open_page("bob", "/upload/")
    page.get_by_label("Only me").check()
    page.set_input_files("#file", [a_file(name="diary.jpg")])
    expect(row(page, "diary.jpg")).to_have_text("Only you can see it.", timeout=30_000)


@pytest.mark.slow
def test_upload__plain_form_without_javascript(open_page: Open, watch: Watch) -> None:
    watch.expect("422")
    page = open_page("bob", "/upload/", java_script_enabled=False)
    picture = a_file(name="plain.jpg")
    page.set_input_files("#file", [picture])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("1 photo uploaded.")).to_be_visible()
    assert page.url.endswith("/me/photos/")
    page.goto("/upload/")
    page.set_input_files("#file", [a_file(name="page.html", body=b"<p>", kind="text/html")])
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("This is a web page, not a photo.")


@pytest.mark.slow
def test_upload__a_closed_tab_says_what_is_missing(open_page: Open) -> None:
    page = open_page("alice", "/upload/")
    Held(page, ORIGINALS)
    bodies = [pictures.jpeg(7001 + n, (900, 1350)) for n in range(2)]
    page.set_input_files("#file", [a_file(name=f"lost-{n}.jpg", body=bodies[n]) for n in range(2)])
    for n in range(2):
        expect(row(page, f"lost-{n}.jpg")).to_contain_text("%")
    later = page.context.new_page()
    later.goto("/me/photos/")
    # The browser said the shape of what has not arrived.
    assert later.locator(".tile.ratio-65[data-state=awaiting]").count() == 2
    later.wait_for_timeout(500)
    expect(later.locator("[data-tray]")).to_be_hidden()
    page.close()
    later.goto("/upload/")
    said = later.locator("[data-missing]")
    expect(said).to_contain_text("A tab was closed before 2 files were uploaded: lost-0.jpg, lost-1.jpg.")
    for size in (PHONE, DESKTOP):
        later.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations(later) == []
        picture_of(later, "missing")
    said.get_by_role("button", name="Dismiss").click()
    expect(later.locator("[data-tray]")).to_be_hidden()
    later.reload()
    later.wait_for_timeout(500)
    expect(later.locator("[data-tray]")).to_be_hidden()


DROP = """(tree) => {
  const entryOf = ({ name, bytes, inside }) => {
    const file = () => new File([new Uint8Array(bytes)], name, { type: "image/jpeg" });
    if (!inside) return { isFile: true, name, file: (found) => found(file()) };
    const batches = [inside.map(entryOf), []];
    const createReader = () => ({ readEntries: (found) => found(batches.shift()) });
    return { isDirectory: true, name, createReader };
  };
  const event = new Event("drop", { cancelable: true });
  const items = tree.map((each) => ({ webkitGetAsEntry: () => entryOf(each) }));
  event.dataTransfer = { types: ["Files"], files: [], items };
  window.dispatchEvent(event);
}"""


def file_named(number: int) -> dict[str, Any]:
    """Return a picture for ``DROP``."""
    return {"name": f"f{number}.jpg", "bytes": list(pictures.jpeg(7100 + number, (900, 1350)))}


@pytest.mark.slow
def test_upload__a_folder_is_offered_as_an_album(open_page: Open) -> None:
    page = open_page("sally", "/upload/")
    fjord = {"name": "Fjord 2026", "inside": [file_named(0), file_named(1)]}
    page.evaluate(DROP, [fjord])
    offer = page.get_by_role("button", name="Put 2 photos into a new album: Fjord 2026")
    expect(offer).to_be_visible()
    picture_of(page, "folder")
    offer.click()
    expect(page.locator("[data-albums] button")).to_have_count(0)
    page.goto("/albums/")
    page.get_by_role("link", name="Fjord 2026").first.click()
    expect(page.locator(".tile")).to_have_count(2)


@pytest.mark.slow
def test_upload__folders_of_one_name_are_offered_one_by_one(open_page: Open) -> None:
    page = open_page("sally", "/upload/")
    days = [
        {"name": name, "inside": [{"name": "Raw", "inside": [file_named(number)]}]}
        for number, name in ((2, "May"), (3, "June"))
    ]
    page.evaluate(DROP, days)
    offers = page.locator("[data-albums] button")
    one = "Put 1 photo into a new album: "
    expect(offers).to_have_count(2)
    assert set(offers.all_inner_texts()) == {f"{one}May / Raw", f"{one}June / Raw"}
    page.evaluate(DROP, days[:1])
    expect(offers).to_have_count(3)
    assert offers.last.inner_text() == f"{one}May / Raw"
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert violations(page) == []
        picture_of(page, "folders")
