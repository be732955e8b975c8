"""A member adds their own photos to a shared album, its owner accepts, others see them, one is taken back."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import wait_until_processed

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Open
    from tests.browser.site import Site

pytestmark = pytest.mark.slow

ALBUM = """
from gallery.accounts.models import User
from gallery.albums.models import Album
from gallery.photos.models import Photo
maja = User.objects.get(username="maja")
album = Album.objects.create(owner=maja, title="Sailing club", visibility="private")
album.photos.add(*Photo.objects.filter(owner=maja))
print(album.pk)
"""


def upload(page: Page, *names: str, first: int) -> None:
    """Upload photos on the page that is open, and wait until they are read."""
    files = [
        {"name": name, "mimeType": "image/jpeg", "buffer": pictures.jpeg(first + number)}
        for number, name in enumerate(names)
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(files))


def looks(open_page: Open, who: str, page: Page, name: str) -> None:
    """Save the page as it looks in every size and color to this person."""
    for size, scheme in itertools.product((PHONE, DESKTOP), ("light", "dark")):
        other = open_page(who, page.url, viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        expect(other.locator(".duplicates li img").first).to_be_visible()
        picture_of(other, name)
        other.context.close()


def test_member__adds_own_photos_and_takes_one_back(  # noqa: PLR0915 - one story
    open_page: Open, gallery: Site
) -> None:
    owner = open_page("maja", "/upload/", viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    upload(owner, "harbor.jpg", first=960)
    album = gallery.manage("shell", "--verbosity", "0", "--command", ALBUM).split()[-1]
    owner.goto(f"/albums/{album}/share/")
    owner.get_by_label("Username or email address").fill("ivo")
    owner.get_by_label("They can").nth(1).select_option("add")
    owner.get_by_role("button", name="Share", exact=True).click()
    expect(owner.get_by_text("We told them by email")).to_be_visible()
    owner.get_by_role("button", name="Create link").click()
    url = owner.get_by_label("Link", exact=True).input_value()

    phone = {"viewport": {"width": PHONE[0], "height": PHONE[1]}, "has_touch": True}
    member = open_page("ivo", "/upload/", **phone)
    upload(member, "mast.jpg", "sail.jpg", first=970)
    member.goto("/me/sharing/")
    member.get_by_role("link", name="Sailing club").click()
    expect(member.locator(".sheet .tile img")).to_have_count(1)
    shared = member.url
    member.get_by_role("button", name="Add photos").click()
    expect(member.locator(".received li img")).to_have_count(2)
    assert violations(member) == []
    looks(open_page, "ivo", member, "lend-choose")
    upload(member, "deck.jpg", first=980)
    member.locator(".received input[type=checkbox]").first.focus()
    member.keyboard.press("Space")
    member.get_by_role("button", name="Add chosen").focus()
    member.keyboard.press("Enter")
    expect(member.get_by_text("1 photo added. It waits for the owner of the album.")).to_be_visible()
    expect(member.locator(".sheet .tile img")).to_have_count(1)

    owner.goto(f"/albums/{album}/")
    owner.get_by_role("link", name="2 received photos wait for you").click()
    expect(owner.locator(".received li img")).to_have_count(2)
    assert violations(owner) == []
    looks(open_page, "maja", owner, "lend-received")
    owner.get_by_role("button", name="Accept all 2").click()
    expect(owner.get_by_text("2 photos accepted.")).to_be_visible()
    owner.goto(f"/albums/{album}/")
    picture_of(owner, "lend-album")
    owner.get_by_role("link", name="2 photos added by others").click()
    expect(owner.locator(".received li img")).to_have_count(2)
    assert violations(owner) == []
    looks(open_page, "maja", owner, "lend-added")

    guest = open_page("", url, **phone)
    expect(guest.locator(".sheet .tile img")).to_have_count(3)
    picture_of(guest, "lend-guest")
    guest.locator(".sheet .tile a").nth(1).click()
    expect(guest.locator(".pswp--open")).to_be_visible()
    guest.keyboard.press("Escape")

    # Without JavaScript, too.
    plain = open_page("ivo", "/me/lent/", java_script_enabled=False, **phone)
    expect(plain.get_by_text("In the album")).to_have_count(2)
    looks(open_page, "ivo", plain, "lend-lent")
    plain.get_by_role("button", name="Take back").first.click()
    expect(plain.get_by_text("1 photo taken back.")).to_be_visible()
    expect(plain.get_by_text("In the album")).to_have_count(1)
    plain.goto(f"{shared}lend/")
    plain.locator(".received input[type=checkbox]").first.check()
    plain.get_by_role("button", name="Add chosen").click()
    expect(plain.get_by_text("1 photo added. It waits for the owner of the album.")).to_be_visible()

    guest.reload()
    expect(guest.locator(".sheet .tile img")).to_have_count(2)
