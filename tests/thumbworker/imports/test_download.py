"""A download ends within its limits and with a reason, whatever the server does."""

from __future__ import annotations

import gzip
import ssl
import time
import zlib
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.thumbworker.imports.hostile import PNG, HostileServer, answer, serving
from thumbworker.contract.imports import ImportReason
from thumbworker.imports.addresses import Endpoint, Guard
from thumbworker.imports.connection import Deadline, PinnedNetwork
from thumbworker.imports.download import Downloader, Picture
from thumbworker.imports.errors import NotFetched

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

CAP_BYTES = 1_000_000
CAP_SECONDS = 0.6


def downloader(server: HostileServer, seconds: float = 5.0) -> Downloader:
    guard = Guard(frozenset({Endpoint(IPv4Address("127.0.0.1"), server.port)}))
    return Downloader(guard, "test", total_seconds=seconds, max_bytes=CAP_BYTES)


def fetch(behave: Callable[[socket.socket, bytes], None], seconds: float = 5.0) -> Picture:
    with serving(behave) as server:
        return downloader(server, seconds).fetch(server.url)


def refusal(
    behave: Callable[[socket.socket, bytes], None], seconds: float = 5.0
) -> tuple[ImportReason, bool]:
    with pytest.raises(NotFetched) as refused:
        fetch(behave, seconds)
    return refused.value.reason, refused.value.is_transient


def test_fetch__type_from_bytes() -> None:
    assert fetch(answer(Content_Type="text/html")) == Picture(PNG, "image/png")


def test_fetch__request_headers() -> None:
    with serving(answer()) as server:
        downloader(server).fetch(server.url)
        request = server.requests[0].decode()
    assert request.splitlines()[0] == "GET /a.png HTTP/1.1"
    names = {line.split(":")[0] for line in request.splitlines()[1:] if line}
    assert names == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert f"Host: 127.0.0.1:{server.port}" in request


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "deflate"])
def test_fetch__decodes_content_encoding(pack: Callable[[bytes], bytes]) -> None:
    encoding = "gzip" if pack is gzip.compress else "deflate"
    assert fetch(answer(pack(PNG), Content_Encoding=encoding)).data == PNG


def chunked(*chunks: bytes, end: bool = True) -> Callable[[socket.socket, bytes], None]:
    def behave(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for chunk in chunks:
            connection.sendall(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        if end:
            connection.sendall(b"0\r\n\r\n")

    return behave


def test_fetch__chunked_response() -> None:
    assert fetch(chunked(PNG[:100], PNG[100:])).data == PNG


def raw(data: bytes) -> Callable[[socket.socket, bytes], None]:
    return lambda connection, _request: connection.sendall(data)


def endless(head: bytes, piece: bytes) -> Callable[[socket.socket, bytes], None]:
    """Return a behavior that never stops by itself."""

    def behave(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


BOMB = gzip.compress(PNG + bytes(50_000_000), 1)
HEAD = b"HTTP/1.1 200 OK\r\n"

REFUSED = {
    "html": (answer(b"<!doctype html><p>" + b"x" * 500), ImportReason.NOT_A_PICTURE, False),
    "short html": (answer(b"<p>"), ImportReason.NOT_A_PICTURE, False),
    "svg": (answer(b'<svg xmlns="http://www.w3.org/2000/svg"/>'), ImportReason.NOT_A_PICTURE, False),
    "empty": (answer(b""), ImportReason.EMPTY, False),
    "announces too much": (answer(PNG, length=CAP_BYTES + 1), ImportReason.TOO_LARGE, False),
    "more than allowed in chunks": (chunked(PNG, bytes(CAP_BYTES)), ImportReason.TOO_LARGE, False),
    "endless": (endless(HEAD + b"\r\n" + PNG, bytes(65536)), ImportReason.TOO_LARGE, False),
    "endless chunks": (
        endless(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n12c\r\n" + PNG[:300] + b"\r\n",
            b"800\r\n" + bytes(0x800) + b"\r\n",
        ),
        ImportReason.TOO_LARGE,
        False,
    ),
    "endless html": (endless(HEAD + b"\r\n", b"<p>" * 100), ImportReason.NOT_A_PICTURE, False),
    "gzip bomb": (answer(BOMB, Content_Encoding="gzip"), ImportReason.TOO_LARGE, False),
    "announces too little and is cut": (answer(PNG, length=5), ImportReason.NOT_A_PICTURE, False),
    "announces more than it sends": (answer(PNG, length=len(PNG) + 1), ImportReason.CUT_OFF, True),
    "chunks end early": (chunked(PNG, end=False), ImportReason.CUT_OFF, True),
    "packed body ends early": (
        answer(gzip.compress(PNG)[:-9], Content_Encoding="gzip"),
        ImportReason.CUT_OFF,
        True,
    ),
    "gone": (answer(status="404 Not Found"), ImportReason.NOT_THERE, False),
    "forbidden": (answer(status="403 Forbidden"), ImportReason.REFUSED_BY_SERVER, False),
    "redirect to nowhere": (answer(status="302 Found"), ImportReason.REFUSED_BY_SERVER, False),
    "redirect to the private": (
        answer(status="302 Found", Location="http://10.0.0.1/"),
        ImportReason.ADDRESS_NOT_ALLOWED,
        False,
    ),
    "redirect to metadata": (
        answer(status="307 Temporary Redirect", Location="//169.254.169.254/latest"),
        ImportReason.ADDRESS_NOT_ALLOWED,
        False,
    ),
    "redirect to a file": (
        answer(status="301 Moved", Location="file:///etc/passwd"),
        ImportReason.URL_NOT_ALLOWED,
        False,
    ),
    "redirect to another loopback port": (
        answer(status="308 Moved", Location="http://127.0.0.1:9001/"),
        ImportReason.ADDRESS_NOT_ALLOWED,
        False,
    ),
    "redirect to itself": (
        answer(status="302 Found", Location="/a.png"),
        ImportReason.TOO_MANY_REDIRECTS,
        False,
    ),
    "trouble": (answer(status="503 Unavailable"), ImportReason.SERVER_TROUBLE, True),
    "too many requests": (answer(status="429 Too Many"), ImportReason.SERVER_TROUBLE, True),
    "no http": (raw(b"SSH-2.0-OpenSSH\r\n"), ImportReason.ANSWER_MALFORMED, False),
    "hangs up": (raw(b""), ImportReason.UNREACHABLE, True),
    "header without end": (endless(HEAD + b"X: ", b"x" * 9000), ImportReason.ANSWER_MALFORMED, False),
    "headers without end": (endless(HEAD, b"X: y\r\n" * 900), ImportReason.ANSWER_MALFORMED, False),
    "trailers without end": (
        endless(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n12c\r\n" + PNG[:300] + b"\r\n0\r\n", b"X: y\r\n" * 900
        ),
        ImportReason.CUT_OFF,
        True,
    ),
    "hints without end": (
        endless(b"", b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 60_000 + b"\r\n\r\n"),
        ImportReason.TOO_LARGE,
        False,
    ),
}


@pytest.mark.parametrize(("behave", "reason", "is_transient"), REFUSED.values(), ids=REFUSED.keys())
def test_fetch__hostile_response_reason(
    behave: Callable[[socket.socket, bytes], None], reason: ImportReason, is_transient: bool
) -> None:
    assert refusal(behave) == (reason, is_transient)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        HEAD + b"X: " + b"x" * 1000,
        HEAD + b"Content-Length: 1000\r\n\r\n" + PNG,
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50,
    ],
    ids=["silence", "slow header", "slow body", "endless continue"],
)
def test_fetch__slow_response_times_out(data: bytes) -> None:
    started = time.monotonic()
    with serving(lambda connection, request: None) as server:

        def behave(connection: socket.socket, _request: bytes) -> None:
            for start in range(len(data)):
                connection.sendall(data[start : start + 1])
                if server.wait(0.02):
                    return
            server.wait(10)

        server.behave = behave
        with pytest.raises(NotFetched) as refused:
            downloader(server, CAP_SECONDS).fetch(server.url)
    assert (refused.value.reason, refused.value.is_transient) == (ImportReason.TOO_SLOW, True)
    assert time.monotonic() - started < CAP_SECONDS + 1.5


def test_fetch__redirects_share_deadline() -> None:
    with serving(lambda connection, request: None) as server:

        def behave(connection: socket.socket, _request: bytes) -> None:
            if not server.wait(CAP_SECONDS * 0.45):
                answer(status="302 Found", Location="/b.png")(connection, b"")

        server.behave = behave
        with pytest.raises(NotFetched) as refused:
            downloader(server, CAP_SECONDS).fetch(server.url)
    assert refused.value.reason == ImportReason.TOO_SLOW


def test_fetch__follows_two_redirects() -> None:
    with serving(answer()) as server:

        def behave(connection: socket.socket, request: bytes) -> None:
            hops = {b"/a.png": "/b.png", b"/b.png": server.url.replace("a.png", "c.png")}
            location = hops.get(request.split()[1])
            (answer(status="302 Found", Location=location) if location else answer())(connection, b"")

        server.behave = behave
        assert downloader(server).fetch(server.url).data == PNG
        assert len(server.requests) == 3


def test_fetch__third_redirect_is_refused() -> None:
    with serving(answer(status="302 Found", Location="/a.png")) as server:
        with pytest.raises(NotFetched) as refused:
            downloader(server).fetch(server.url)
        assert refused.value.reason is ImportReason.TOO_MANY_REDIRECTS
        assert len(server.requests) == 3


def test_fetch__slow_resolver_times_out() -> None:
    with serving(answer()) as server:

        def slow(_host: str) -> list[str]:
            server.wait(3)
            return ["93.184.215.14"]

        source = Downloader(Guard(resolve=slow), "test", total_seconds=0.2)
        with pytest.raises(NotFetched) as refused:
            source.fetch("http://example.org/")
    assert refused.value.reason == ImportReason.TOO_SLOW


def test_fetch__dns_rebinding() -> None:
    """The name resolves to the allowed address first, and to another one afterwards."""
    with serving(answer()) as server, serving(answer(b"secret")) as secret:
        asked: list[str] = []

        def changing(host: str) -> list[str]:
            asked.append(host)
            return ["127.0.0.1"] if len(asked) == 1 else ["127.0.0.2"]

        guard = Guard(frozenset({Endpoint(IPv4Address("127.0.0.1"), server.port)}), resolve=changing)
        url = f"http://changing.example:{server.port}/"
        assert Downloader(guard, "test").fetch(url).data == PNG
        assert asked == ["changing.example"]
        assert f"Host: changing.example:{server.port}".encode() in server.requests[0]
        assert secret.requests == []


def test_fetch__refused_address_gets_no_connection() -> None:
    with serving(answer()) as server:
        with pytest.raises(NotFetched):
            Downloader(Guard(), "test").fetch(server.url)
        with serving(answer(status="302 Found", Location=server.url)) as leading, pytest.raises(NotFetched):
            downloader(leading).fetch(leading.url)
        assert server.requests == []


def test_fetch__connection_refused() -> None:
    with serving(answer()) as server:
        source, url = downloader(server), server.url
    with pytest.raises(NotFetched) as refused:
        source.fetch(url)
    assert (refused.value.reason, refused.value.is_transient) == (ImportReason.UNREACHABLE, True)


HOST = "photos.example"


def self_signed(folder: Path) -> Path:
    """Return a file with a key and a self-signed certificate for 127.0.0.1 and ``HOST``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    names = [x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName(HOST)]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


def test_fetch__untrusted_certificate(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = self_signed(tmp_path)
    context.load_cert_chain(certificate)
    with serving(answer(), context) as server, pytest.raises(NotFetched) as refused:
        downloader(server).fetch(server.url.replace("http:", "https:"))
    assert (refused.value.reason, refused.value.is_transient) == (ImportReason.CERTIFICATE, False)


@pytest.mark.parametrize(
    ("host", "sent", "reason"),
    [
        (HOST, HOST, None),
        ("PHOTOS.Example", HOST, None),
        (f"{HOST}.", HOST, None),
        ("127.0.0.1", None, None),
        ("other.example", "other.example", ImportReason.CERTIFICATE),
        ("127.0.0.2", None, ImportReason.CERTIFICATE),
    ],
)
def test_fetch__certificate_is_of_the_host(
    tmp_path: Path, host: str, sent: str | None, reason: ImportReason | None
) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    indicated: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: indicated.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with serving(answer(), context) as server:
        guard = Guard(
            frozenset({Endpoint(IPv4Address("127.0.0.1"), server.port)}), resolve=lambda _: ["127.0.0.1"]
        )
        source = Downloader(guard, "test", tls=trusting)
        if reason is None:
            assert source.fetch(f"https://{host}:{server.port}/").data == PNG
        else:
            with pytest.raises(NotFetched) as refused:
                source.fetch(f"https://{host}:{server.port}/")
            assert refused.value.reason is reason
    assert indicated == [sent]


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_fetch__ignores_proxies(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    with serving(answer()) as server, serving(answer(b"from a proxy")) as proxy:
        monkeypatch.setenv(name, proxy.url)
        assert downloader(server).fetch(server.url).data == PNG
        assert proxy.requests == []


def test_fetch__sends_no_cookie_and_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secrets = tmp_path / ".netrc"
    secrets.write_text("default login alice password secret\n")
    secrets.chmod(0o600)
    monkeypatch.setenv("NETRC", str(secrets))
    monkeypatch.setenv("HOME", str(tmp_path))
    with serving(answer()) as server:

        def behave(connection: socket.socket, request: bytes) -> None:
            is_first = request.split()[1] == b"/a.png"
            moved = answer(status="302 Found", Location="/b.png", Set_Cookie="a=b; Path=/")
            (moved if is_first else answer())(connection, b"")

        server.behave = behave
        downloader(server).fetch(server.url)
        names = {line.split(b":")[0].lower() for line in server.requests[1].splitlines()[1:]}
    assert len(server.requests) == 2
    assert not names & {b"cookie", b"authorization", b"referer", b"proxy-authorization"}


def test_pinned_network__connects_to_its_endpoint_only() -> None:
    with serving(answer()) as server:
        endpoint = Endpoint(IPv4Address("127.0.0.1"), server.port)
        stream = PinnedNetwork(endpoint, Deadline(5)).connect_tcp("example.org", 443)
        stream.write(b"GET")
        assert stream.read(65536).startswith(b"HTTP/1.1 200\r\n")
        stream.close()
        with pytest.raises(NotFetched):
            PinnedNetwork(endpoint, Deadline(5)).connect_unix_socket("/run/secret")
