"""Choosing the ports to listen on."""

from __future__ import annotations

import socket

LOOPBACK = "127.0.0.1"


class PortTakenError(Exception):
    """Somebody listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        """Remember the port."""
        super().__init__(f"Port {port} is taken by another program.")
        self.port = port


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do it: a connection that is still closing does not make a port taken.
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


def choose(preferred: int, demanded: str | None) -> int:
    """Return the demanded port, or the preferred one, or else any free one.

    Raises:
        PortTakenError: the demanded port is taken.
        ValueError: what was demanded is no port.
    """
    if demanded:
        port = int(demanded)
        if not 0 < port < 65536:
            raise ValueError(f"{demanded} is not a port.")
        if not is_free(port):
            raise PortTakenError(port)
        return port
    return preferred if is_free(preferred) else any_free()
