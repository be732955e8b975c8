"""Choose the ports to listen on."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


class PortTakenError(Exception):
    """Another program listens on the requested port."""

    def __init__(self, port: int) -> None:
        """Keep the port."""
        super().__init__(f"Port {port} is in use by another program.")
        self.port = port


def is_free(port: int) -> bool:
    """Return whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that is still closing does not block a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a loopback port that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def choose(preferred: int, requested: str | None) -> int:
    """Return the requested port, else the preferred one if it is free, else any free one.

    Raises:
        PortTakenError: the requested port is in use.
        ValueError: the request is not a port number.
    """
    if requested:
        port = int(requested)
        if not 0 < port < 65536:
            raise ValueError(f"{requested} is not a port number.")
        if not is_free(port):
            raise PortTakenError(port)
        return port
    return preferred if is_free(preferred) else any_free()
