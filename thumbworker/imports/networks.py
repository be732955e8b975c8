"""The endpoints outside the public internet that an import may reach: none, except on an emulator."""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from thumbworker.imports.addresses import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

LOOPBACK_PORT = "IMPORT_LOOPBACK_PORT"


def allowed_endpoints(variables: Mapping[str, str]) -> frozenset[Endpoint]:
    """Return the one loopback port of a local run.

    It counts only if the AWS endpoint is on a loopback address: no variable opens a port in AWS.

    >>> allowed_endpoints({"IMPORT_LOOPBACK_PORT": "8080"})
    frozenset()
    """
    port = variables.get(LOOPBACK_PORT, "")
    host = urlsplit(variables.get("AWS_ENDPOINT_URL", "")).hostname or ""
    try:
        is_local = IPv4Address(host).is_loopback
    except AddressValueError:
        is_local = False
    if not is_local or not port.isascii() or not port.isdecimal():
        return frozenset()
    return frozenset({Endpoint(IPv4Address("127.0.0.1"), int(port))})
