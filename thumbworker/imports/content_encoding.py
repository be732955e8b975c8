"""Undo content encodings as leniently as browsers do, and within a limit of bytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from thumbworker.contract.imports import ImportReason
from thumbworker.imports.errors import NotFetched
from thumbworker.imports.media_types import content_type_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CHUNK_BYTES = 64 * 1024
MAX_ENCODINGS = 4
MAX_MEMBERS = 1000
GZIP = b"\x1f\x8b"
# Bit 5 makes zlib accept both gzip and zlib headers.
ANY_HEADER = zlib.MAX_WBITS | 32
NO_HEADER = -zlib.MAX_WBITS

Decoded = tuple[bytes, bool]
"""The decoded bytes, and whether the encoded data ended."""


def decoded(data: bytes, encodings: Sequence[str], max_bytes: int) -> Decoded:
    """Return the decoded body; ``encodings`` are in the order in which they were applied.

    Bytes that begin as an image does are not encoded, whatever the header says. Unknown names are passed
    over: servers write charsets, ``none`` and what they did to an upload there.

    Raises:
        NotFetched: the body is not encoded as it says, or too large.
    """
    is_whole = True
    if len(encodings) > MAX_ENCODINGS:
        raise NotFetched(ImportReason.ENCODING, f"{len(encodings)} encodings")
    for name in reversed(encodings):
        if content_type_of(data):
            break
        if name in DECODERS:
            data, ended = DECODERS[name](data, max_bytes)
            is_whole = is_whole and ended
    return data, is_whole


def _inflate(data: bytes, max_bytes: int) -> Decoded:
    """Decode gzip, zlib or raw deflate; servers mean any of them by ``deflate``."""
    try:
        return _inflated(data, max_bytes, ANY_HEADER)
    except zlib.error:
        pass
    try:
        return _inflated(data, max_bytes, NO_HEADER)
    except zlib.error as error:
        raise NotFetched(ImportReason.ENCODING, str(error)) from error


def _inflated(data: bytes, max_bytes: int, header: int) -> Decoded:
    """Decode all members of gzip data (RFC 1952, section 2.2); what follows them is ignored."""
    output = bytearray()
    members = 0
    decoder = zlib.decompressobj(header)
    for start in range(0, len(data), CHUNK_BYTES):
        rest = data[start : start + CHUNK_BYTES]
        while rest:
            try:
                output += decoder.decompress(rest, max_bytes + 1 - len(output))
            except zlib.error:
                if members:
                    return bytes(output), True
                raise
            _check_size(output, max_bytes)
            rest = b""
            if decoder.eof:
                members += 1
                rest = decoder.unused_data
                if members == MAX_MEMBERS or not data.startswith(GZIP):
                    return bytes(output), True
                decoder = zlib.decompressobj(header)
    return bytes(output), members > 0


def _unbrotli(data: bytes, max_bytes: int) -> Decoded:
    import brotli  # noqa: PLC0415 - few servers need it

    output = bytearray()
    decoder = brotli.Decompressor()
    try:
        for start in range(0, len(data), CHUNK_BYTES):
            piece = data[start : start + CHUNK_BYTES]
            output += decoder.process(piece, output_buffer_limit=max_bytes + 1 - len(output))
            _check_size(output, max_bytes)
            if decoder.is_finished():
                break
    except brotli.error as error:
        raise NotFetched(ImportReason.ENCODING, str(error)) from error
    return bytes(output), decoder.is_finished()


def _check_size(output: bytearray, max_bytes: int) -> None:
    if len(output) > max_bytes:
        raise NotFetched(ImportReason.TOO_LARGE)


DECODERS: dict[str, Callable[[bytes, int], Decoded]] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate,
    "br": _unbrotli,
}
