"""Where a request comes from, as far as nobody can forge it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.http import HttpRequest

IPV6_PREFIX_LENGTH = 64
"""What one household or server is given: whoever has one address of it has them all."""


def client_address(request: HttpRequest) -> str | None:
    """Return the address to count a client by; ``None`` where the server names none.

    Behind API Gateway or a function URL it is what these saw themselves, never a header: Zappa fills
    REMOTE_ADDR from ``X-Forwarded-For``, whose first part is the client's own words. An IPv6 address
    stands for its network of 64 bits.
    """
    event = request.META.get("lambda.event")
    stated = _of_event(event) if isinstance(event, dict) else request.META.get("REMOTE_ADDR")
    try:
        address = ip_address(str(stated or ""))
    except ValueError:
        return None
    return str(_counted(address))


def _of_event(event: dict[str, Any]) -> object:
    """Return the source address in a proxy event: HTTP API and function URL, or REST API.

    Reference: Lambda developer guide, "Working with AWS Lambda proxy integrations", payload formats.
    """
    context = event.get("requestContext") or {}
    for part in ("http", "identity"):
        if source := (context.get(part) or {}).get("sourceIp"):
            return source
    return None


def _counted(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    # A scope (fe80::1%eth0) is no part of the number, and no network may carry one.
    return IPv6Network((int(address), IPV6_PREFIX_LENGTH), strict=False).network_address
