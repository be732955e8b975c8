"""What a browser has of one's own photos in a large library: a jump to a month, and a very long scroll.

The requests for pages are answered in this process, and all pictures are one picture of a server beside it:
the figures are the page's own, the server's time for the page, and what the page's scripts and nodes take.
"""

from __future__ import annotations

import os
import statistics
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from bench import scale_library as library
from infra import ports
from tests.stage import SITE_ORIGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page, Route

JUMPS = 5
FIRST_TILES = 600
STATIC = "/static/"
LONGEST_SECONDS = 1500.0
STEPS_AT_END = 200
"""Steps after which a list that doesn't grow has ended: a page of it may come late."""
# The end of the first picture's loading, in milliseconds since the navigation began; 0 before.
FIRST_PICTURE = """() => performance.getEntriesByType("resource")
    .filter((one) => one.initiatorType === "img" && one.responseEnd)
    .reduce((first, one) => first ? Math.min(first, one.responseEnd) : one.responseEnd, 0)"""
# One step of a reader who scrolls on: tiles in the document, and photos with those of the gaps.
STEP = """async () => {
  scrollBy({ top: 1.6 * innerHeight, behavior: "instant" });
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20)));
  const tiles = document.querySelectorAll(".sheet .tile").length;
  const gaps = [...document.querySelectorAll(".sheet .gap")];
  return [tiles, gaps.reduce((sum, gap) => sum + Number(gap.textContent.match(/\\d+/)[0]), tiles)];
}"""


@contextmanager
def pictures_served() -> Iterator[str]:
    """Serve one picture at every address, and yield the origin.

    Answered by the browser's driver, 20,000 of them would take longer than all else.
    """
    from tests.pictures import flat_jpeg  # noqa: PLC0415 - imports what the other steps don't need

    picture = flat_jpeg()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            self.send_header("Content-Length", str(len(picture)))
            self.end_headers()
            self.wfile.write(picture)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing of each picture."""

    with ThreadingHTTPServer((ports.LOOPBACK, 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{ports.LOOPBACK}:{server.server_port}"
        server.shutdown()


def looked_at(tiles: int) -> dict[str, Any]:
    """Return the median of jumps in milliseconds, and the page's memory after so many tiles were shown."""
    # An event loop runs in this thread; Django's queries are made from the browser's requests, one by one.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needed where a browser is

    from tests.browser.chromium import launched  # noqa: PLC0415

    answer = _answering()
    with sync_playwright() as playwright, launched(playwright) as browser:
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.route(f"{SITE_ORIGIN}/**", answer)
        jumps = [_jump(context.new_page()) for _ in range(JUMPS)]
        scrolled = _scrolled(context.new_page(), tiles) if tiles else []
        return {"first_picture_ms": statistics.median(jumps), "scrolled": scrolled}


def _answering() -> Callable[[Route], None]:
    from django.contrib.staticfiles import finders  # noqa: PLC0415 - the settings come first
    from django.test import Client  # noqa: PLC0415

    from gallery.accounts.models import RateLimit, User  # noqa: PLC0415

    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(username=library.OWNER))

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(SITE_ORIGIN)
        if path.startswith(STATIC):
            route.fulfill(path=finders.find(path.removeprefix(STATIC)))
            return
        RateLimit.objects.all().delete()
        sent = {name: value for name, value in route.request.headers.items() if name != "cookie"}
        found = browser.get(path, headers=sent | {"host": SITE_ORIGIN.partition("://")[2]})
        route.fulfill(status=found.status_code, headers=dict(found.items()), body=found.getvalue())

    return answer


def _jump(page: Page) -> float:
    page.goto(f"{SITE_ORIGIN}/me/photos/?month={library.COUNTED_MONTH}", wait_until="commit")
    while not (ended := page.evaluate(FIRST_PICTURE)):
        page.wait_for_timeout(10)
    page.close()
    return float(ended)


def _scrolled(page: Page, tiles: int) -> list[dict[str, Any]]:
    """Return what the page takes after its first few hundred tiles, and after so many."""
    page.goto(f"{SITE_ORIGIN}/me/photos/")
    begun, shown, at_end = time.monotonic(), 0, 0
    found: list[dict[str, Any]] = []
    for aim in (min(FIRST_TILES, tiles), tiles):
        while shown < aim and at_end < STEPS_AT_END and time.monotonic() - begun < LONGEST_SECONDS:
            in_document, seen = page.evaluate(STEP)
            at_end, shown = at_end + 1 if seen == shown else 0, seen
        found.append({"shown": shown, "in_document": in_document} | _memory(page))
    return found


def _memory(page: Page) -> dict[str, float]:
    asked = page.context.new_cdp_session(page)
    asked.send("Performance.enable")
    asked.send("HeapProfiler.collectGarbage")
    values = {one["name"]: one["value"] for one in asked.send("Performance.getMetrics")["metrics"]}
    return {"heap_mb": values["JSHeapUsedSize"] / 1e6, "nodes": values["Nodes"]}
