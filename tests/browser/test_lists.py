"""Lists of one's own: what 60 tiles cost a phone, tags, smart albums, the order of albums, the archive."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from PIL import ImageFilter
from playwright.sync_api import expect

from tests import pictures
from tests.browser.test_accessibility import violations
from tests.browser.test_screens import DESKTOP, PHONE, picture_of
from tests.browser.tray import THUMBNAILS_WITHIN_MS

if TYPE_CHECKING:
    from playwright.sync_api import Page, Response

    from tests.browser.conftest import Open
    from tests.browser.site import Site

pytestmark = pytest.mark.slow

PHOTOS = 60
MOST_BYTES = 700_000
SHIFTS = """window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});"""
LENAS = """
from gallery.accounts.models import User
from gallery.albums.actions import change_photos, create_album
from gallery.albums.tagging import set_tags
from gallery.photos.models import Photo
lena = User.objects.get(username="lena")
mine = list(Photo.objects.owned_by(lena).newest_first())
lena.albums.all().delete()
for title, photo in (("Zoo", mine[0]), ("Alps", mine[1]), ("Moor", mine[2])):
    album = create_album(lena, title=title, description="", visibility="private")
    change_photos(album, add=[photo.pk], remove=())
for photo in mine:
    set_tags(photo.pk, ["harbour"] if photo in mine[:3] else ["sea"] if photo in mine[2:5] else [])
Photo.objects.owned_by(lena).update(is_archived=False)
"""


def picture(number: int, size: tuple[int, int]) -> bytes:
    """Return a JPEG with as much detail at 320 pixels as photographs have: 21 of cameras had 11.3 kB each."""
    out = io.BytesIO()
    soft = pictures.photograph(8000 + number, size).filter(ImageFilter.GaussianBlur(1))
    soft.save(out, "JPEG", quality=80)
    return out.getvalue()


@pytest.fixture(scope="module")
def uploaded() -> list[bool]:
    """Remember that Lena's photos are there."""
    return []


@pytest.fixture
def sixty(open_page: Open, gallery: Site, uploaded: list[bool]) -> None:
    """Let Lena have 60 photos of several shapes, three albums and two tags."""
    if not uploaded:
        page = open_page("lena", "/upload/")
        shapes = ((900, 600), (600, 900), (800, 600))
        files = [
            {
                "name": f"l{n}.jpg",
                "mimeType": "image/jpeg",
                "buffer": picture(n, shapes[n % len(shapes)]),
            }
            for n in range(PHOTOS)
        ]
        page.set_input_files("#file", files)
        rows = page.locator("[data-tray] .upload-row")
        expect(rows.get_by_role("link", name="Open")).to_have_count(PHOTOS, timeout=2 * THUMBNAILS_WITHIN_MS)
        expect(page.locator(".upload-row.working")).to_have_count(0, timeout=2 * THUMBNAILS_WITHIN_MS)
        uploaded.append(True)
    gallery.manage("shell", "--verbosity", "0", "--command", LENAS)


def both_sizes(page: Page, name: str) -> None:
    """Look at the page at both sizes: nothing scrolls sideways, and axe finds nothing."""
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        picture_of(page, name)
        assert violations(page) == []


@pytest.mark.usefixtures("sixty")
@pytest.mark.parametrize("density", [2, 3])
def test_list__of_sixty_is_light_on_a_phone_and_does_not_move(open_page: Open, density: int) -> None:
    viewport = {"width": PHONE[0], "height": PHONE[1]}
    options: dict[str, Any] = {"viewport": viewport, "device_scale_factor": density, "has_touch": True}
    page = open_page("lena", "/me/", **options)
    sizes: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.request.resource_type == "image" and "renditions" in response.url:
            sizes[response.url] = int(response.headers["content-length"])

    page.on("response", weigh)
    page.context.add_init_script(SHIFTS)
    page.goto("/me/photos/")
    expect(page.locator(".tile")).to_have_count(PHOTOS)
    for _ in range(30):
        # No mouse: it would ask ahead for large pictures, and phones have none.
        page.evaluate("scrollBy(0, 400)")
        page.wait_for_timeout(60)
    page.wait_for_load_state("networkidle")
    assert len(sizes) == PHOTOS, "each once"
    assert all("/320/" in url for url in sizes)
    assert sum(sizes.values()) <= MOST_BYTES
    assert page.evaluate("window.shifts") == 0


@pytest.mark.usefixtures("sixty")
def test_tags__are_renamed_merged_and_taken_back(open_page: Open) -> None:
    page = open_page("lena", "/me/tags/")
    tag = page.locator(".own-tags li", has_text="harbour")
    tag.locator("summary").press("Enter")
    both_sizes(page, "tags")
    tag.get_by_label("New name").fill("sea")
    tag.get_by_label("New name").press("Enter")
    expect(page.get_by_text("Put it in place of “harbour” on all photos?")).to_be_visible()
    both_sizes(page, "merge-tags")
    page.locator("main").get_by_role("button").first.press("Enter")
    expect(page.get_by_text("Tags of 3 photos changed.")).to_be_visible()
    expect(page.locator(".own-tags summary")).to_have_text(["sea 5"])
    page.get_by_role("button", name="Undo").press("Enter")
    page.goto("/me/tags/")
    expect(page.locator(".own-tags summary")).to_have_text(["harbour 3", "sea 2"])


@pytest.mark.usefixtures("sixty")
def test_smart_album__is_saved_from_a_search_and_follows_it(open_page: Open) -> None:
    page = open_page("lena", "/search/?q=tag:harbour")
    page.get_by_text("Save as smart album").press("Enter")
    title = page.locator(".filters").get_by_label("Title")
    title.fill("Harbors")
    title.press("Enter")
    expect(page.get_by_role("heading", name="Harbors")).to_be_visible()
    expect(page.locator(".tile")).to_have_count(3)
    both_sizes(page, "smart-album")
    photos = page.locator(".tile a").evaluate_all("links => links.map((link) => link.href)")
    page.goto(photos[0])
    for photo in photos[1:]:
        page.get_by_role("link", name="Older").press("Enter")
        page.wait_for_url(photo)
    expect(page.get_by_role("link", name="Older")).to_have_count(0)
    page.goto("/me/tags/")
    page.locator(".own-tags li", has_text="harbour").locator("summary").click()
    page.get_by_role("button", name="Remove from all photos").first.click()
    expect(page.get_by_text("Tags of 3 photos changed.")).to_be_visible()
    page.goto("/albums/")
    page.get_by_role("link", name="Harbors").click()
    expect(page.get_by_text("None of your photos is found now.")).to_be_visible()
    page.get_by_text("Delete smart album").click()
    page.get_by_role("button", name="Delete this smart album").click()
    expect(page.get_by_text("Smart album deleted. Its photos were kept.")).to_be_visible()


@pytest.mark.usefixtures("sixty")
def test_albums__in_three_orders(open_page: Open) -> None:
    page = open_page("lena", "/albums/")
    orders = page.get_by_role("navigation", name="Order of the albums")
    orders.get_by_role("link", name="By name").press("Enter")
    page.wait_for_url("**sort=name")
    text = page.locator("main").inner_text()
    assert text.index("Alps") < text.index("Moor") < text.index("Zoo")
    both_sizes(page, "albums-by-name")
    orders.get_by_role("link", name="Newest").click()
    page.wait_for_url("**/albums/?")
    text = page.locator("main").inner_text()
    assert text.index("Moor") < text.index("Alps") < text.index("Zoo")


@pytest.mark.usefixtures("sixty")
def test_archive__takes_a_photo_and_gives_it_back(open_page: Open) -> None:
    page = open_page("lena", "/me/photos/")
    photo = page.locator(".tile").first.get_attribute("data-photo-id")
    tile = page.locator(f'.tile[data-photo-id="{photo}"]')
    tile.locator("a").focus()
    page.keyboard.press("x")
    page.keyboard.press("e")
    expect(page.locator("main").get_by_text("1 photo archived")).to_be_visible()
    expect(tile).to_have_count(0)
    page.goto("/me/archive/")
    expect(tile).to_have_count(1)
    both_sizes(page, "archive")
    tile.locator("a").focus()
    page.keyboard.press("x")
    page.get_by_role("button", name="Unarchive").click()
    expect(tile).to_have_count(0)
    page.goto("/me/photos/")
    expect(tile).to_have_count(1)
