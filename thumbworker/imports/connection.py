"""The network that httpcore uses: the address that was checked, one deadline, and a limit of bytes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NoReturn

import httpcore

from thumbworker.contract.imports import MAX_IMPORT_BYTES, ImportReason
from thumbworker.imports.answer_heads import HeadReader
from thumbworker.imports.errors import NotFetched

if TYPE_CHECKING:
    import ssl

    from thumbworker.imports.addresses import Endpoint

MAX_RECEIVED_BYTES = 2 * MAX_IMPORT_BYTES
"""All bytes of a connection: headers, chunk sizes and trailers, too."""


class Deadline:
    """An instant on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        """Return the time left.

        Raises:
            TimeoutError: there is no time left.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline exceeded")
        return left


class PinnedNetwork(httpcore.NetworkBackend):
    """Connects to one endpoint, whatever host httpcore names: no name is resolved again."""

    def __init__(self, endpoint: Endpoint, deadline: Deadline) -> None:
        self.beginning = b""
        """The first bytes that the server sent, without empty lines."""
        self._endpoint = endpoint
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, *_options: Any, **_more: Any) -> httpcore.NetworkStream:  # noqa: ARG002
        """Connect to the endpoint."""
        stream = httpcore.SyncBackend().connect_tcp(
            str(self._endpoint.address), self._endpoint.port, timeout=self._deadline.remaining_seconds()
        )
        return _LimitedStream(stream, self, self._deadline)

    def connect_unix_socket(self, path: str, *_options: Any, **_more: Any) -> NoReturn:
        """Refuse: an import has no business on this machine."""
        raise NotFetched(ImportReason.ADDRESS_NOT_ALLOWED, path)


class _LimitedStream(httpcore.NetworkStream):
    """A stream whose waits all end at the deadline, so a slow trickle ends too."""

    def __init__(self, stream: httpcore.NetworkStream, network: PinnedNetwork, deadline: Deadline) -> None:
        self._stream = stream
        self._network = network
        self._deadline = deadline
        self._received_bytes = 0
        self._heads = HeadReader()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        while True:
            data = self._stream.read(max_bytes, self._deadline.remaining_seconds())
            self._network.beginning = self._network.beginning or data.lstrip(b"\r\n")[:16]
            self._received_bytes += len(data)
            if self._received_bytes > MAX_RECEIVED_BYTES:
                raise NotFetched(ImportReason.TOO_LARGE, "bytes on the wire")
            ready = self._heads.receive(data)
            if ready or not data:
                return ready

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.remaining_seconds())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        seconds = self._deadline.remaining_seconds()
        return _LimitedStream(
            self._stream.start_tls(ssl_context, server_hostname, seconds), self._network, self._deadline
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
