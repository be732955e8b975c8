"""A local DynamoDB table that answers every BatchGetItem at once with fixed items."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from zlib import crc32

from boto3.dynamodb.types import TypeSerializer

from thumbworker.contract.items import MadeRendition, PhotoItem, Status
from thumbworker.contract.policy import CURRENT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID


@dataclass(slots=True)
class Table:
    """Serves on a free port of 127.0.0.1 until it is closed."""

    answer: bytes = b"{}"
    server: ThreadingHTTPServer = field(init=False)

    def __post_init__(self) -> None:
        """Start serving."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def hold(self, name: str, photo_ids: Iterable[UUID]) -> None:
        """Hold the item of a 12 MP photograph for each id, as the table of this name."""
        serialize = TypeSerializer().serialize
        raw = [
            {key: serialize(value) for key, value in _item(photo_id).to_item().items()}
            for photo_id in photo_ids
        ]
        self.answer = json.dumps({"Responses": {name: raw}, "UnprocessedKeys": {}}).encode()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()


def _handler(table: Table) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(table.answer)))
            self.send_header("x-amz-crc32", str(crc32(table.answer)))
            self.end_headers()
            self.wfile.write(table.answer)

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    return Handler


def _item(photo_id: UUID) -> PhotoItem:
    return PhotoItem(
        photo_id=photo_id,
        status=Status.READY,
        owner="1",
        uploaded_at="2026-11-01T10:00:00.000+00:00",
        processed_at="2026-11-01T10:00:01.000+00:00",
        size_bytes=5_000_000,
        sha256="0" * 64,
        policy_version=CURRENT.version,
        format="JPEG",
        width=4000,
        height=3000,
        renditions=tuple(
            MadeRendition(
                name=spec.name,
                key=CURRENT.key(spec, photo_id),
                width=spec.longest_side,
                height=spec.longest_side * 3 // 4,
                size_bytes=50_000,
                content_type=spec.content_type,
            )
            for spec in CURRENT.renditions
        ),
        thumbhash="1QcSHQRnh493V4dIh4eXh1h4kJUI",
        dominant_color="#808080",
        dhash="0123456789abcdef",
        metadata={"make": "NIKON CORPORATION", "model": "NIKON D750", "iso": 400, "f_number": "5.6"},
    )
