"""Download one image within limits of redirects, bytes and time."""

from __future__ import annotations

import http.client
import ssl
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from thumbworker.contract.imports import MAX_IMPORT_BYTES, ImportReason
from thumbworker.imports.connection import Deadline, PinnedConnection
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.media_types import ENOUGH_BYTES, content_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from thumbworker.imports.addresses import Guard, Target

MAX_REDIRECTS = 2
TOTAL_SECONDS = 10.0
CHUNK_BYTES = 64 * 1024
DECODED_CHUNK_BYTES = 256 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({404, 410})
RETRYABLE = frozenset({408, 425, 429})
# Bit 5 makes zlib accept both gzip and zlib headers.
ANY_HEADER = zlib.MAX_WBITS | 32


@dataclass(frozen=True, slots=True)
class Picture:
    """Bytes whose beginning is that of an image."""

    data: bytes
    content_type: str


class Decoder(Protocol):
    """Decodes a content encoding in chunks."""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most ``max_length`` decoded bytes."""

    @property
    def unconsumed_tail(self) -> bytes:
        """Return the input that is not decoded yet."""

    @property
    def eof(self) -> bool:
        """Return whether the encoded data has ended."""


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
            target = _in_time(deadline, lambda: self.guard.target(untrusted_url))
            for _ in range(MAX_REDIRECTS + 1):
                connection = PinnedConnection(target, deadline, self.tls)
                try:
                    answer = self._ask(connection, target)
                    location = _redirect_of(answer)
                    if location is None:
                        return self._read(answer)
                finally:
                    connection.hang_up()
                target = _redirected(self.guard, deadline, target, location)
        raise NotFetched(ImportReason.TOO_MANY_REDIRECTS)

    def _ask(self, connection: PinnedConnection, target: Target) -> http.client.HTTPResponse:
        headers = {
            "Host": target.host_header,
            "User-Agent": self.agent,
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        connection.request("GET", target.path, headers=headers)
        return connection.getresponse()

    def _read(self, answer: http.client.HTTPResponse) -> Picture:
        _check_status(answer.status)
        if answer.length is not None and answer.length > self.max_bytes:
            raise NotFetched(ImportReason.TOO_LARGE, f"Content-Length {answer.length}")
        data = bytearray()
        for chunk in _decoded(answer):
            data += chunk
            if len(data) > self.max_bytes:
                raise NotFetched(ImportReason.TOO_LARGE)
            if len(data) >= ENOUGH_BYTES and content_type_of(bytes(data[:ENOUGH_BYTES])) is None:
                raise NotFetched(ImportReason.NOT_A_PICTURE)
        if answer.length:
            raise NotFetched(ImportReason.CUT_OFF, f"{answer.length} bytes missing", is_transient=True)
        if not data:
            raise NotFetched(ImportReason.EMPTY)
        content_type = content_type_of(bytes(data[:ENOUGH_BYTES]))
        if content_type is None:
            raise NotFetched(ImportReason.NOT_A_PICTURE)
        return Picture(bytes(data), content_type)


def _redirected(guard: Guard, deadline: Deadline, target: Target, location: str) -> Target:
    return _in_time(deadline, lambda: guard.redirected(target, location))


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


def _redirect_of(answer: http.client.HTTPResponse) -> str | None:
    return answer.getheader("Location") if answer.status in REDIRECTS else None


def _check_status(status: int) -> None:
    if status == http.client.OK:
        return
    if status in GONE:
        raise NotFetched(ImportReason.NOT_THERE, str(status))
    if status >= 500 or status in RETRYABLE:
        raise NotFetched(ImportReason.SERVER_TROUBLE, str(status), is_transient=True)
    raise NotFetched(ImportReason.REFUSED_BY_SERVER, str(status))


def _decoded(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """Yield the decoded body in chunks of at most 256 kB, whatever its compression ratio."""
    encoding = answer.getheader("Content-Encoding", "identity").strip().lower()
    if encoding not in {"identity", "gzip", "x-gzip", "deflate"}:
        raise NotFetched(ImportReason.ENCODING, encoding[:40])
    decoder: Decoder | None = None if encoding == "identity" else zlib.decompressobj(ANY_HEADER)
    while encoded := answer.read(CHUNK_BYTES):
        if decoder is None:
            yield encoded
            continue
        while encoded:
            yield decoder.decompress(encoded, DECODED_CHUNK_BYTES)
            encoded = decoder.unconsumed_tail
        if decoder.eof:
            return
    if decoder is not None:
        raise NotFetched(ImportReason.CUT_OFF, "encoded body ends early", is_transient=True)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the exceptions of sockets, TLS and HTTP into reasons of an import."""
    try:
        yield
    except TimeoutError as error:
        raise NotFetched(ImportReason.TOO_SLOW, is_transient=True) from error
    except ssl.SSLCertVerificationError as error:
        raise NotFetched(ImportReason.CERTIFICATE, error.verify_message) from error
    except http.client.RemoteDisconnected as error:
        raise NotFetched(ImportReason.UNREACHABLE, "closed", is_transient=True) from error
    except (http.client.IncompleteRead, ConnectionResetError) as error:
        raise NotFetched(ImportReason.CUT_OFF, type(error).__name__, is_transient=True) from error
    except (http.client.HTTPException, UnicodeError, ValueError) as error:
        raise NotFetched(ImportReason.ANSWER_MALFORMED, type(error).__name__) from error
    except zlib.error as error:
        raise NotFetched(ImportReason.ENCODING, str(error)) from error
    except OSError as error:
        raise NotFetched(ImportReason.UNREACHABLE, type(error).__name__, is_transient=True) from error
