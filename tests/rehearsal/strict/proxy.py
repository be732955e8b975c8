"""The layer over HTTP: Zappa is a process of its own, so only a proxy sees every call."""

from __future__ import annotations

import http.client
import http.server
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra import ports
from tests.rehearsal.strict import calls
from tests.rehearsal.strict.refusals import Refused, answer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.rehearsal.strict.layer import Layer

ANSWERS_WITHIN_SECONDS = 900  # Lambda's longest function
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "expect"}


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind = ""
    layer: Layer
    secrets: Mapping[str, str] = {}
    """Secrets by access key, to sign a request again that the layer changed."""

    def do_GET(self) -> None:
        """Weigh the request, and refuse it or send it on."""
        body = self._body()
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in OF_ONE_CONNECTION
        }
        call = calls.read(self.command, self.path, self.headers, body)
        if call is not None:
            try:
                self.layer.weigh(call)
            except Refused as refused:
                status, found, body = answer(refused, call.service)
                self._answer(status, list(found.items()), body)
                return
            changed = self.layer.stand_in(call)
            if changed is not None:
                body = changed
                headers = self._signed(headers, body, call)
        status, pairs, content = self._forward(headers, body)
        if call is not None:
            content = self.layer.corrected(call, content)
        self._answer(status, pairs, content)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = do_GET  # noqa: N815

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _signed(self, headers: Mapping[str, str], body: bytes, call: calls.Call) -> dict[str, str]:
        unsigned = {
            name: value
            for name, value in headers.items()
            if name.lower() not in {"authorization", "x-amz-date", "x-amz-content-sha256"}
        }
        request = AWSRequest(self.command, f"http://{self.headers['Host']}{self.path}", unsigned, body)
        credentials = Credentials(call.access_key, self.secrets[call.access_key])
        SigV4Auth(credentials, call.service, call.region).add_auth(request)
        return dict(request.headers.items())

    def _forward(self, headers: Mapping[str, str], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.behind, timeout=ANSWERS_WITHIN_SECONDS)
        try:
            connection.request(self.command, self.path, body, dict(headers))
            found = connection.getresponse()
            pairs = found.getheaders()
            if self.command != "HEAD":
                pairs = [pair for pair in pairs if pair[0].lower() not in OF_ONE_CONNECTION]
            return found.status, pairs, found.read()
        finally:
            connection.close()

    def _answer(self, status: int, pairs: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in pairs:
            self.send_header(name, value)
        if self.command != "HEAD":  # whose length is that of what was not sent
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: refusals are kept in the layer."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a client that hangs up."""


@contextmanager
def in_front_of(endpoint_url: str, layer: Layer, secrets: Mapping[str, str]) -> Iterator[str]:
    """Serve the layer on loopback while the block lasts; give its address."""
    behind = urlsplit(endpoint_url).netloc
    handler = type("Handler", (_Handler,), {"behind": behind, "layer": layer, "secrets": secrets})
    with _Server((ports.LOOPBACK, 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, name="strict")
        thread.start()
        try:
            yield f"http://{ports.LOOPBACK}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
