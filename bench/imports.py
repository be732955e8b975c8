"""Request many imports from a running gallery at once, and follow each to its end.

    python -m bench.imports http://127.0.0.1:8000 TOKEN 8123

The gallery must have been started with ``IMPORT_LOOPBACK_PORT=8123`` and limits that let so many pass
(``API_IMPORTS_PER_MINUTE`` and ``API_WRITES_PER_MINUTE``). The pictures come from this process.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from PIL import Image
from requests.adapters import HTTPAdapter

POLL_SECONDS = 1.0
LISTED_AT_ONCE = 100


class Pictures(BaseHTTPRequestHandler):
    """Serves a small JPEG of its own for every number: /17.jpg."""

    def do_GET(self) -> None:
        """Answer with the picture of that number."""
        number = int(self.path.strip("/").removesuffix(".jpg"))
        buffer = io.BytesIO()
        color = (number % 256, number // 256 % 256, 90)
        Image.new("RGB", (320, 240), color).save(buffer, "JPEG")
        self.send_response(200)
        self.send_header("Content-Length", str(buffer.tell()))
        self.end_headers()
        self.wfile.write(buffer.getvalue())

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


class Api(requests.Session):
    """The gallery's API; one connection for each client at a time."""

    def __init__(self, site: str, token: str, clients: int) -> None:
        super().__init__()
        self.headers["Authorization"] = f"Bearer {token}"
        self.root = f"{site}/api/v1"
        self.mount(site, HTTPAdapter(pool_maxsize=clients))


def post(api: Api, source: str, number: int) -> tuple[float, str]:
    """Request one import; return its seconds and its id, or the error."""
    began = time.perf_counter()
    try:
        answer = api.post(f"{api.root}/images", json={"url": f"{source}/{number}.jpg"}, timeout=60)
    except requests.RequestException as fault:
        return time.perf_counter() - began, f"!{type(fault).__name__}"
    took, found = time.perf_counter() - began, answer.json()
    return took, found["requestId"] if answer.ok else f"!{answer.status_code} {found['reason']}"


def follow(api: Api, ids: list[str], within_seconds: float) -> Counter[str]:
    """List the photos until none awaits any more; return their states."""
    deadline = time.monotonic() + within_seconds
    pause = threading.Event()
    while True:
        states: Counter[str] = Counter()
        for start in range(0, len(ids), LISTED_AT_ONCE):
            query: dict[str, Any] = {"limit": LISTED_AT_ONCE, "id": ids[start : start + LISTED_AT_ONCE]}
            page = api.get(f"{api.root}/photos", params=query, timeout=60)
            states.update(photo["state"] for photo in page.json()["photos"])
        if not states["awaiting"] or time.monotonic() > deadline:
            return states
        pause.wait(POLL_SECONDS)


def main() -> int:
    """Run and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("site")
    parser.add_argument("token")
    parser.add_argument("port", type=int, help="the loopback port that the gallery may import from")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--within", type=float, default=600, help="seconds until all must have ended")
    given = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", given.port), Pictures)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    api, source = Api(given.site, given.token, given.clients), f"http://127.0.0.1:{given.port}"
    began = time.perf_counter()
    with ThreadPoolExecutor(given.clients) as pool:
        answers = list(pool.map(lambda number: post(api, source, number), range(given.count)))
    posted = time.perf_counter() - began
    times = sorted(took for took, _ in answers)
    errors = Counter(outcome for _, outcome in answers if outcome.startswith("!"))
    ids = [outcome for _, outcome in answers if not outcome.startswith("!")]
    states = follow(api, ids, given.within)
    ended = time.perf_counter() - began
    server.shutdown()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99) - 1]
    sys.stdout.write(
        f"{given.count} POST /images, {given.clients} at once, {posted:.1f} s: p50 {p50 * 1000:.0f} ms, "
        f"p99 {p99 * 1000:.0f} ms, {sum(errors.values())} errors {dict(errors)}\n"
        f"all ended after {ended:.1f} s: {dict(states)}\n"
    )
    return 1 if errors or states["awaiting"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
