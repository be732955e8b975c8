"""The guard against server-side request forgery: which addresses a download may connect to.

A name is resolved once, to IPv4 only, and the connection uses the address that was checked. There is no
second lookup with another answer, and no IPv6 address that embeds a private one.
Reference: IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its successors).
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from thumbworker.contract.imports import ImportReason
from thumbworker.contract.web_urls import (
    DEFAULT_PORTS,
    MAX_REDIRECT_LENGTH,
    MAX_URL_LENGTH,
    read_url,
    resolve_location,
)
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.host_names import ascii_host

if TYPE_CHECKING:
    from collections.abc import Callable

FORBIDDEN_NETWORKS = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and metadata of some clouds
        "127.0.0.0/8",  # loopback; in Lambda port 9001 is the runtime API
        "169.254.0.0/16",  # link-local; metadata and credentials
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and metadata of some clouds
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # automatic multicast tunneling
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "168.63.129.16/32",  # a cloud's host agent, on a public address
    )
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and port to connect to."""

    address: IPv4Address
    port: int


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL: connect to ``endpoint`` and request ``path`` from ``host``."""

    scheme: str
    host: str
    endpoint: Endpoint
    path: str

    @property
    def url(self) -> str:
        """Return the URL that is requested, which redirects are relative to."""
        return f"{self.scheme}://{self.host_header}{self.path}"

    @property
    def host_header(self) -> str:
        """Return the Host header, with the port unless it is the scheme's default."""
        is_default = self.endpoint.port == DEFAULT_PORTS[self.scheme]
        return self.host if is_default else f"{self.host}:{self.endpoint.port}"


def resolve_ipv4(host: str) -> list[str]:
    """Return the IPv4 addresses of a name by the system's resolver.

    Raises:
        OSError: the name does not exist, or no resolver answered.
    """
    found = socket.getaddrinfo(host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


@dataclass(frozen=True, slots=True)
class Guard:
    """Turns an untrusted URL into a target, or refuses it.

    ``allowed`` lists the only endpoints outside the public internet that may be reached: none in the
    deployed worker, one loopback port in local runs and tests.
    """

    allowed: frozenset[Endpoint] = field(default_factory=frozenset)
    resolve: Callable[[str], list[str]] = resolve_ipv4

    def target(self, untrusted_url: str, *, max_length: int = MAX_URL_LENGTH) -> Target:
        """Check a URL and resolve its name once.

        Raises:
            NotFetched: the URL isn't allowed, or its name can't be resolved.
        """
        try:
            url = read_url(untrusted_url, max_length=max_length)
            host = url.host if ":" in url.host else ascii_host(url.host)
        except ValueError as error:  # UnicodeError too
            raise NotFetched(ImportReason.URL_NOT_ALLOWED, str(error)) from error
        if ":" in host:
            raise NotFetched(ImportReason.ADDRESS_NOT_ALLOWED, "IPv6")
        port, addresses = url.port, self._addresses(host)
        for address in addresses:
            # All must be allowed: a legitimate name does not mix public and private addresses.
            if not self.may_connect(Endpoint(address, port)):
                raise NotFetched(ImportReason.ADDRESS_NOT_ALLOWED, str(address))
        if port not in DEFAULT_PORTS.values() and Endpoint(addresses[0], port) not in self.allowed:
            raise NotFetched(ImportReason.URL_NOT_ALLOWED, f"port {port}")
        return Target(url.scheme, host, Endpoint(addresses[0], port), url.path)

    def redirected(self, target: Target, untrusted_location: str) -> Target:
        """Check the target of a redirect like any other URL.

        Raises:
            NotFetched: the URL isn't allowed, or its name can't be resolved.
        """
        try:
            url = resolve_location(target.url, untrusted_location)
        except ValueError as error:
            raise NotFetched(ImportReason.URL_NOT_ALLOWED, str(error)) from error
        return self.target(url, max_length=MAX_REDIRECT_LENGTH)

    def may_connect(self, endpoint: Endpoint) -> bool:
        """Return whether a connection to this endpoint is allowed."""
        if endpoint in self.allowed:
            return True
        address = endpoint.address
        return address.is_global and not any(address in network for network in FORBIDDEN_NETWORKS)

    def _addresses(self, host: str) -> list[IPv4Address]:
        try:
            found = [IPv4Address(text) for text in self.resolve(host)]
        except socket.gaierror as error:
            is_transient = error.errno == socket.EAI_AGAIN
            raise NotFetched(ImportReason.NO_SUCH_HOST, host, is_transient=is_transient) from error
        except (OSError, UnicodeError, ValueError) as error:
            raise NotFetched(ImportReason.NO_SUCH_HOST, host) from error
        if not found:
            raise NotFetched(ImportReason.NO_SUCH_HOST, host)
        return found
