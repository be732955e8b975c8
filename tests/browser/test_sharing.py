"""An album is shared by a link, opened on a phone without an account, and ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

SECRET = "harbor at dawn"
ALBUM = """
from gallery.albums.models import Album
from gallery.photos.models import Photo
photos = Photo.objects.filter(owner__username="{owner}")
album = Album.objects.create(owner=photos.first().owner, title="Lund")
album.photos.add(*photos)
photos.update(visibility="private")
print(album.pk)
"""
pytestmark = pytest.mark.slow


def test_link__is_made_opened_on_a_phone_and_ended(  # noqa: PLR0915 - one story
    open_page: Open, gallery: Site, watch: Watch
) -> None:
    watch.expect("403 (Forbidden)")
    watch.expect("410 (Gone)")
    watch.expect("404 (Not Found)")
    owner = open_page("stella", "/upload/", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    files = [
        {"name": f"shared-{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(700 + number)}
        for number in range(3)
    ]
    owner.set_input_files("#file", files)
    wait_until_processed(owner, len(files))
    album = gallery.manage("shell", "--verbosity", "0", "--command", ALBUM.format(owner="stella")).split()[-1]

    owner.goto(f"/albums/{album}/")
    owner.get_by_role("button", name="Share", exact=True).click()
    owner.wait_for_url("**/share/")
    assert violations(owner) == []
    picture_of(owner, "share")
    owner.get_by_label("Password (optional)").fill(SECRET)
    owner.get_by_role("button", name="Create link").click()
    url = owner.get_by_label("Link", exact=True).input_value()
    owner.get_by_text("QR code", exact=True).click()
    drawn = owner.locator(".drawn-code svg").bounding_box()
    assert drawn
    assert 150 < drawn["width"] <= 240
    assert violations(owner) == []
    picture_of(owner, "share-link")

    phone = {"viewport": {"width": PHONE[0], "height": PHONE[1]}, "color_scheme": "dark", "has_touch": True}
    guest = open_page("", url, **phone)
    assert violations(guest) == []
    picture_of(guest, "shared-locked")
    token = url.rstrip("/").rsplit("/", 1)[-1]
    assert token not in guest.url
    # By keys alone.
    guest.get_by_label("Password").focus()
    guest.keyboard.type(SECRET)
    guest.keyboard.press("Enter")
    expect(guest.locator(".sheet .tile img")).to_have_count(3)
    assert token not in guest.content()
    assert violations(guest) == []
    picture_of(guest, "shared-album")
    guest.locator(".sheet .tile a").first.click()
    expect(guest.locator(".pswp__img").first).to_be_visible()
    guest.get_by_role("button", name="Details of the photo").click()
    expect(guest.locator(".info-panel .facts")).to_be_visible()
    guest.reload()
    expect(guest.locator(".photo-page img")).to_be_visible()
    assert violations(guest) == []
    picture_of(guest, "shared-photo")

    # Without JavaScript.
    plain = open_page("", url, java_script_enabled=False, **phone)
    plain.get_by_label("Password").fill(SECRET)
    plain.get_by_role("button", name="Open the album").click()
    expect(plain.locator(".sheet .tile img")).to_have_count(3)

    owner.goto("/me/sharing/")
    assert violations(owner) == []
    picture_of(owner, "sharing")
    guest.goto(guest.url.split("photos/")[0])
    owner.get_by_role("button", name="End", exact=True).click()
    expect(owner.get_by_text("You share nothing.")).to_be_visible()
    # An open page asks for fresh addresses when a picture fails, and every five minutes.
    guest.evaluate("document.querySelector('.tile img').dispatchEvent(new Event('error'))")
    expect(guest.get_by_role("heading", name="No longer shared.")).to_be_visible()
    assert violations(guest) == []
    picture_of(guest, "shared-ended")
    for size, scheme, name in ((PHONE, "light", "p"), (DESKTOP, "dark", "d")):
        other = open_page(
            "stella",
            f"/albums/{album}/share/",
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
        )
        picture_of(other, f"share-{name}")
