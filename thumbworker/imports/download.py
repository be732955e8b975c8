"""Download one image within limits of redirects, bytes and time. httpcore speaks HTTP."""

from __future__ import annotations

import re
import ssl
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import httpcore

from thumbworker.contract.formats import ENOUGH_BYTES
from thumbworker.contract.imports import MAX_IMPORT_BYTES, ImportReason
from thumbworker.imports.connection import Deadline, PinnedNetwork
from thumbworker.imports.content_encoding import DECODERS, decoded
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.media_types import content_type_of, ends_as_image

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from thumbworker.imports.addresses import Guard, Target

MAX_REDIRECTS = 2
TOTAL_SECONDS = 10.0
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
RETRYABLE = frozenset({408, 425, 429})
CUT = (httpcore.RemoteProtocolError, httpcore.ReadError)
PART = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes whose beginning is that of an image."""

    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloads images through the guard; ``agent`` is the User-Agent header."""

    guard: Guard
    agent: str
    total_seconds: float = TOTAL_SECONDS
    max_bytes: int = MAX_IMPORT_BYTES
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fetch(self, untrusted_url: str) -> Picture:
        """Download one image.

        Raises:
            NotFetched: with the reason, and whether a later try may succeed.
        """
        deadline = Deadline(self.total_seconds)
        with _translated():
            target = _in_time(deadline, partial(self.guard.target, untrusted_url))
            for _ in range(MAX_REDIRECTS + 1):
                with self._response(target, deadline) as response:
                    location = _header(response, b"location") if response.status in REDIRECTS else ""
                    if not location:
                        return self._read(response)
                target = _in_time(deadline, partial(self.guard.redirected, target, location))
        raise NotFetched(ImportReason.TOO_MANY_REDIRECTS)

    @contextmanager
    def _response(self, target: Target, deadline: Deadline) -> Iterator[httpcore.Response]:
        """Request the target by a connection of its own; httpcore reads no proxy, cookie or password."""
        network = PinnedNetwork(target.endpoint, deadline)
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.endpoint.port, target=target.path
        )
        headers = {
            "Host": target.host_header,
            "User-Agent": self.agent,
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        # Certificates and SNI know no dot at the end (RFC 6066, section 3).
        extensions = {"sni_hostname": target.host.rstrip(".")}
        with httpcore.HTTPConnection(url.origin, self.tls, network_backend=network) as connection:
            try:
                request = connection.stream("GET", url, headers=[*headers.items()], extensions=extensions)
                with request as response:
                    yield response
            except httpcore.RemoteProtocolError as error:
                raise _unreadable(error, network.beginning) from error

    def _read(self, response: httpcore.Response) -> Picture:
        _check_status(response)
        encodings = [name for name in _header(response, b"content-encoding").lower().split(",") if name]
        encodings = [name.strip() for name in encodings]
        body, is_whole = self._body(response, may_be_encoded=not DECODERS.keys().isdisjoint(encodings))
        data, was_decoded = decoded(body, encodings, self.max_bytes)
        if not (is_whole and was_decoded) and not ends_as_image(data):
            raise NotFetched(ImportReason.CUT_OFF, f"{len(body)} bytes came", is_transient=True)
        if not data:
            raise NotFetched(ImportReason.EMPTY)
        content_type = content_type_of(data)
        if content_type is None:
            is_known = DECODERS.keys() | {"", "identity"} >= set(encodings)
            raise NotFetched(ImportReason.NOT_A_PICTURE if is_known else ImportReason.ENCODING)
        return Picture(data, content_type)

    def _body(self, response: httpcore.Response, *, may_be_encoded: bool) -> tuple[bytes, bool]:
        """Return the body as it came, and whether it came whole."""
        announced = _header(response, b"content-length").partition(",")[0]
        if announced.isdecimal() and int(announced) > self.max_bytes:
            raise NotFetched(ImportReason.TOO_LARGE, f"Content-Length {announced}")
        body = bytearray()
        try:
            for chunk in response.iter_stream():
                body += chunk
                if len(body) > self.max_bytes:
                    raise NotFetched(ImportReason.TOO_LARGE)
                if len(body) >= ENOUGH_BYTES and not may_be_encoded and not content_type_of(body):
                    break  # do not wait for the rest of a page
        except CUT:
            return bytes(body), False
        return bytes(body), True


def _in_time(deadline: Deadline, find: Callable[[], Target]) -> Target:
    """Resolve a name in its own thread, because the system's resolver has no timeout."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="resolver")
    try:
        resolved: Future[Target] = pool.submit(find)
        return resolved.result(deadline.remaining_seconds())
    except NotInTime as error:
        raise TimeoutError("the name was not resolved in time") from error
    finally:
        pool.shutdown(wait=False)


def _header(response: httpcore.Response, wanted: bytes) -> str:
    """Return the values of a header, joined by commas: UTF-8, as browsers read it, or else Latin-1."""
    value = b",".join(value for name, value in response.headers if name.lower() == wanted)
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _check_status(response: httpcore.Response) -> None:
    status = response.status
    if status == 206 and (part := PART.fullmatch(_header(response, b"content-range"))):
        first, last, size = part.groups()
        if int(first) or size not in {"*", str(int(last) + 1)}:
            raise NotFetched(ImportReason.REFUSED_BY_SERVER, "part of the image")
    if 200 <= status < 300:
        return
    if status in GONE:
        raise NotFetched(ImportReason.NOT_THERE, str(status))
    if status >= 500 or status in RETRYABLE:
        raise NotFetched(ImportReason.SERVER_TROUBLE, str(status), is_transient=True)
    raise NotFetched(ImportReason.REFUSED_BY_SERVER, str(status))


def _unreadable(error: httpcore.RemoteProtocolError, beginning: bytes) -> NotFetched:
    """Return why there is no response: the server closed the connection, or does not speak HTTP."""
    if not beginning:
        return NotFetched(ImportReason.UNREACHABLE, "closed", is_transient=True)
    # httpcore's own error means that the connection was closed; what h11 can't read is the error's cause.
    if error.__cause__ is None and beginning[:5].upper() == b"HTTP/":
        return NotFetched(ImportReason.CUT_OFF, "headers", is_transient=True)
    return NotFetched(ImportReason.ANSWER_MALFORMED, str(error)[:100])


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the exceptions of sockets, TLS and HTTP into reasons of an import."""
    try:
        yield
    except (TimeoutError, httpcore.TimeoutException) as error:
        raise NotFetched(ImportReason.TOO_SLOW, is_transient=True) from error
    except httpcore.ReadError as error:
        raise NotFetched(ImportReason.CUT_OFF, str(error), is_transient=True) from error
    except httpcore.NetworkError as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise NotFetched(ImportReason.CERTIFICATE, error.__cause__.verify_message) from error
        raise NotFetched(ImportReason.UNREACHABLE, type(error).__name__, is_transient=True) from error
    except (httpcore.ProtocolError, ValueError) as error:
        raise NotFetched(ImportReason.ANSWER_MALFORMED, type(error).__name__) from error
    except OSError as error:
        raise NotFetched(ImportReason.UNREACHABLE, type(error).__name__, is_transient=True) from error
