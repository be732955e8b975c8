"""Choose the ports to listen on."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket

from infra.commands import CommandError, say

LOOPBACK = "127.0.0.1"


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


def choose(variable: str, preferred: int) -> int:
    """Return the port in the environment variable, else the preferred one if it is free, else any free one.

    Raises:
        CommandError: the requested port is in use or is not a port number.
    """
    requested = os.environ.get(variable)
    if requested:
        if not (requested.isdecimal() and 0 < int(requested) < 65536):
            raise CommandError(f"{variable}={requested} is not a port number.")
        port = int(requested)
        if not is_free(port):
            raise CommandError(
                f"Port {port} is in use by another program. Choose another: make run {variable}={any_free()}"
            )
        return port
    if is_free(preferred):
        return preferred
    port = any_free()
    say(f"Port {preferred} is in use by another program. Using port {port}.")
    return port


def get(port: int, path: str) -> bytes:
    """Return what a server on this machine answers, with any status."""
    with contextlib.closing(http.client.HTTPConnection(LOOPBACK, port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()
