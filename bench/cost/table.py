"""A DynamoDB table on this machine that answers every BatchGetItem at once with the same items."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from zlib import crc32

from boto3.dynamodb.types import TypeSerializer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thumbworker.contract.items import PhotoItem


class Table(ThreadingHTTPServer):
    """Serves on a free port of 127.0.0.1 until it is shut down."""

    answer = b"{}"

    def __init__(self) -> None:
        """Start serving."""
        super().__init__(("127.0.0.1", 0), _Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def hold(self, name: str, items: Iterable[PhotoItem]) -> None:
        """Hold these items, as the table of this name."""
        serialize = TypeSerializer().serialize
        raw = [{key: serialize(value) for key, value in item.to_item().items()} for item in items]
        self.answer = json.dumps({"Responses": {name: raw}, "UnprocessedKeys": {}}).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Table

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(self.server.answer)))
        self.send_header("x-amz-crc32", str(crc32(self.server.answer)))
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, *_: Any) -> None:
        """Log nothing."""
