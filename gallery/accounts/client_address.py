"""The client address that rate limits and lockouts count by; a client cannot forge it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest

IPV6_PREFIX_LENGTH = 56
"""What one household is assigned (RFC 6177): a client that has one address of it has them all."""


def client_address(request: HttpRequest) -> str | None:
    """Return the address to count a client by, or ``None`` if the server reports none.

    Read REMOTE_ADDR and no header: behind a gateway, ``GatewayMiddleware`` has set it to the address that
    the gateway saw. An IPv6 address is reduced to its network of 56 bits.
    """
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    return str(_network_of(address))


def _network_of(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    # ``int`` drops a scope (fe80::1%eth0), which IPv6Network does not accept.
    return IPv6Network((int(address), IPV6_PREFIX_LENGTH), strict=False).network_address
