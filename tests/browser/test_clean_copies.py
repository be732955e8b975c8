"""An owner sees what the photos tell, and a guest downloads them without it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.test_sharing import ALBUM
from tests.browser.tray import wait_until_processed
from tests.thumbworker.imaging.metadata_files import SECRETS, telling_exif
from tests.thumbworker.imaging.pictures import saved, scene

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

pytestmark = pytest.mark.slow


def link_of(owner: Page, album: str, role: str) -> str:
    owner.goto(f"/albums/{album}/share/")
    owner.get_by_label("They can").first.select_option(label=role)
    owner.get_by_role("button", name="Create link").click()
    return owner.get_by_label("Link", exact=True).input_value()


def downloaded(page: Page, name: str) -> bytes:
    with page.expect_download() as begun:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(begun.value.path()).read_bytes()


def test_guest__downloads_without_what_the_files_tell(open_page: Open, gallery: Site, tmp_path: Path) -> None:
    owner = open_page("cleo", "/upload/", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    originals = [
        saved(scene(seed=number), exif=b"Exif\x00\x00" + telling_exif()) for number in range(800, 802)
    ]
    files = [
        {"name": f"clean-{number}.jpg", "mimeType": "image/jpeg", "buffer": data}
        for number, data in enumerate(originals)
    ]
    owner.set_input_files("#file", files)
    wait_until_processed(owner, len(files))
    album = gallery.manage("shell", "--verbosity", "0", "--command", ALBUM.format(owner="cleo")).split()[-1]

    owner.goto(f"/albums/{album}/share/")
    table = owner.get_by_role("region", name="What these photos tell")
    place = table.get_by_role("row", name="Place").get_by_role("cell")
    expect(place).to_have_text(["–hidden", "–hidden", "2"])
    assert violations(owner) == []
    picture_of(owner, "share-tells")
    owner.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    owner.emulate_media(color_scheme="dark")
    box = table.locator("table").bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    picture_of(owner, "share-tells-phone")

    guest = open_page("", link_of(owner, album, "View and download, without metadata"))
    guest.locator(".sheet .tile a").first.wait_for()
    guest.goto(guest.locator(".sheet .tile a").first.get_attribute("href") or "")
    # The copy isn't there yet: the page looks again, and the download begins by itself.
    copy = downloaded(guest, "Download")
    expect(guest.get_by_role("heading", name="Preparing your download.")).to_be_visible()
    assert violations(guest) == []
    picture_of(guest, "preparing")
    assert copy.startswith(b"\xff\xd8")
    assert not any(secret in copy for secret in SECRETS)

    guest.get_by_role("link", name="Back to the photo").click()
    guest.get_by_role("link", name="Lund").click()
    guest.get_by_role("button", name="Download all").click()
    packed = tmp_path / "all.zip"
    packed.write_bytes(downloaded(guest, "Download as one file"))
    with zipfile.ZipFile(packed) as archive:
        found = [archive.read(name) for name in archive.namelist()]
    assert len(found) == len(originals)
    assert copy in found
    assert not any(secret in data for secret in SECRETS for data in found)

    chosen = open_page("", link_of(owner, album, "View and download originals, with metadata"))
    chosen.locator(".sheet .tile a").first.wait_for()
    chosen.goto(chosen.locator(".sheet .tile a").first.get_attribute("href") or "")
    assert downloaded(chosen, "Download") in originals
