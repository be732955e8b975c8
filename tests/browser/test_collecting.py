"""A guest adds photos to a shared album on a phone, and its owner accepts them in one view."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import THUMBNAILS_WITHIN_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

pytestmark = pytest.mark.slow

ALBUM = """
from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.photos.models import Photo
uma = User.objects.get(username="uma")
album = Album.objects.create(owner=uma, title="Summer party", visibility="private")
album.photos.add(*Photo.objects.filter(owner=uma))
print(album.pk)
"""
WAITING = """
from gallery.photos.models import Photo
print(Photo.objects.filter(owner__username="uma", is_received=True).count())
"""


def ten_photos() -> list[dict[str, Any]]:
    """Return ten photos: of the corpus where there is one."""
    folder = Path(os.environ.get("PHOTO_CORPUS") or "no-such-folder")
    found = sorted(path for path in folder.glob("**/*.jpg") if path.stat().st_size < 4_000_000)[:10]
    contents = [path.read_bytes() for path in found] if len(found) == 10 else []
    return [
        {"name": f"party-{number}.jpg", "mimeType": "image/jpeg", "buffer": content}
        for number, content in enumerate(contents or [pictures.jpeg(900 + n) for n in range(10)])
    ]


def wait_until_sent(page: Page, count: int) -> None:
    """Wait until all files of the tray were read, or could not be."""
    rows = page.locator("[data-tray] .upload-row")
    expect(rows).to_have_count(count)
    expect(rows.filter(has_text="It waits for the owner")).to_have_count(
        count - 1, timeout=THUMBNAILS_WITHIN_MS
    )
    expect(page.locator("[data-tray] .upload-row.failed")).to_have_count(1, timeout=THUMBNAILS_WITHIN_MS)


def test_guest__adds_ten_and_one_bad_and_the_owner_accepts_nine(  # noqa: PLR0915 - one story
    open_page: Open, gallery: Site, watch: Watch
) -> None:
    watch.expect("410 (Gone)")
    owner = open_page("uma", "/upload/", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    first = {"name": "first.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(899)}
    owner.set_input_files("#file", [first])
    expect(owner.locator("[data-tray] .upload-row img")).to_have_count(1)
    expect(owner.locator("[data-tray] .upload-row.working")).to_have_count(0, timeout=THUMBNAILS_WITHIN_MS)
    album = gallery.manage("shell", "--verbosity", "0", "--command", ALBUM).split()[-1]
    owner.goto(f"/albums/{album}/share/")
    owner.get_by_label("They can").first.select_option("add")
    owner.get_by_label("Who is it for?").fill("The party")
    picture_of(owner, "collect-share")
    owner.get_by_role("button", name="Create link").click()
    url = owner.get_by_label("Link", exact=True).input_value()

    phone = {"viewport": {"width": PHONE[0], "height": PHONE[1]}, "color_scheme": "dark", "has_touch": True}
    guest = open_page("", url, **phone)
    expect(guest.locator(".sheet .tile img")).to_have_count(1)
    picture_of(guest, "collect-album")
    shared = guest.url
    guest.locator(".sheet .tile a").first.evaluate("link => location.assign(link.href)")
    with guest.expect_download() as download:
        guest.get_by_role("button", name="Download").click()
    assert download.value.path().stat().st_size == len(first["buffer"])
    guest.goto(shared)

    guest.get_by_role("button", name="Add photos").click()
    picture_of(guest, "collect-name")
    assert violations(guest) == []
    guest.get_by_label("Your name").fill("Aunt Vera")
    guest.keyboard.press("Enter")
    expect(guest.get_by_text("You send as Aunt Vera.")).to_be_visible()
    picture_of(guest, "collect-send")
    assert violations(guest) == []
    bad = {"name": "notes.jpg", "mimeType": "image/jpeg", "buffer": b"This is not a picture. " * 40}
    guest.set_input_files("#file", [*ten_photos(), bad])
    wait_until_sent(guest, 11)
    assert violations(guest) == []
    picture_of(guest, "collect-tray")
    guest.reload()
    expect(guest.locator(".sent li")).to_have_count(11)
    picture_of(guest, "collect-sent")

    # Nothing of it is the owner's before.
    owner.goto("/me/photos/")
    expect(owner.locator(".sheet .tile")).to_have_count(1)
    owner.goto(f"/albums/{album}/")
    expect(owner.locator(".sheet .tile")).to_have_count(1)
    picture_of(owner, "collect-waiting")
    owner.get_by_role("link", name="10 received photos wait for you").click()
    expect(owner.locator(".received li img")).to_have_count(10)
    expect(owner.get_by_text("notes.jpg")).to_be_visible()
    assert violations(owner) == []
    picture_of(owner, "collect-received")
    for size, scheme in ((PHONE, "light"), (PHONE, "dark"), (DESKTOP, "dark")):
        other = open_page(
            "uma",
            f"/me/received/?album={album}",
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
        )
        expect(other.locator(".received li img").first).to_be_visible()
        picture_of(other, "collect-received")

    # By keys alone: decline one, then accept the other nine.
    owner.locator(".received input[type=checkbox]").first.focus()
    owner.keyboard.press("Space")
    owner.get_by_role("button", name="Decline chosen").focus()
    owner.keyboard.press("Enter")
    expect(owner.get_by_text("1 photo moved to trash.")).to_be_visible()
    owner.get_by_role("button", name="Accept all 9").click()
    expect(owner.get_by_text("9 photos accepted.")).to_be_visible()
    owner.goto(f"/albums/{album}/")
    expect(owner.locator(".sheet .tile img")).to_have_count(10)

    guest.reload()
    expect(guest.get_by_text("In the album", exact=True)).to_have_count(9)
    expect(guest.get_by_text("Not added to the album")).to_have_count(1)
    guest.get_by_role("button", name="Take back notes.jpg").click()
    expect(guest.get_by_text("1 photo taken back.")).to_be_visible()
    expect(guest.locator(".sent li")).to_have_count(10)
    assert gallery.manage("shell", "--verbosity", "0", "--command", WAITING).split()[-1] == "0"

    # The open page says that it is over.
    owner.goto("/me/sharing/")
    owner.get_by_role("button", name="End", exact=True).first.click()
    guest.set_input_files(
        "#file", [{"name": "late.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(950)}]
    )
    expect(guest.get_by_text("This album is no longer shared with you.")).to_be_visible()
    picture_of(guest, "collect-ended")
