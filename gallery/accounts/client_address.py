"""Whom to count tries against: the client's address, as far as nobody can forge it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

IPV6_PREFIX_LENGTH = 64
"""What one household or server is given: whoever has one address of it has them all."""


def client_address(request: HttpRequest) -> str | None:
    """Return the address to count a client by; ``None`` where the server names none.

    Reads REMOTE_ADDR and no header: behind a gateway ``GatewayMiddleware`` has set it to what the
    gateway itself saw. An IPv6 address stands for its network of 64 bits.
    """
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    return str(_counted(address))


def _counted(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    # A scope (fe80::1%eth0) is no part of the number, and no network may carry one.
    return IPv6Network((int(address), IPV6_PREFIX_LENGTH), strict=False).network_address
