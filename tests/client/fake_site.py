"""A fake gallery and store on loopback: gives the answers that a test sets, and records requests."""

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
class Request:
    """One recorded request."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """One answer; status 0 closes the connection."""

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)


def problem(status: int, reason: str, detail: str = "The request was refused.", **headers: str) -> Answer:
    """Return a problem document like the API's."""
    body = {"status": status, "reason": reason, "detail": detail}
    renamed = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, body, {"Content-Type": "application/problem+json", **renamed})


class Site:
    """Gives the answers of a path in turn and repeats the last one."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.requests: list[Request] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._lock = threading.Lock()

    def answers(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] = list(answers)

    def returns(self, method: str, path: str, *bodies: Any) -> None:
        """Set the documents that the API returns."""
        self.answers(method, f"/api/v1{path}", *(Answer(200, body) for body in bodies))

    def answer(self, request: Request) -> Answer:
        with self._lock:
            self.requests.append(request)
            found = self._answers.get(
                (request.method, request.path.split("?")[0]), [problem(404, "not_found")]
            )
            return found.pop(0) if len(found) > 1 else found[0]

    def paths(self, method: str) -> list[str]:
        return [request.path for request in self.requests if request.method == method]


@contextmanager
def running_site() -> Iterator[Site]:
    """Run a site for the length of the block."""
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
    """Answers for the site."""

    protocol_version = "HTTP/1.1"

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        request = Request(self.command, self.path, dict(self.headers), self.rfile.read(length))
        answer = self.server.site.answer(request)  # type: ignore[attr-defined]
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

    do_GET = do_PUT = do_POST = do_PATCH = _respond  # noqa: N815 - names that http.server looks for

    def log_message(self, *_: object) -> None:
        """Log nothing."""
