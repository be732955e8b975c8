"""Two ways to the deployed function: over HTTP through what stands in front, and as a gateway's events."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ANSWERS_WITHIN_SECONDS = 60


@dataclass(frozen=True)
class Response:
    """What came back; header names in small letters, cookies apart."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode(errors="replace")


class Transport(Protocol):
    """A way to send one request."""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send it and return the answer."""


@dataclass(frozen=True)
class OverHttp:
    """HTTP to ``endpoint_url`` in the name of ``host``, as a resolver would lead there."""

    endpoint_url: str
    host: str
    prefix: str = ""

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send it and return the answer."""
        connection = http.client.HTTPConnection(
            urlsplit(self.endpoint_url).netloc, timeout=ANSWERS_WITHIN_SECONDS
        )
        try:
            connection.request(method, self.prefix + path, body, {"Host": self.host, **headers})
            answer = connection.getresponse()
            pairs = [(name.lower(), value) for name, value in answer.getheaders()]
            cookies = [value for name, value in pairs if name == "set-cookie"]
            return Response(answer.status, dict(pairs), cookies, answer.read())
        finally:
            connection.close()


IN_PROCESS = """
import json, os, sys
sys.path[:0] = [{code!r}]
sys.path.append({runtime!r})
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
os.environ.update(json.loads({variables!r}))
from gallery.operations.lambda_entry import lambda_handler
for line in sys.stdin:
    answers.write(json.dumps(lambda_handler(json.loads(line), None)) + "\\n")
    answers.flush()
"""


class InProcess:
    """The packaged code and nothing else, in a Python of its own that is fed with events.

    ``runtime`` is a folder with what the Lambda runtime brings: boto3 and what it needs.
    """

    def __init__(
        self,
        code: Path,
        runtime: Path,
        variables: Mapping[str, str],
        *,
        stage_prefix: str,
        host: str,
        log: Path,
    ) -> None:
        """Start the function; it is cold."""
        self.stage_prefix = stage_prefix
        self.host = host
        self.log = log
        program = IN_PROCESS.format(
            code=str(code), runtime=str(runtime), variables=json.dumps(dict(variables))
        )
        with log.open("wb") as complaints:
            self.process = subprocess.Popen(
                # Neither this environment's packages nor this folder's modules may help.
                [sys.executable, "-I", "-S", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
                env={"PATH": "/usr/bin:/bin", "AWS_LAMBDA_FUNCTION_NAME": "contactsheet-web-rehearsal"},
                cwd=code,
            )

    def handle(self, event: Mapping[str, Any]) -> Any:
        """Hand over an event and return the answer."""
        assert self.process.stdin
        assert self.process.stdout
        try:
            self.process.stdin.write(json.dumps(event).encode() + b"\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = b""
        assert line, f"The function ended: {self.log.read_text()[-1500:]}"
        return json.loads(line)

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Send it as HTTP API does (payload format 2.0) and return the answer."""
        parts = urlsplit(path)
        lower = {name.lower(): value for name, value in headers.items()}
        cookies = lower.pop("cookie", "")
        raw_path = self.stage_prefix + parts.path
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": raw_path,
            "rawQueryString": parts.query,
            "cookies": cookies.split("; ") if cookies else [],
            "headers": {
                "host": self.host,
                "x-forwarded-proto": "https",
                "x-forwarded-port": "443",
                "x-forwarded-for": "203.0.113.9, 198.51.100.1",
                **lower,
            },
            "requestContext": {
                "requestId": "rehearsal",
                "stage": self.stage_prefix.strip("/") or "$default",
                "domainName": self.host,
                "http": {
                    "method": method,
                    "path": raw_path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "198.51.100.1",
                },
            },
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        answer = self.handle(event)
        text = answer["body"]
        return Response(
            answer["statusCode"],
            {name.lower(): value for name, value in answer["headers"].items()},
            answer.get("cookies", []),
            base64.b64decode(text) if answer.get("isBase64Encoded") else text.encode(),
        )

    def stop(self) -> None:
        """End the function."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()
