"""A gallery and its store on loopback: answers what a test tells it, remembers what it was asked."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "cs_test-token"


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One answer to give; without a status the connection is cut."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, reason: str, detail: str = "It is so.", **headers: str) -> Answer:
    """Return a refusal as the API words it."""
    body = {"status": status, "reason": reason, "detail": detail}
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/problem+json", **told})


class Site:
    """Answers of a path are given in turn; the last one is repeated."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._lock = threading.Lock()

    def answers(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] = list(answers)

    def gives(self, method: str, path: str, *bodies: Any) -> None:
        """Have the API answer these documents."""
        self.answers(method, f"/api/v1{path}", *(Answer(200, body) for body in bodies))

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            found = self._answers.get((asked.method, asked.path.split("?")[0]), [problem(404, "not_found")])
            return found.pop(0) if len(found) > 1 else found[0]

    def paths(self, method: str) -> list[str]:
        return [asked.path for asked in self.asked if asked.method == method]


@contextmanager
def serving() -> Iterator[Site]:
    """Serve while the block lasts."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(server.server_port)
    server.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    """Speaks for the site."""

    protocol_version = "HTTP/1.1"

    def _speak(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        asked = Asked(self.command, self.path, dict(self.headers), self.rfile.read(length))
        answer = self.server.site.answer(asked)  # type: ignore[attr-defined]
        if not answer.status:
            self.close_connection = True
            return
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))} | answer.headers
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_PUT = do_POST = _speak  # noqa: N815 - names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""
