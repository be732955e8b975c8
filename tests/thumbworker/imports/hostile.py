"""A hostile server on loopback that records its requests."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)


class HostileServer:
    """Answers each connection by ``behave(connection, request)``."""

    def __init__(
        self,
        behave: Callable[[socket.socket, bytes], None],
        tls: ssl.SSLContext | None = None,
        port: int = 0,
    ) -> None:
        self.behave = behave
        self.tls = tls
        self.requests: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", port))
        self.port: int = self.listening.getsockname()[1]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/a.png"

    def wait(self, seconds: float) -> bool:
        """Wait as a slow server does; return whether the test is over."""
        return self._stopping.wait(seconds)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    talking = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
                    with talking:
                        request = talking.recv(65536)
                        self.requests.append(request)
                        self.behave(talking, request)
                except OSError:
                    continue  # the client has gone, as it should


@contextmanager
def serving(
    behave: Callable[[socket.socket, bytes], None], tls: ssl.SSLContext | None = None
) -> Iterator[HostileServer]:
    """Run a server with this behavior."""
    server = HostileServer(behave, tls)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def answer(
    body: bytes = PNG, *, status: str = "200 OK", length: int | None = None, **headers: str
) -> Callable[[socket.socket, bytes], None]:
    """Return the behavior that sends one response; ``length`` is its Content-Length."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]

    def behave(connection: socket.socket, _request: bytes) -> None:
        connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)

    return behave
