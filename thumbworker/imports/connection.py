"""One connection to a checked address, every wait of which ends at one deadline."""

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
    """The end of all waiting, on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        """Return the time left.

        Raises:
            TimeoutError: there is none.
        """
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is over")
        return left


class _TimedReader(io.RawIOBase):
    """Reads from a socket; each wait gets what is left of the time, so a slow drip ends too."""

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
    """As much of a socket as ``http.client`` uses."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._socket, self._deadline))

    def sendall(self, data: ReadableBuffer) -> None:
        self._socket.settimeout(self._deadline.remaining_seconds())
        self._socket.sendall(data)

    def close(self) -> None:
        """Do nothing: ``http.client`` closes a connection whose body it has yet to read."""


class PinnedConnection(http.client.HTTPConnection):
    """Speaks HTTP to the target's host at the one address that was checked."""

    def __init__(self, target: Target, deadline: Deadline, tls: ssl.SSLContext) -> None:
        super().__init__(target.host, target.endpoint.port)
        self._target = target
        self._deadline = deadline
        self._tls = tls
        self._raw: socket.socket | None = None

    def connect(self) -> None:
        """Connect to the checked address; the name is not looked up again.

        Raises:
            OSError: nobody answers there, or its certificate is not the host's.
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
        """End the connection for good."""
        self.close()
        if self._raw is not None:
            self._raw.close()
