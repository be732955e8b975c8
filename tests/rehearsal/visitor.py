"""A visitor: keeps cookies, follows no redirect by itself, fills in forms as a browser without JavaScript."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import uuid4

if TYPE_CHECKING:
    from tests.rehearsal.transports import Response, Transport


@dataclass
class Visitor:
    """One browser; ``origin`` is what its address bar shows."""

    transport: Transport
    origin: str
    extra_headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **headers: str) -> Response:
        """Open a page."""
        return self._send("GET", path, headers, b"")

    def post(self, path: str, fields: dict[str, str], *, file: tuple[str, bytes] | None = None) -> Response:
        """Send a form; the CSRF token is the one of the page at ``path``, or of the page before."""
        fields = {"csrfmiddlewaretoken": self.token, **fields}
        if file is None:
            content_type, body = "application/x-www-form-urlencoded", urlencode(fields).encode()
        else:
            content_type, body = _multipart(fields, file)
        headers = {
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Origin": self.origin,
            "Referer": f"{self.origin}/",
        }
        return self._send("POST", path, headers, body)

    @property
    def token(self) -> str:
        """Return the CSRF token of the page seen last."""
        return self._token

    _token: str = ""

    def _send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Response:
        sent = {**self.extra_headers, **headers}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        response = self.transport.send(method, path, sent, body)
        for cookie in response.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value
        if found := re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', response.text):
            self._token = found[1]
        return response


def _multipart(fields: dict[str, str], file: tuple[str, bytes]) -> tuple[str, bytes]:
    boundary = uuid4().hex
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    name, content = file
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: image/jpeg\r\n\r\n"
    )
    body = b"".join(parts) + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body
