"""The guard refuses every address outside the public internet, in any notation."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thumbworker.contract.imports import ImportReason
from thumbworker.imports.addresses import FORBIDDEN_NETWORKS, Endpoint, Guard
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.networks import allowed_endpoints

PUBLIC = "93.184.215.14"

HOSTILE = [
    # Loopback, in every spelling that some reader takes for it.
    "http://127.0.0.1/",
    "http://127.0.0.1:80/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0/",
    "http://0.0.0.0/",
    "http://localhost/",
    "http://LOCALHOST/",
    "http://localhost./",
    "http://127.0.0.1./",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.0.0.1/",
    "http://127。0。0。1/",
    # Private, shared, link-local, metadata.
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://169.254.170.2/v2/credentials",
    "http://100.64.0.1/",
    "http://100.100.100.200/",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # IPv6 in every form that embeds an IPv4 address, and some that do not.
    "http://[::1]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::10.0.0.1]/",
    "http://[::169.254.169.254]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:7f00:1::]/",
    "http://[fe80::5efe:10.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[fd00:ec2::254]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[2002:a00:1::]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[::5efe:169.254.169.254]/",
    "http://[2606:4700::1111]/",
    # Not plain http(s), or not readable in one way only.
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "//example.org/",
    "example.org/a.jpg",
    "http:///a.jpg",
    "http://",
    "https://user@example.org/",
    "https://user:password@example.org/",
    "http://example.org@127.0.0.1/",
    "http://example.org\\@127.0.0.1/",
    "http://example.org /",
    "http://exa\tmple.org/",
    "http://example.org/\r\nHost: 127.0.0.1",
    "http://example.org:8080/",
    "http://example.org:22/",
    "http://example.org:0/",
    "http://example.org:99999/",
    "http://example.org:eighty/",
    "http://example.org:８０/",
    "http://exam%70le.org/",
    "http://127.0.0.1#.example.org/",
    "http://ⓛocalhost/",
    "http://127.0.0.1\u3002/",
    "http://a\u2488com/",
    "http://[::1",
    "http://" + "a" * 64 + ".org/",
    "http://example.org/" + "a" * 2048,
    "",
]


def resolve(host: str) -> list[str]:
    """Read numbers as the system's resolver does; take names for public, but for the local one."""
    if host.rstrip(".") == "localhost":
        return ["127.0.0.1"]
    try:
        return [socket.inet_ntoa(socket.inet_aton(host.rstrip(".")))]
    except OSError:
        return [PUBLIC]


@pytest.mark.parametrize("url", HOSTILE)
def test_guard__hostile_url_is_refused(url: str) -> None:
    with pytest.raises(NotFetched) as refused:
        Guard(resolve=resolve).target(url)
    assert refused.value.reason in {ImportReason.ADDRESS_NOT_ALLOWED, ImportReason.URL_NOT_ALLOWED}
    assert not refused.value.is_transient


def test_resolve_ipv4__asks_for_ipv4_only() -> None:
    for host in ("localhost", "127.1", "2130706433", "0x7f000001"):
        with pytest.raises(NotFetched) as refused:
            Guard().target(f"http://{host}/")
        assert refused.value.reason == ImportReason.ADDRESS_NOT_ALLOWED


@pytest.mark.parametrize(
    ("url", "host", "port", "path"),
    [
        ("https://example.org", "example.org", 443, "/"),
        ("http://EXAMPLE.org/a.jpg?b=c#d", "example.org", 80, "/a.jpg?b=c"),
        ("https://example.org:443/", "example.org", 443, "/"),
        ("http://example.org:443/", "example.org", 443, "/"),
        ("https://bücher.example/ä.jpg", "xn--bcher-kva.example", 443, "/%C3%A4.jpg"),
        (f"http://{PUBLIC}/", PUBLIC, 80, "/"),
        ("http://example.org/../a/./b/../c.jpg?d=/../e", "example.org", 80, "/a/c.jpg?d=/../e"),
        ("http://example.org/a/%2E%2e/.%2e/b/%2e/c.jpg", "example.org", 80, "/b/c.jpg"),
        ("http://example.org/a/b/..", "example.org", 80, "/a/"),
        ("http://example.org/a/%2e", "example.org", 80, "/a/"),
        ("http://example.org/a//../.../%252e%252e/..b", "example.org", 80, "/a/.../%252e%252e/..b"),
    ],
)
def test_guard__public_address_is_pinned(url: str, host: str, port: int, path: str) -> None:
    target = Guard(resolve=resolve).target(url)
    assert (target.host, target.endpoint, target.path) == (host, Endpoint(IPv4Address(PUBLIC), port), path)


def test_guard__resolves_once() -> None:
    asked: list[str] = []

    def changing(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    assert Guard(resolve=changing).target("http://example.org/").endpoint.address == IPv4Address(PUBLIC)
    assert asked == ["example.org"]


def test_guard__one_private_address_is_refused() -> None:
    with pytest.raises(NotFetched):
        Guard(resolve=lambda _: [PUBLIC, "10.0.0.1"]).target("http://example.org/")


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/", "//127.0.0.1/", "http://[::1]/", "ftp://example.org/", "http://[/"]
)
def test_guard__redirect_is_checked(location: str) -> None:
    guard = Guard(resolve=resolve)
    with pytest.raises(NotFetched):
        guard.redirected(guard.target("http://example.org/"), location)


def test_guard__relative_redirect() -> None:
    guard = Guard(resolve=resolve)
    target = guard.redirected(guard.target("https://example.org/a/b"), "../c.jpg")
    assert (target.host, target.path, target.scheme) == ("example.org", "/c.jpg", "https")


@pytest.mark.parametrize(
    ("fault", "is_transient"),
    [(socket.gaierror(socket.EAI_AGAIN, "later"), True), (socket.gaierror(socket.EAI_NONAME, "no"), False)],
)
def test_guard__unknown_host(fault: OSError, is_transient: bool) -> None:
    def failing(host: str) -> list[str]:
        raise fault

    with pytest.raises(NotFetched) as refused:
        Guard(resolve=failing).target("http://example.org/")
    assert (refused.value.reason, refused.value.is_transient) == (ImportReason.NO_SUCH_HOST, is_transient)


def test_guard__only_allowed_endpoint() -> None:
    guard = Guard(frozenset({Endpoint(IPv4Address("127.0.0.1"), 8123)}), resolve=resolve)
    assert guard.target("http://localhost:8123/").endpoint.port == 8123
    for url in (
        "http://localhost/",
        "http://localhost:8124/",
        "http://127.0.0.2:8123/",
        "http://10.0.0.1:8123/",
    ):
        with pytest.raises(NotFetched):
            guard.target(url)


@given(st.ip_addresses(v=4))
def test_guard__connects_to_global_addresses_only(address: IPv4Address) -> None:
    allowed = Guard().may_connect(Endpoint(address, 80))
    assert not (allowed and any(address in network for network in FORBIDDEN_NETWORKS))
    assert not (allowed and not ip_address(str(address)).is_global)


@pytest.mark.parametrize("network", FORBIDDEN_NETWORKS, ids=str)
def test_guard__both_ends_of_forbidden_network(network: object) -> None:
    for address in (network[0], network[-1]):  # type: ignore[index]
        assert not Guard().may_connect(Endpoint(address, 443))


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"IMPORT_LOOPBACK_PORT": "8123"},
        {"IMPORT_LOOPBACK_PORT": "8123", "AWS_ENDPOINT_URL": ""},
        {"IMPORT_LOOPBACK_PORT": "8123", "AWS_ENDPOINT_URL": "https://s3.eu-central-1.amazonaws.com"},
        {"IMPORT_LOOPBACK_PORT": "8123", "AWS_ENDPOINT_URL": "http://127.0.0.1.example.org"},
        {"IMPORT_LOOPBACK_PORT": "", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
        {"IMPORT_LOOPBACK_PORT": "x", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
    ],
)
def test_allowed_endpoints__none_in_aws(variables: dict[str, str]) -> None:
    assert allowed_endpoints(variables) == frozenset()


def test_allowed_endpoints__one_loopback_port_locally() -> None:
    variables = {"IMPORT_LOOPBACK_PORT": "8123", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    assert allowed_endpoints(variables) == {Endpoint(IPv4Address("127.0.0.1"), 8123)}
