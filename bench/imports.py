"""Request many imports from a running gallery at once, and follow each to its end.

    python -m bench.imports http://127.0.0.1:8000 TOKEN 8123

The gallery must have been started with ``IMPORT_LOOPBACK_PORT=8123`` and limits that let so many pass
(``API_IMPORTS_PER_MINUTE`` and ``API_WRITES_PER_MINUTE``). The pictures come from this process.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import statistics
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from PIL import Image

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


class Api:
    """One connection for each thread."""

    def __init__(self, site: str, token: str) -> None:
        self.host = urlsplit(site).netloc
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._own = threading.local()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Return status and JSON."""
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = http.client.HTTPConnection(self.host, timeout=60)
        data = json.dumps(body) if body is not None else None
        try:
            connection.request(method, f"/api/v1{path}", data, self.headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            raise
        return answer.status, json.loads(text) if text else None


def post(api: Api, source: str, number: int) -> tuple[float, str]:
    """Request one import; return its seconds and its id, or the error."""
    began = time.perf_counter()
    try:
        status, answer = api.ask("POST", "/images", {"url": f"{source}/{number}.jpg"})
    except (OSError, http.client.HTTPException) as fault:
        return time.perf_counter() - began, f"!{type(fault).__name__}"
    took = time.perf_counter() - began
    return took, str(answer["requestId"]) if status == 202 else f"!{status} {answer['reason']}"


def follow(api: Api, ids: list[str], within_seconds: float) -> Counter[str]:
    """List the photos until none awaits any more; return their states."""
    deadline = time.monotonic() + within_seconds
    pause = threading.Event()
    while True:
        states: Counter[str] = Counter()
        for start in range(0, len(ids), LISTED_AT_ONCE):
            query = "&".join(f"id={photo_id}" for photo_id in ids[start : start + LISTED_AT_ONCE])
            _, page = api.ask("GET", f"/photos?limit={LISTED_AT_ONCE}&{query}")
            states.update(photo["state"] for photo in page["photos"])
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
    api, source = Api(given.site, given.token), f"http://127.0.0.1:{given.port}"
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
