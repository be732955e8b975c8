"""A zip of thousands of photos in Chromium: time, the memory of the tab, and whether others can read it.

The page, its scripts and the service worker are the gallery's. What they ask for is answered here on the
loopback: pages of items, and for each original the same random bytes from another place on. So the
figures are the browser's own, without S3 and without a network.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import threading
import time
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROJECT = Path(__file__).resolve().parents[1]
FIGURES = PROJECT / "docs" / "measured" / "zip.json"
PHOTOS = 2_000
PHOTO_BYTES = 2_300_000
PAGE_SIZE = 50
NOISE_BYTES = 4 * 2**20
LONGEST_SECONDS = 900
SAMPLE_SECONDS = 0.5
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png"}


class Library:
    """Photos of one size; the bytes of each begin at a place of its own in the same noise."""

    def __init__(self, photos: int, size_bytes: int) -> None:
        self.photos = photos
        self.size_bytes = size_bytes
        self._noise = random.Random(1).randbytes(NOISE_BYTES)  # noqa: S311 - not a secret

    def original(self, number: int) -> bytes:
        """Return the bytes of one photo."""
        start = number * 1009 % NOISE_BYTES
        turned = self._noise[start:] + self._noise[:start]
        return (turned * (self.size_bytes // NOISE_BYTES + 1))[: self.size_bytes]

    def page(self, start: int) -> dict[str, Any]:
        """Return a page of items as the gallery does."""
        numbers = range(start, min(start + PAGE_SIZE, self.photos))
        following = str(numbers.stop) if numbers.stop < self.photos else ""
        return {"items": [self._item(number) for number in numbers], "next_cursor": following, "seconds": 300}

    def _item(self, number: int) -> dict[str, Any]:
        return {
            "id": str(UUID(int=number)),
            "names": [f"IMG_{number:05}.jpg"],
            "folder": f"Album {number % 40}",
            "sizeBytes": self.size_bytes,
            "modifiedAt": "2026-05-01T06:30:00",
            "address": f"/originals/{number}",
            "sentence": None,
            "about": {"caption": f"Photo {number}", "tags": ["sea"], "albums": [], "history": []},
        }


def pages() -> dict[str, tuple[str, bytes]]:
    """Return the gallery's page and service worker, by path: type and bytes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django  # noqa: PLC0415 - the settings come first

    django.setup()
    from django.template.loader import render_to_string  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    from gallery.accounts.models import User  # noqa: PLC0415
    from gallery.web.installed import service_worker  # noqa: PLC0415

    context = {
        "user": User(username="bench"),
        "total": {"photos": 1, "size_bytes": 1},
        "page_title": "Download",
    }
    worker = service_worker(RequestFactory().get("/service-worker.js"))
    return {
        "/": ("text/html", render_to_string("photos/download.html", context).encode()),
        "/service-worker.js": ("text/javascript", worker.content),
        "/offline/": ("text/html", b"offline"),
    }


def served(library: Library) -> ThreadingHTTPServer:
    """Return a server on the loopback that answers for gallery and store."""
    known = pages()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # the name that http.server calls
            address = urlsplit(self.path)
            if address.path.startswith("/originals/"):
                self._send("application/octet-stream", library.original(int(address.path.rpartition("/")[2])))
            elif address.path == "/me/download/items/":
                start = int(parse_qs(address.query).get("cursor", ["0"])[0])
                self._send("application/json", json.dumps(library.page(start)).encode())
            elif address.path == "/me/download/about/":
                self._send("application/json", b'{"format": "contactsheet", "albums": []}')
            elif address.path in known:
                self._send(*known[address.path])
            else:
                self._send_file(address.path)

        def _send_file(self, path: str) -> None:
            file = PROJECT / path.lstrip("/")
            if path.startswith("/static/build/") and ".." not in path and file.is_file():
                self._send(TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes())
            else:
                self._send("application/json", b"{}", 404)

        def _send(self, kind: str, data: bytes, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def resident_mb(pid: int) -> float:
    """Return a process's resident memory in MB; 0 if it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    [line] = [line for line in status.splitlines() if line.startswith("VmRSS")] or ["VmRSS: 0 kB"]
    return int(line.split()[1]) / 1000


class Memory:
    """The memory of the browser's renderers: the page and its service worker are in these."""

    def __init__(self, page: Page) -> None:
        browser = page.context.browser
        assert browser is not None
        self._browser = browser.new_browser_cdp_session()
        self._page = page.context.new_cdp_session(page)
        self._page.send("Performance.enable")
        self.before_mb = self.renderers_mb()
        self.samples_mb: list[float] = []
        self.most_heap_mb = 0.0

    def renderers_mb(self) -> float:
        """Return the resident memory of the largest renderer now."""
        found = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        return max((resident_mb(one["id"]) for one in found if one["type"] == "renderer"), default=0.0)

    @property
    def quarters_mb(self) -> list[int]:
        """Return the largest values of each quarter of the time: what is bounded does not grow."""
        size = len(self.samples_mb) // 4
        return [
            round(max(self.samples_mb[start : start + size])) for start in range(0, 4 * size, max(size, 1))
        ]

    def sample(self) -> None:
        """Keep what it is now."""
        self.samples_mb.append(self.renderers_mb())
        metrics = {one["name"]: one["value"] for one in self._page.send("Performance.getMetrics")["metrics"]}
        self.most_heap_mb = max(self.most_heap_mb, metrics["JSHeapUsedSize"] / 1e6)


def measured(photos: int, size_bytes: int) -> dict[str, Any]:
    """Return the figures of one zip, after reading it whole."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - needed where a browser is

    from tests.browser.chromium import launched  # noqa: PLC0415

    library = Library(photos, size_bytes)
    server = served(library)
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    with (
        sync_playwright() as playwright,
        launched(playwright) as browser,
    ):
        page = browser.new_page(base_url=origin, accept_downloads=True)
        page.goto("/")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        memory = Memory(page)
        begun = time.monotonic()
        with page.expect_download() as saved:
            page.get_by_role("button", name="Download as one file").click()
        said = page.locator("[data-said]")
        while not said.text_content():
            memory.sample()
            if time.monotonic() - begun > LONGEST_SECONDS:
                raise TimeoutError(page.locator("[data-figures]").text_content())
            page.wait_for_timeout(SAMPLE_SECONDS * 1000)
        path = Path(saved.value.path())
        seconds = time.monotonic() - begun
        return {
            "photos": photos,
            "photo_bytes": size_bytes,
            "said": said.text_content(),
            "seconds": round(seconds, 1),
            "mb_per_second": round(path.stat().st_size / 1e6 / seconds, 1),
            "tab_before_mb": round(memory.before_mb),
            "tab_most_mb": round(max(memory.samples_mb)),
            "tab_most_mb_by_quarter": memory.quarters_mb,
            "heap_most_mb": round(memory.most_heap_mb, 1),
        } | read(path, library)


def read(path: Path, library: Library) -> dict[str, Any]:
    """Return what other programs find in the zip: Python's reader of every byte, and ``unzip -t``."""
    with zipfile.ZipFile(path) as archive:
        broken = archive.testzip()
        names = archive.infolist()
        for number in (0, library.photos - 1):
            [found] = [one for one in names if one.filename.endswith(f"/IMG_{number:05}.jpg")]
            assert zlib.crc32(library.original(number)) == found.CRC
        listed = len(json.loads(archive.read("contactsheet.json"))["photos"])
    unzip = shutil.which("unzip")
    tested = subprocess.run([unzip, "-tqq", path], check=False).returncode if unzip else None  # noqa: S603
    tail = path.read_bytes()[-100:] if path.stat().st_size < 2**20 else _tail(path)
    return {
        "zip_bytes": path.stat().st_size,
        "files": len(names),
        "first_broken": broken,
        "listed_in_json": listed,
        "is_zip64": b"PK\x06\x06" in tail,
        "unzip_exit_status": tested,
    }


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        file.seek(-200, os.SEEK_END)
        return file.read()


def main() -> None:
    """Measure, print, and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=PHOTOS)
    parser.add_argument("--bytes", type=int, default=PHOTO_BYTES, help="size of each photo")
    parser.add_argument("--write", action="store_true", help=f"write {FIGURES.relative_to(PROJECT)}")
    options = parser.parse_args()
    figures = measured(options.photos, options.bytes)
    text = json.dumps(figures, indent=2) + "\n"
    print(text)  # noqa: T201 - what was asked for
    if options.write:
        FIGURES.parent.mkdir(exist_ok=True)
        FIGURES.write_text(text)


if __name__ == "__main__":
    main()
