"""Photos downloaded as one zip: made in the browser, saved by it, and read here as any program would."""

from __future__ import annotations

import io
import json
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed
from tests.browser.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Download, Page, Route

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

pytestmark = pytest.mark.slow

READY = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"
NAMES = ["harbor.jpg", "HARBOR.jpg", "con.jpg", "e\u0301te\u0301.jpg"]


def uploaded(page: Page, names: list[str], *, seed: int) -> dict[str, bytes]:
    """Upload a different picture under each name; return their bytes."""
    page.goto("/upload/")
    files = {name: pictures.jpeg(seed + number) for number, name in enumerate(names)}
    page.set_input_files(
        "#file",
        [{"name": name, "mimeType": "image/jpeg", "buffer": data} for name, data in files.items()],
    )
    wait_until_processed(page, len(names))
    return files


def with_worker(page: Page, path: str) -> None:
    page.goto(path)
    wait_until(page, READY)


def unpacked(download: Download, folder: Path) -> dict[str, bytes]:
    """Return the files of a downloaded zip, each checked against its CRC."""
    path = folder / download.suggested_filename
    download.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == len(set(names))
        return {name: archive.read(name) for name in names}


def begin(page: Page) -> None:
    page.get_by_role("button", name="Download as one file").click()


def test_selection__is_one_zip_in_two_clicks(open_page: Open, tmp_path: Path) -> None:
    page = open_page("vera", "/upload/", service_workers="allow")
    sent = uploaded(page, NAMES, seed=7100)
    with_worker(page, "/me/photos/")
    page.locator(".tile a").first.focus()
    page.keyboard.press("a")
    bar = page.locator("#selection")
    expect(bar.get_by_text("4 photos selected")).to_be_visible()
    picture_of(page, "zip-selection")
    with page.expect_download() as saved:
        bar.get_by_role("button", name="Download", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("4 photos downloaded.")
    assert saved.value.suggested_filename.startswith("Photos 20")
    files = unpacked(saved.value, tmp_path)
    assert sorted(files.values()) == sorted(sent.values())
    assert {"_con.jpg", "\u00e9t\u00e9.jpg"} < set(files)
    assert len({name.casefold() for name in files}) == 4
    expect(bar).not_to_have_class("shown")


def test_everything__has_folders_sidecars_and_what_was_said(
    open_page: Open, tmp_path: Path, watch: Watch
) -> None:
    page = open_page("zoe", "/upload/", service_workers="allow")
    sent = uploaded(page, ["a.jpg", "b.jpg", "c.jpg"], seed=7200)
    page.goto("/me/photos/")
    page.locator(".tile a").first.focus()
    page.keyboard.press("x")
    panel = page.locator("#selection details[data-albums]")
    panel.locator("summary").click()
    panel.get_by_label("Title").fill("Sea: 2026")
    panel.get_by_role("button", name="Add").click()
    expect(page.locator("[data-toast]")).to_be_visible()
    # One original refuses: it is told, and the others come.
    watch.expect("404")
    with_worker(page, "/me/storage/")
    page.get_by_role("link", name="Download everything").click()
    wait_until(page, READY)
    items = page.request.get("/me/download/items/").json()["items"]
    lost = next(item for item in items if not item["folder"])
    page.context.route(f"**/originals/{lost['id']}?*", lambda route: route.fulfill(status=404))
    page.get_by_label("as XMP files").check()
    for name, size in (("phone", PHONE), ("desktop", DESKTOP)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        picture_of(page, f"zip-everything-{name}")
    assert violations(page) == []
    with page.expect_download() as saved:
        begin(page)
    said = page.locator("[data-said]")
    expect(said).to_contain_text("2 photos downloaded. 1 photo is missing")
    expect(page.locator("[data-missing] li")).to_have_count(1)
    picture_of(page, "zip-missing")
    files = unpacked(saved.value, tmp_path)
    kept = {item["names"][0]: item["folder"] for item in items if item is not lost}
    paths = {f"{folder}/{name}" if folder else name for name, folder in kept.items()}
    assert "Sea_ 2026" in kept.values()
    assert set(files) == paths | {f"{path}.xmp" for path in paths} | {
        "contactsheet.json",
        "not-downloaded.txt",
    }
    for path in paths:
        assert files[path] == sent[path.rpartition("/")[2]]
    found = json.loads(files["contactsheet.json"])
    assert [album["title"] for album in found["albums"]] == ["Sea: 2026"]
    assert {photo["file"] for photo in found["photos"]} == paths | {None}
    assert lost["names"][0] in files["not-downloaded.txt"].decode()


def test_broken_connection__goes_on_or_says_so(open_page: Open, tmp_path: Path, watch: Watch) -> None:
    watch.expect("ERR_")
    watch.expect("403")
    page = open_page("dora", "/upload/", service_workers="allow")
    sent = uploaded(page, ["a.jpg", "b.jpg"], seed=7300)
    with_worker(page, "/me/download/")
    asked: list[str] = []

    def old_at_first(route: object) -> None:
        asked.append("")
        if len(asked) == 1:
            route.fulfill(status=403)  # type: ignore[attr-defined]
        elif len(asked) == 2:
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.context.route("**/originals/*?*", old_at_first)
    with page.expect_download() as saved:
        begin(page)
    expect(page.locator("[data-said]")).to_contain_text("photos downloaded.")
    files = unpacked(saved.value, tmp_path)
    assert {files["a.jpg"], files["b.jpg"]} == set(sent.values())


def begun_at_silent_store(open_page: Open, *, seed: int) -> tuple[Page, Download]:
    """Begin a download whose one photo never comes."""
    page = open_page("dora", "/upload/", service_workers="allow")
    uploaded(page, ["silent.jpg"], seed=seed)
    with_worker(page, "/me/download/")
    page.context.route("**/originals/*?*", lambda _route: None)
    with page.expect_download() as saved:
        begin(page)
    return page, saved.value


def test_canceled__is_said_and_no_file_looks_whole(open_page: Open) -> None:
    page, saved = begun_at_silent_store(open_page, seed=7400)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("[data-said]")).to_contain_text("You stopped the download.")
    assert saved.failure()
    expect(page.get_by_role("button", name="Download as one file")).to_be_enabled()


def test_worker_that_is_ended__is_said(open_page: Open, watch: Watch) -> None:
    watch.expect("ERR_")
    page, saved = begun_at_silent_store(open_page, seed=7450)
    devices = page.context.new_cdp_session(page)
    devices.send("ServiceWorker.enable")
    devices.send("ServiceWorker.stopAllWorkers")
    expect(page.locator("[data-said]")).to_contain_text("Your browser ended the download.", timeout=25_000)
    assert saved.failure()


def test_page_that_is_left__leaves_no_file_that_looks_whole(open_page: Open) -> None:
    page, saved = begun_at_silent_store(open_page, seed=7500)
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/albums/")
    assert asked == ["beforeunload"]
    assert saved.failure()


def test_without_worker__it_is_saved_from_memory(open_page: Open, tmp_path: Path) -> None:
    page = open_page("dora", "/upload/")
    sent = uploaded(page, ["f.jpg"], seed=7600)
    page.goto("/me/download/")
    with page.expect_download() as saved:
        begin(page)
    expect(page.locator("[data-said]")).to_contain_text("downloaded.")
    assert unpacked(saved.value, tmp_path)["f.jpg"] == sent["f.jpg"]


def test_without_script__links_one_by_one(open_page: Open) -> None:
    page = open_page("dora", "/upload/")
    uploaded(page, ["g.jpg"], seed=7700)
    plain = open_page("dora", "/me/photos/", java_script_enabled=False)
    plain.locator(".pick").first.check()
    plain.get_by_role("button", name="Download", exact=True).click()
    expect(plain.get_by_role("button", name="Download as one file")).to_have_count(0)
    picture_of(plain, "zip-without-script")
    with plain.expect_download() as saved:
        plain.get_by_role("link", name="g.jpg").click()
    assert saved.value.suggested_filename == "g.jpg"


SHARE = """
from gallery.albums.models import Album
from gallery.photos.models import Photo
from gallery.sharing.actions import share_by_link
photos = Photo.objects.filter(owner__username="wanda", file_name__startswith="lund-")
photos.update(visibility="private")
album = Album.objects.create(owner=photos[0].owner, title="Lund: 2026")
album.photos.add(*photos)
print("/s/" + share_by_link(None, album, role="download", expires_at=None).token + "/")
"""
END = """
from django.utils import timezone
from gallery.sharing.models import Grant
Grant.objects.filter(album__owner__username="wanda").update(ended_at=timezone.now())
"""


def test_share__is_one_zip_for_a_guest_and_half_of_it_when_it_ends(
    open_page: Open, gallery: Site, tmp_path: Path, watch: Watch
) -> None:
    watch.expect("403")
    watch.expect("410")
    sent = uploaded(open_page("wanda", "/upload/"), ["lund-1.jpg", "lund-2.jpg"], seed=7800)
    link = gallery.manage("shell", "--verbosity", "0", "--command", SHARE).split()[-1]
    phone = {"viewport": {"width": PHONE[0], "height": PHONE[1]}, "color_scheme": "dark", "has_touch": True}
    guest = open_page("", link, service_workers="allow", **phone)
    picture_of(guest, "shared-album-download")
    guest.get_by_role("button", name="Download all").click()
    assert violations(guest) == []
    picture_of(guest, "shared-download")
    # The page is older than its worker, which asks for it every 10 s.
    began = time.monotonic()
    guest.context.route("**/originals/*?*", lambda route: (time.sleep(6), route.continue_()))
    with guest.expect_download() as saved:
        begin(guest)
    expect(guest.locator("[data-said]")).to_contain_text("2 photos downloaded.")
    assert time.monotonic() - began > 12
    guest.context.unroute("**/originals/*?*")
    assert saved.value.suggested_filename.startswith("Lund_ 2026")
    files = unpacked(saved.value, tmp_path)
    assert sorted(files.values()) == sorted(sent.values())
    assert all(name.startswith("photo-") and name.endswith(".jpg") for name in files)

    plain = open_page("", link, java_script_enabled=False)
    plain.get_by_role("button", name="Download all").click()
    expect(plain.get_by_role("button", name="Download as one file")).to_have_count(0)
    with plain.expect_download() as one:
        plain.locator(".files a").first.click()
    assert one.value.suggested_filename in files
    picture_of(plain, "shared-download-plain")

    # The address of the second photo is too old when its turn comes, and the share is over by then.
    asked: list[str] = []

    def late(route: Route) -> None:
        asked.append("")
        if len(asked) == 1:
            route.continue_()
            return
        if len(asked) == 2:
            gallery.manage("shell", "--verbosity", "0", "--command", END)
        route.fulfill(status=403)

    guest.context.route("**/originals/*?*", late)
    with guest.expect_download() as half:
        begin(guest)
    expect(guest.locator("[data-said]")).to_contain_text("This album is no longer shared with you.")
    assert half.value.failure()
    assert len(asked) == 2


def test_service_worker__gives_a_zip_once_and_to_no_guess(open_page: Open, watch: Watch) -> None:
    watch.expect("404")
    page = open_page("dora", "/me/download/", service_workers="allow")
    assert page.request.get("/me/download/zip/6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11").status == 404
    address = page.evaluate(
        """async () => {
          const { port1, port2 } = new MessageChannel();
          const { active } = await navigator.serviceWorker.ready;
          const answer = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data.url)));
          active.postMessage({ kind: "zip", name: "a'b;\\r\\nX: y.zip" }, [port2]);
          globalThis.kept = port1;
          return answer;
        }"""
    )
    assert address.startswith("/me/download/zip/")
    # A script of any page that asks for it, and not a navigation, gets what the gallery says.
    assert page.evaluate("(address) => fetch(address).then(({ status }) => status)", address) == 404
    with page.expect_download() as saved:
        page.evaluate("(address) => location.assign(address)", address)
    assert saved.value.suggested_filename == "a'b;__X_ y.zip"
    saved.value.cancel()
    assert page.evaluate("(address) => fetch(address).then(({ status }) => status)", address) == 404


def test_zip__reader_is_strict() -> None:
    """The check above finds a byte that is wrong."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", b"whole")
    data = bytearray(file.getvalue())
    data[data.index(b"whole")] ^= 1
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() == "a.txt"
