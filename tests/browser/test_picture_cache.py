"""Chromium with its disk cache restarted shows a picture as long as its URL is valid, and no longer."""

from __future__ import annotations

import time
from contextlib import contextmanager
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from gallery.storage.signed_urls import LIFETIME_SECONDS, browser_caching
from tests import pictures
from tests.browser.chromium import CHROMIUM, FLAGS
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Playwright

PICTURE = pictures.jpeg(3)


class Store(BaseHTTPRequestHandler):
    """Sends a page of one picture, and the picture with the headers that its URL demands, as S3 does."""

    asked: list[str]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        is_page = parts.path == "/"
        self.send_response(200)
        if is_page:
            body = f'<img src="/picture.jpg?{parts.query}">'.encode()
            self.send_header("Cache-Control", "no-store")
        else:
            body = PICTURE
            if parts.path == "/picture.jpg":
                self.asked.append(self.path)
            for name, (value,) in parse_qs(parts.query).items():
                self.send_header(name.removeprefix("response-"), value)
        self.send_header("Content-Type", "text/html" if is_page else "image/jpeg")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(timestamp, usegmt=True)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[tuple[str, list[str]]]:
    """Run the store, and return its origin and the list of pictures that it was asked for."""
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Counting", (Store,), {"asked": asked})) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def view(playwright: Playwright, profile: Path, url: str, *, times: int = 1) -> None:
    """Start Chromium with this profile, and load the page so often."""
    context = playwright.chromium.launch_persistent_context(
        profile, executable_path=CHROMIUM, args=[*FLAGS, "--no-sandbox"]
    )
    page = context.new_page()
    for _ in range(times):
        page.goto(url)
        assert page.evaluate("document.images[0].naturalWidth") > 0
    context.close()


@pytest.mark.slow
@pytest.mark.parametrize(("seconds", "requests"), [(LIFETIME_SECONDS, 1), (1, 2)], ids=["valid", "expired"])
def test_picture__is_kept_over_a_restart_as_long_as_its_url_is_valid(
    playwright: Playwright, tmp_path: Path, seconds: int, requests: int
) -> None:
    expires_at = int(time.time()) + seconds
    with serving() as (origin, asked):
        url = f"{origin}/?{urlencode(browser_caching(expires_at))}"
        view(playwright, tmp_path, url, times=2 if requests == 1 else 1)
        if requests > 1:
            eventually(lambda: time.time() > expires_at + 1)
        view(playwright, tmp_path, url)
        assert len(asked) == requests
