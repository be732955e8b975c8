"""A connection to a checked address; every wait ends at one deadline."""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ssl

    from _typeshed import ReadableBuffer, WriteableBuffer

    from thumbworker.imports.addresses import Target


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


class _TimedReader(io.RawIOBase):
    """Reads from a socket; each wait is limited to the time left, so a slow trickle ends too."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__()
        self._socket = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(self._deadline.remaining_seconds())
        return self._socket.recv_into(buffer)


class _TimedSocket:
    """The part of a socket that ``http.client`` uses."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._socket, self._deadline))

    def sendall(self, data: ReadableBuffer) -> None:
        self._socket.settimeout(self._deadline.remaining_seconds())
        self._socket.sendall(data)

    def close(self) -> None:
        """Do nothing: ``http.client`` closes before the body is read."""


class PinnedConnection(http.client.HTTPConnection):
    """An HTTP connection to the target's host at the address that was checked."""

    def __init__(self, target: Target, deadline: Deadline, tls: ssl.SSLContext) -> None:
        super().__init__(target.host, target.endpoint.port)
        self._target = target
        self._deadline = deadline
        self._tls = tls
        self._raw: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the checked address; the name is not resolved again.

        Raises:
            OSError: the server does not answer, or its certificate is not valid for the host.
        """
        endpoint = self._target.endpoint
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(self._deadline.remaining_seconds())
            sock.connect((str(endpoint.address), endpoint.port))
            if self._target.scheme == "https":
                sock.settimeout(self._deadline.remaining_seconds())
                sock = self._tls.wrap_socket(sock, server_hostname=self._target.host)
        except OSError:
            sock.close()
            raise
        self._raw = sock
        timed: Any = _TimedSocket(sock, self._deadline)
        self.sock = timed

    def hang_up(self) -> None:
        """Close the socket."""
        self.close()
        if self._raw is not None:
            self._raw.close()
