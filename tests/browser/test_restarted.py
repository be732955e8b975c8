"""Every URL ever issued for a photo, in Chromium with its disk cache, after each end and a restart.

The real URLs of a page live for 7 to 14 minutes. To see them die without waiting, the browser also loads each
picture by the URL that the gallery issued almost 14 minutes ago: signed by the gallery's own signer and keys,
checked by S3, with a few seconds left. No clock is moved.
"""

from __future__ import annotations

import http.client
import json
import re
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, expect

from gallery.storage.signed_urls import LIFETIME_SECONDS
from tests import pictures
from tests.browser import site
from tests.browser.chromium import CHROMIUM, FLAGS, LOOPBACK_ONLY
from tests.browser.tray import wait_until_processed
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, Playwright, Response

    from tests.browser.conftest import Open
    from tests.browser.site import Site
    from tests.browser.watch import Watch

pytestmark = pytest.mark.slow

SECONDS_LEFT = 40
"""How long the URLs of almost 14 minutes ago live: the browser loads them all within it."""
ENDS = ("private", "reject", "trash", "purge", "takedown", "account deletion")
OF_BYTES = {"purge", "takedown", "account deletion"}
PEOPLE = f"""
from django.contrib.auth.models import Permission
from gallery.accounts.models import User
for name in ("dana", "erin"):
    made = User.objects.create_user(name, name + "@example.org", "{site.PASSWORD}")
    made.user_permissions.add(Permission.objects.get(codename="skip_review"))
User.objects.create_superuser("root", "root@example.org", "{site.PASSWORD}")
"""
SIGN = """
import json, time
from django.conf import settings
from gallery.storage.aws import session
from gallery.storage.signed_urls import LIFETIME_SECONDS, S3UrlSigner
signer = S3UrlSigner(
    credentials=session().get_credentials().get_frozen_credentials(), region=settings.AWS_REGION,
    bucket=settings.RENDITIONS_BUCKET, endpoint_url=settings.S3_ENDPOINT_URL,
    window_start=int(time.time()) + {left} - LIFETIME_SECONDS,
)
print(json.dumps([signer.url(key) for key in {keys}]))
"""
END = """
from uuid import UUID
from gallery.accounts.models import User
from gallery.photos import actions
from gallery.processing.account_deletion import delete_account
dana, erin, root = (User.objects.get(username=name) for name in ("dana", "erin", "root"))
photos = {{end: UUID(photo_id) for end, photo_id in {photos}.items()}}
actions.set_visibility(photos["private"], visibility="private")
actions.reject(photos["reject"], actor=root, reason="no")
actions.trash(photos["trash"], actor=dana)
actions.trash(photos["purge"], actor=dana)
done = actions.purge(photos["purge"], only_from_trash=True), actions.take_down(
    photos["takedown"], actor=root, reason="law")
print(*(outcome.name for outcome in done), delete_account(erin))
"""


@dataclass
class Viewer:
    """A person, or a visitor, with a profile on disk that outlives the browser."""

    profile: Path
    origin: str
    name: str = ""
    issued: dict[str, str] = field(default_factory=dict)
    """The pictures' URLs that the browser asked for, each with its ``Expires``."""

    @contextmanager
    def browsing(self, playwright: Playwright) -> Iterator[Page]:
        """Start the browser with this profile."""
        flags = [*FLAGS, f"--host-resolver-rules={LOOPBACK_ONLY}", "--no-sandbox"]
        context = playwright.chromium.launch_persistent_context(
            self.profile, executable_path=CHROMIUM, args=flags, base_url=self.origin
        )
        context.on("response", self._note)
        try:
            yield context.pages[0]
        finally:
            context.close()

    def _note(self, response: Response) -> None:
        if re.search(r"X-Amz-Signature=", response.url) and response.request.method == "GET":
            self.issued.setdefault(response.url, response.headers.get("expires", ""))

    def sign_in(self, page: Page) -> None:
        """Sign in as this person."""
        page.goto("/sign-in/")
        page.get_by_label("Username or email address").fill(self.name)
        page.get_by_label("Password").fill(site.PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/me/photos/")


def upload(page: Page, *numbers: int) -> list[str]:
    """Upload pictures and return the photos' ids once they have thumbnails."""
    page.goto("/upload/")
    files = [
        {"name": f"{number}.jpg", "mimeType": "image/jpeg", "buffer": pictures.jpeg(number)}
        for number in numbers
    ]
    page.set_input_files("#file", files)
    wait_until_processed(page, len(numbers))
    links = page.locator("[data-tray] .upload-row").get_by_role("link", name="Open")
    return [(link.get_attribute("href") or "").strip("/").split("/")[-1] for link in links.all()]


def look(page: Page, paths: list[str]) -> None:
    """Visit each page, wait for its pictures, and try its download."""
    for path in paths:
        if path.endswith("/original/"):
            with page.expect_download(), pytest.raises(Error, match="Download is starting"):
                page.goto(path)
            continue
        page.goto(path)
        for image in page.locator(".tile img, .photo-picture img, main img").all():
            image.scroll_into_view_if_needed()


def shown(page: Page, url: str) -> bool:
    """Return whether the browser shows a picture, or anything that a photo's page has, under this URL."""
    try:
        answer = page.goto(url)
    except Error:
        return False
    if answer is None or not answer.ok:
        return False
    if urlsplit(url).path.startswith("/photos/"):
        return True
    return bool(page.evaluate("[...document.images].some(image => image.complete && image.naturalWidth > 0)"))


def gives(url: str) -> bool:
    """Return whether the server itself gives a byte, without any cache. A seal is an empty object."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        assert answer.status in {200, 403, 404}
        return answer.status == 200 and bool(answer.read())
    finally:
        connection.close()


def test_address__ends_in_a_restarted_browser_too(
    playwright: Playwright, gallery: Site, open_page: Open, watch: Watch, tmp_path: Path
) -> None:
    watch.expect("the server responded with a status of 404")
    gallery.manage("shell", "--verbosity", "0", "--command", PEOPLE)
    dana, erin, stranger = (
        Viewer(tmp_path / name, gallery.origin, name) for name in ("dana", "erin", "stranger")
    )
    with dana.browsing(playwright) as page:
        dana.sign_in(page)
        ids = upload(page, 911, 912, 913, 914, 915)
    with erin.browsing(playwright) as page:
        erin.sign_in(page)
        ids += upload(page, 916)
    photos = dict(zip(ENDS, ids, strict=True))
    pages = {end: f"/photos/{photo_id}/" for end, photo_id in photos.items()}
    hers = [end for end in ENDS if end != "account deletion"]
    # A page that stays open, to come back to.
    back = open_page("", pages["takedown"])
    expect(back.locator("main img").first).to_have_js_property("complete", value=True)
    back.goto("/sign-in/")

    with dana.browsing(playwright) as page:
        look(
            page, ["/me/photos/", *(path for end in hers for path in (pages[end], pages[end] + "original/"))]
        )
    with stranger.browsing(playwright) as page:
        look(page, ["/", *pages.values()])
    real = dana.issued | stranger.issued
    keys = sorted({urlsplit(url).path.split("/", 2)[2] for url in real if "originals/" not in url})
    assert {photo_id for key in keys for photo_id in ids if photo_id in key} == set(ids)
    # A browser keeps a picture no longer than its URL lives, and an original not at all.
    for url, expires in real.items():
        ends_at = parsedate_to_datetime(expires).timestamp()
        assert ends_at <= (0 if "originals/" in url else time.time() + LIFETIME_SECONDS)
    signing = SIGN.format(left=SECONDS_LEFT, keys=keys)
    old = json.loads(gallery.manage("shell", "--verbosity", "0", "--command", signing))
    dead_at = time.time() + SECONDS_LEFT
    for viewer in (dana, stranger):
        with viewer.browsing(playwright) as page:
            assert [url for url in old if not shown(page, url)] == []
    assert time.time() < dead_at, "too slow a machine: nothing was shown before the end"

    said = gallery.manage("shell", "--verbosity", "0", "--command", END.format(photos=photos))
    assert said.split() == ["DONE", "DONE", "True"]
    gone = [photos[end] for end in OF_BYTES]
    of_gone = [url for url in [*real, *old] if any(photo_id in url for photo_id in gone)]
    at_once = [gives(url) for url in of_gone if photos["takedown"] in url]
    assert set(at_once) == {False}, "before the worker has seen it"
    eventually(lambda: not [url for url in of_gone if gives(url)])
    eventually(lambda: time.time() > dead_at + 1, within_seconds=SECONDS_LEFT + 5)
    with stranger.browsing(playwright) as page:
        assert [url for url in [*old, *pages.values()] if shown(page, url)] == []
        page.goto("/")
        assert not {photo_id for photo_id in ids if photo_id in page.content()}
    with dana.browsing(playwright) as page:
        assert [url for url in old if shown(page, url)] == []
        # Her own page of these stays; the picture of the one that was taken down does not.
        assert [end for end in ENDS if shown(page, pages[end])] == ["private", "reject", "trash", "takedown"]
        page.goto(pages["takedown"])
        assert not page.evaluate("[...document.images].some(image => image.naturalWidth > 0)")
    back.go_back()
    expect(back.get_by_role("heading", name="Page not found.")).to_be_visible()
    assert back.url.endswith(pages["takedown"])
