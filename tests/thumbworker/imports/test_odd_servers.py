"""Servers that browsers cope with: what they send is the picture, or a clear reason."""

from __future__ import annotations

import gzip
import socket
import zlib
from ipaddress import IPv4Address

import brotli
import pytest

from tests.thumbworker.imports.hostile import serving
from thumbworker.contract.imports import ImportReason
from thumbworker.imports import content_encoding
from thumbworker.imports.addresses import Endpoint, Guard
from thumbworker.imports.content_encoding import decoded
from thumbworker.imports.download import Downloader
from thumbworker.imports.errors import NotFetched

CAP_BYTES = 1_000_000
END = b"IEND\xaeB`\x82"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4 + END
PAGE = b"<!doctype html>" + b"x" * 500
LENGTH = f"Content-Length: {len(PNG)}"


def reply(*headers: str, body: bytes = PNG, status: str = "HTTP/1.1 200 OK", before: bytes = b"") -> bytes:
    """Return a response as it goes over the wire; no header is added."""
    return before + "\r\n".join([status, *headers]).encode() + b"\r\n\r\n" + body


def encoded(name: str, body: bytes = PNG) -> bytes:
    return reply("Content-Type: image/png", f"Content-Encoding: {name}", body=body)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(level=1, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def chunks(*parts: bytes, size: str = "{:x}", end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(size.format(len(part)).encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return reply("Transfer-Encoding: chunked", body=body + end)


CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(PNG), PNG)
GZIP = gzip.compress(PNG)
TWO_MEMBERS = gzip.compress(PNG[:500]) + gzip.compress(PNG[500:])
FRAMES = {
    "plain": reply(LENGTH),
    "no length": reply(),
    "HTTP/1.0": reply(status="HTTP/1.0 200 OK"),
    "no phrase": reply(LENGTH, status="HTTP/1.1 200"),
    "blank phrase": reply(LENGTH, status="HTTP/1.1 200 "),
    "phrase beyond ASCII": reply(LENGTH, status="HTTP/1.1 200 Très bien"),
    "bare line feeds": reply(LENGTH, "Content-Type: image/png").replace(b"\r\n\r\n", b"\n\n", 1),
    "only line feeds": b"HTTP/1.1 200 OK\nContent-Type: image/png\n" + LENGTH.encode() + b"\n\n" + PNG,
    "folded header": reply("X-Note: one\r\n two\r\n\tthree", LENGTH),
    "length twice": reply(LENGTH, LENGTH),
    "length as a list": reply(f"{LENGTH}, {len(PNG)}"),
    "length too large, image whole": reply("Content-Length: 5000"),
    "length too small, rest ignored": reply(LENGTH, body=PNG + b"rest"),
    "early hints": reply(LENGTH, before=b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"),
    "continue": reply(LENGTH, before=b"HTTP/1.1 100 Continue\r\n\r\n"),
    "processing, then hints": reply(
        LENGTH, before=b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    ),
    "300 headers": reply(*(f"X-{number}: y" for number in range(300)), LENGTH),
    "header of 50 kB": reply(f"X-Long: {'y' * 50_000}", LENGTH),
    "empty header": reply("X-Empty:", LENGTH),
    "header beyond ASCII": reply("X-Name: Zoë", LENGTH),
    "cookie": reply("Set-Cookie: a=b; Domain=.example.org", LENGTH),
    "no type": reply(LENGTH),
    "wrong type": reply("Content-Type: text/html; charset=utf-8", LENGTH),
    "broken type": reply("Content-Type: ;;", LENGTH),
    "203": reply(LENGTH, status="HTTP/1.1 203 Non-Authoritative Information"),
    "201": reply(LENGTH, status="HTTP/1.1 201 Created"),
    "206 unasked": reply(LENGTH, status="HTTP/1.1 206 Partial Content"),
    "206 of all": reply(
        LENGTH, f"Content-Range: bytes 0-{len(PNG) - 1}/{len(PNG)}", status="HTTP/1.1 206 Partial Content"
    ),
    "chunks": chunks(PNG[:300], PNG[300:]),
    "chunks of one byte": chunks(*(PNG[at : at + 1] for at in range(len(PNG)))),
    "chunk extensions": chunks(PNG, size='{:x};name="value";other'),
    "chunk sizes in capitals and zeros": chunks(PNG, size="000{:X}"),
    "trailers": chunks(PNG, end=b"0\r\nX-Checksum: abc\r\n\r\n"),
    "chunks and a length": reply(
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        body=f"{len(PNG):x}\r\n".encode() + PNG + b"\r\n0\r\n\r\n",
    ),
    "chunks without an end, image whole": chunks(PNG, end=b""),
    "keep-alive": reply("Connection: keep-alive", "Keep-Alive: timeout=5", LENGTH),
    "line break before": reply(LENGTH, before=b"\r\n"),
    "empty lines around early hints": reply(
        LENGTH, before=b"\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink : x\r\n\r\n\r\n"
    ),
    "blanks in the status line": reply(LENGTH, status="HTTP/1.1  200 OK"),
    "tab in the status line": reply(LENGTH, status="HTTP/1.1\t200\tOK"),
    "small letters": reply(LENGTH, status="http/1.1 200 ok"),
    "HTTP/2 in words": reply(LENGTH, status="HTTP/2 200"),
    "blank before the colon": reply(f"Content-Length : {len(PNG)}", body=PNG + b"rest"),
    "line without a colon": reply("garbage", LENGTH, body=PNG + b"rest"),
    "folded line without a name": reply(LENGTH, "garbage", " 5", body=PNG + b"rest"),
    "length on a folded line": reply("Content-Length:", f" {len(PNG)}", body=PNG + b"rest"),
    "folded at the start": reply(" folded", LENGTH, body=PNG + b"rest"),
    "blank in a name": reply("X Note: a", LENGTH),
    "brackets in a name": reply("X(Note): a", LENGTH),
    "name beyond ASCII": reply("Zoë: a", LENGTH),
    "empty name": reply(": a", LENGTH),
    "NUL in a value": reply("X-A: a\0b\f", LENGTH),
    "carriage return in a line": reply("X-A: a\rX-B: b", LENGTH),
    "length without a number": reply("Content-Length:"),
    "length with a sign": reply(f"Content-Length: +{len(PNG)}"),
    "length below zero": reply("Content-Length: -1"),
    "length in words": reply("Content-Length: unknown"),
    "length with a point": reply(f"Content-Length: {len(PNG)}.0"),
    "length of 30 digits": reply(f"Content-Length: {'9' * 30}"),
    "chunks and lengths that differ": reply(
        "Content-Length: 5", "Content-Length: 7", "Transfer-Encoding: chunked", body=CHUNK
    ),
    "chunked twice": reply("Transfer-Encoding: chunked", "Transfer-Encoding: Chunked", body=CHUNK),
    "transfer identity": reply("Transfer-Encoding: identity", LENGTH, body=PNG + b"rest"),
    "transfer without a name": reply("Transfer-Encoding:", LENGTH, body=PNG + b"rest"),
    "transfer none": reply("Transfer-Encoding: none", LENGTH),
    "transfer gzip, chunked": reply(
        "Transfer-Encoding: gzip, chunked", body=b"%x\r\n%b\r\n0\r\n\r\n" % (len(GZIP), GZIP)
    ),
    "transfer gzip, but plain": reply("Transfer-Encoding: gzip, chunked", body=CHUNK),
    "transfer br, gzip": reply(
        "Content-Encoding: br", "Transfer-Encoding: gzip", body=gzip.compress(brotli.compress(PNG))
    ),
}
ENCODINGS = {
    "empty": encoded(""),
    "identity": encoded("identity"),
    "aws-chunked": encoded("aws-chunked"),
    "charset": encoded("UTF-8"),
    "none": encoded("none"),
    "binary": encoded("binary"),
    "media type": encoded("image/png"),
    "zstd, but plain": encoded("zstd"),
    "gzip, but plain": encoded("gzip"),
    "br, but plain": encoded("br"),
    "gzip": encoded("gzip", GZIP),
    "capitals": encoded("GZip", GZIP),
    "x-gzip": encoded("x-gzip", GZIP),
    "gzip of two members": encoded("gzip", TWO_MEMBERS),
    "gzip, then zeros": encoded("gzip", GZIP + bytes(600)),
    "gzip, then garbage": encoded("gzip", GZIP + b"garbage"),
    "gzip without its checksum": encoded("gzip", GZIP[:-8]),
    "gzip twice": encoded("gzip, gzip", gzip.compress(GZIP)),
    "gzip twice, done once": encoded("gzip, gzip", GZIP),
    "gzip in two headers": reply("Content-Encoding: gzip", "Content-Encoding: UTF-8", body=GZIP),
    "aws-chunked and gzip": encoded("aws-chunked,gzip", GZIP),
    "zlib deflate": encoded("deflate", zlib.compress(PNG)),
    "raw deflate": encoded("deflate", raw_deflate(PNG)),
    "gzip called deflate": encoded("deflate", GZIP),
    "br": encoded("br", brotli.compress(PNG)),
    "br, then gzip": encoded("br, gzip", gzip.compress(brotli.compress(PNG))),
    "gzip in chunks": reply(
        "Content-Encoding: gzip",
        "Transfer-Encoding: chunked",
        body=f"{len(GZIP):x}\r\n".encode() + GZIP + b"\r\n0\r\n\r\n",
    ),
}
SHOWN = FRAMES | {f"encoding: {name}": data for name, data in ENCODINGS.items()}


def downloader(port: int) -> Downloader:
    guard = Guard(frozenset({Endpoint(IPv4Address("127.0.0.1"), port)}), resolve=lambda _: ["127.0.0.1"])
    return Downloader(guard, "test", total_seconds=5, max_bytes=CAP_BYTES)


def fetched(data: bytes) -> bytes:
    with serving(lambda connection, _request: connection.sendall(data)) as server:
        picture = downloader(server.port).fetch(server.url)
    assert picture.content_type == "image/png"
    return picture.data


def refusal(data: bytes) -> tuple[str, bool]:
    with pytest.raises(NotFetched) as refused:
        fetched(data)
    return refused.value.reason, refused.value.is_transient


@pytest.mark.parametrize("data", SHOWN.values(), ids=SHOWN.keys())
def test_fetch__odd_server(data: bytes) -> None:
    assert fetched(data) == PNG


def test_fetch__odd_head_byte_by_byte() -> None:
    head = (
        b"\r\nHTTP/1.1  103 Hints\r\nLink : x\r\n\r\n\r\nhttp/1.1 200\r\ngarbage\r\n"
        + LENGTH.encode()
        + b"\r\n\r\n"
    )

    def behave(connection: socket.socket, _request: bytes) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        for byte in head:
            connection.sendall(bytes([byte]))
        connection.sendall(PNG + b"rest")

    with serving(behave) as server:
        assert downloader(server.port).fetch(server.url).data == PNG


def test_fetch__no_http_is_refused_before_the_end() -> None:
    def behave(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"\x00\x00\x12\x04\x00")
        server.wait(4)

    with serving(behave) as server, pytest.raises(NotFetched) as refused:
        downloader(server.port).fetch(server.url)
    assert refused.value.reason is ImportReason.ANSWER_MALFORMED


REFUSED = {
    "204": (reply(body=b"", status="HTTP/1.1 204 No Content"), ImportReason.EMPTY, False),
    "205": (reply("Content-Length: 0", body=b"", status="HTTP/1.1 205 Reset"), ImportReason.EMPTY, False),
    "empty, encoded": (encoded("gzip", gzip.compress(b"")), ImportReason.EMPTY, False),
    "part": (
        reply("Content-Range: bytes 0-9/2000", status="HTTP/1.1 206 Partial Content"),
        ImportReason.REFUSED_BY_SERVER,
        False,
    ),
    "not modified": (
        reply(body=b"", status="HTTP/1.1 304 Not Modified"),
        ImportReason.REFUSED_BY_SERVER,
        False,
    ),
    "lengths that differ": (reply(LENGTH, "Content-Length: 7"), ImportReason.ANSWER_MALFORMED, False),
    "lengths, one in words": (reply(LENGTH, "Content-Length: few"), ImportReason.ANSWER_MALFORMED, False),
    "cut in the headers": (b"HTTP/1.1 200 OK\r\nContent-Ty", ImportReason.CUT_OFF, True),
    "cut after a line break": (b"\r\nhttp/1.1 200 OK\r\nContent-Ty", ImportReason.CUT_OFF, True),
    "cut, length below zero": (reply("Content-Length: -1", body=b""), ImportReason.EMPTY, False),
    "cut in a chunk": (chunks(PNG)[:-30], ImportReason.CUT_OFF, True),
    "cut in the body": (reply(LENGTH, body=PNG[:-1]), ImportReason.CUT_OFF, True),
    "cut before the body": (reply(LENGTH, body=b""), ImportReason.CUT_OFF, True),
    "hints only": (b"HTTP/1.1 103 Early Hints\r\n\r\n", ImportReason.CUT_OFF, True),
    "chunk size without sense": (chunks(PNG[:200], size="zz"), ImportReason.CUT_OFF, True),
    "gzip ends early": (encoded("gzip", GZIP[:-20]), ImportReason.CUT_OFF, True),
    "br ends early": (encoded("br", brotli.compress(PNG)[:-20]), ImportReason.CUT_OFF, True),
    "br bomb": (
        encoded("br", brotli.compress(PNG + bytes(50_000_000), quality=1)),
        ImportReason.TOO_LARGE,
        False,
    ),
    "deflate bomb": (encoded("deflate", raw_deflate(PNG + bytes(50_000_000))), ImportReason.TOO_LARGE, False),
    "bomb of members": (
        encoded("gzip", gzip.compress(PNG + bytes(5000)) * 300),
        ImportReason.TOO_LARGE,
        False,
    ),
    "five encodings": (encoded("gzip," * 5, GZIP), ImportReason.ENCODING, False),
    "gzip of nothing known": (encoded("gzip", b"\x00" * 500), ImportReason.ENCODING, False),
    "zstd": (encoded("zstd", b"\x28\xb5\x2f\xfd" + bytes(500)), ImportReason.ENCODING, False),
    "page with a charset": (encoded("UTF-8", PAGE), ImportReason.ENCODING, False),
    "page": (encoded("identity", PAGE), ImportReason.NOT_A_PICTURE, False),
    "packed page": (encoded("gzip", gzip.compress(PAGE)), ImportReason.NOT_A_PICTURE, False),
    "headers without end": (
        reply(*(f"X-{number}: y" for number in range(20_000))),
        ImportReason.ANSWER_MALFORMED,
        False,
    ),
    "header of 150 kB": (reply(f"X-Long: {'y' * 150_000}"), ImportReason.ANSWER_MALFORMED, False),
    "status of two digits": (reply(LENGTH, status="HTTP/1.1 20 OK"), ImportReason.ANSWER_MALFORMED, False),
    "no HTTP": (b"220 ready\r\n\r\n", ImportReason.ANSWER_MALFORMED, False),
    "other protocol": (reply(LENGTH, status="ICY 200 OK"), ImportReason.ANSWER_MALFORMED, False),
}


@pytest.mark.parametrize(("data", "reason", "is_transient"), REFUSED.values(), ids=REFUSED.keys())
def test_fetch__odd_server_refused(data: bytes, reason: ImportReason, is_transient: bool) -> None:
    assert refusal(data) == (reason, is_transient)


LOCATIONS = {
    "blank": ("/my photo.jpg", "/my%20photo.jpg"),
    "blanks around": ("  /a.jpg  ", "/a.jpg"),
    "UTF-8": ("/größe.jpg", "/gr%C3%B6%C3%9Fe.jpg"),
    "Latin-1": ("/gr\udcf6\udcdfe.jpg", "/gr%C3%B6%C3%9Fe.jpg"),
    "relative": ("b.jpg?size=large", "/folder/b.jpg?size=large"),
    "up": ("../../b.jpg", "/b.jpg"),
    "up, encoded": ("%2e%2e/.%2E/b.jpg", "/b.jpg"),
    "up, with the host": ("http://HOST/a/../b.jpg", "/b.jpg"),
    "query only": ("?b=c", "/folder/a.png?b=c"),
    "fragment": ("/b.jpg#top", "/b.jpg"),
    "blank in the query": ("/b?c=d e", "/b?c=d%20e"),
    "quotes and brackets": ('/a"b<c>.jpg', "/a%22b%3Cc%3E.jpg"),
    "percent stays": ("/100%.jpg", "/100%.jpg"),
    "backslashes": ("\\other\\b.jpg", "/other/b.jpg"),
    "backslash in the query": ("/b?c=%5C", "/b?c=%5C"),
    "same protocol": ("//HOST/b.jpg", "/b.jpg"),
    "same protocol, backslashes": ("\\\\HOST\\b.jpg", "/b.jpg"),
    "too many slashes": ("http:////HOST/b.jpg", "/b.jpg"),
    "scheme in capitals": ("HTTP://HOST/b.jpg", "/b.jpg"),
    "no path": ("http://HOST", "/"),
    "no path, query": ("http://HOST?b=c", "/?b=c"),
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(("location", "path"), LOCATIONS.values(), ids=LOCATIONS.keys())
def test_fetch__location_as_browsers_read_it(location: str, path: str, status: int) -> None:
    with serving(lambda connection, request: None) as server:

        def behave(connection: socket.socket, request: bytes) -> None:
            if len(server.requests) == 1:
                target = location.replace("HOST", f"127.0.0.1:{server.port}").encode(errors="surrogateescape")
                head = f"HTTP/1.1 {status} Moved\r\nContent-Length: 0\r\nLocation: ".encode()
                connection.sendall(head + target + b"\r\n\r\n")
            else:
                connection.sendall(reply(LENGTH))

        server.behave = behave
        source = downloader(server.port)
        assert source.fetch(server.url.replace("/a.png", "/folder/a.png")).data == PNG
        assert server.requests[1].split()[1].decode() == path


@pytest.mark.parametrize(
    "location",
    ["ftp://example.org/", "javascript:alert(1)", "http://[::1", "data:image/png;base64,AA"],
)
def test_fetch__location_to_nowhere(location: str) -> None:
    data = reply(f"Location: {location}", "Content-Length: 0", body=b"", status="HTTP/1.1 302 Found")
    assert refusal(data)[0] in {ImportReason.URL_NOT_ALLOWED, ImportReason.ADDRESS_NOT_ALLOWED}


ENDED = {
    "JPEG": (b"\xff\xd8\xff" + bytes(90), b"\xff\xd9"),
    "GIF": (b"GIF89a" + bytes(90), b";"),
    "WebP": (b"RIFF\x5a\x00\x00\x00WEBP" + bytes(84), b"\x01\x02"),
}


@pytest.mark.parametrize(("image", "end"), ENDED.values(), ids=ENDED.keys())
def test_fetch__early_end_of_a_whole_image(image: bytes, end: bytes) -> None:
    def behave(body: bytes) -> bytes:
        return reply("Content-Length: 5000", body=body)

    with serving(lambda connection, _request: connection.sendall(behave(image + end))) as server:
        assert downloader(server.port).fetch(server.url).data == image + end
    assert refusal(behave(image)) == (ImportReason.CUT_OFF, True)


def test_fetch__brand_far_behind() -> None:
    image = b"\x00\x00\x01\x08ftypisom\x00\x00\x00\x00" + b"abcd" * 60 + b"heic" + bytes(4) + bytes(2000)
    with serving(lambda connection, _request: connection.sendall(reply(body=image))) as server:
        assert downloader(server.port).fetch(server.url).content_type == "image/heif"


HOSTS = {
    "underscore": ("my_photos.example.com", "my_photos.example.com"),
    "capitals": ("EXAMPLE.Com", "example.com"),
    "dot at the end": ("example.com.", "example.com."),
    "hyphen at an end": ("-a.example-", "-a.example-"),
    "sharp s": ("faß.de", "xn--fa-hia.de"),
    "capital sharp s": ("FAẞ.de", "xn--fa-hia.de"),
    "umlaut, decomposed": ("bu\u0308cher.example", "xn--bcher-kva.example"),
    "final sigma": ("σίσυφος.gr", "xn--kxa6ajbbmh.gr"),
    "zero-width non-joiner": ("نامه\u200cای.com", "xn--mgba3gch31f060k.com"),
    "fullwidth": ("ｅｘａｍｐｌｅ。com", "example.com"),
    "snowman": ("☃.net", "xn--n3h.net"),
    "soft hyphen": ("ex\xadample.com", "example.com"),
    "Punycode": ("XN--Bcher-KVA.example", "xn--bcher-kva.example"),
}


@pytest.mark.parametrize(("host", "asked"), HOSTS.values(), ids=HOSTS.keys())
def test_fetch__host_as_browsers_look_it_up(host: str, asked: str) -> None:
    names: list[str] = []

    def resolve(name: str) -> list[str]:
        names.append(name)
        return ["127.0.0.1"]

    with serving(lambda connection, _request: connection.sendall(reply(LENGTH))) as server:
        guard = Guard(frozenset({Endpoint(IPv4Address("127.0.0.1"), server.port)}), resolve=resolve)
        Downloader(guard, "test").fetch(f"HTTP://{host}:{server.port}/a b.png")
        assert names == [asked]
        assert server.requests[0].startswith(
            f"GET /a%20b.png HTTP/1.1\r\nHost: {asked}:{server.port}\r\n".encode()
        )


@pytest.mark.parametrize("host", ["a..b", ".a", "a.b..", "%61.com", "a b", "a^b", "\u2488com", "a" * 64])
def test_guard__no_host_name(host: str) -> None:
    with pytest.raises(NotFetched) as refused:
        Guard(resolve=lambda _: ["93.184.215.14"]).target(f"http://{host}/")
    assert refused.value.reason is ImportReason.URL_NOT_ALLOWED


def test_decoded__stops_after_many_members() -> None:
    member = gzip.compress(b"a")
    data, is_whole = decoded(member * (content_encoding.MAX_MEMBERS + 50), ["gzip"], CAP_BYTES)
    assert (len(data), is_whole) == (content_encoding.MAX_MEMBERS, True)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, raw_deflate, brotli.compress])
def test_decoded__large_body(pack: object) -> None:
    body = PNG + bytes(range(256)) * 3000
    name = "br" if pack is brotli.compress else "deflate"
    assert decoded(pack(body), [name], CAP_BYTES) == (body, True)  # type: ignore[operator]
