"""TLS in front of the embedded AWS, for a browser: every name leads here and stays what was asked for."""

from __future__ import annotations

import http.client
import http.server
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from infra import ports
from tests.certificates import server_pair

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWERS_WITHIN_SECONDS = 60
OF_ONE_CONNECTION = {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length"}


class _Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind = ""

    def do_GET(self) -> None:
        """Send the request on and the answer back, both whole."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = http.client.HTTPConnection(self.behind, timeout=ANSWERS_WITHIN_SECONDS)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the standard library's names

    def log_message(self, *_: object) -> None:
        """Say nothing: the browser reports what it misses."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that hangs up or tries a certificate first."""


@contextmanager
def front_of(endpoint_url: str, folder: Path) -> Iterator[int]:
    """Serve HTTPS for any host name on loopback while the block lasts; give the port."""
    public, private = server_pair(ports.LOOPBACK)
    pair = folder / "front.pem"
    pair.write_bytes(private + public)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair)
    handler = type("Front", (_Front,), {"behind": urlsplit(endpoint_url).netloc})
    with _Server((ports.LOOPBACK, 0), handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, name="front")
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
