"""Heads of answers as browsers read them, written so that h11 reads them, too: it refuses what they take.

A connection has one request, so nothing that is misread here reaches another one.
"""

from __future__ import annotations

import re

from thumbworker.imports.content_encoding import DECODERS

MAX_HEAD_BYTES = 100 * 1024
"""Of a head without its end; httpcore has the same limit."""
END = re.compile(rb"\n\r?\n")
STATUS = re.compile(rb"http(?:/[\d.]+)?[ \t]+0*([1-9]\d\d)(?!\d)", re.IGNORECASE)
NAME = re.compile(rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
LENGTH = re.compile(rb"\d{1,19}")


class HeadReader:
    """Holds the bytes of a connection until a head is whole; from the answer's body on all pass."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._passes = False

    def receive(self, data: bytes) -> bytes:
        """Return what can be read now: nothing, or rewritten heads and what follows them."""
        if self._passes:
            return data
        searched = max(0, len(self._held) - 3)
        self._held += data if self._held else data.lstrip(b"\r\n")
        ready = b""
        while not self._passes and (end := END.search(self._held, searched)):
            head, is_last = rewritten(bytes(self._held[: end.end()]))
            ready += head
            self._held = self._held[end.end() :].lstrip(b"" if is_last else b"\r\n")
            self._passes, searched = is_last, 0
        is_http = b"http".startswith(self._held[:4].lower())
        if self._passes or not is_http or len(self._held) > MAX_HEAD_BYTES:
            self._passes = True
            return ready + self._held
        return ready


def rewritten(head: bytes) -> tuple[bytes, bool]:
    """Return the head as h11 reads it, and whether a body follows: none does after a status below 200.

    Lines without a name, lengths that are none, and transfer encodings other than chunks are left out;
    a head without a status, or with lengths that differ, is for h11 to refuse.
    """
    status_line, *lines = re.sub(rb"\n(?=[ \t])", b" ", head.replace(b"\r\n", b"\n")).splitlines()
    status = STATUS.match(status_line)
    if not status:
        return head, True
    fields = []
    lengths: set[bytes] = set()
    codings: list[bytes] = []
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.rstrip(b" \t"), value.translate(None, b"\0\v\f").strip(b" \t")
        parts = [part.strip() for part in value.split(b",")]
        if not colon or not NAME.fullmatch(name):
            continue
        if name.lower() == b"content-length":
            lengths.update(parts)
        elif name.lower() == b"transfer-encoding":
            codings += (part.lower() for part in parts)
        else:
            fields.append((name, value))
    if b"chunked" in codings:
        fields.append((b"Transfer-Encoding", b"chunked"))
    elif len(lengths) > 1 or all(map(LENGTH.fullmatch, lengths)):
        fields += ((b"Content-Length", length) for length in lengths)
    fields += ((b"Content-Encoding", coding) for coding in codings if coding.decode("latin-1") in DECODERS)
    text = b"".join(b"%b: %b\r\n" % field for field in fields)
    return b"HTTP/1.1 %b\r\n%b\r\n" % (status[1], text), status[1] >= b"200"
