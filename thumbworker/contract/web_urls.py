"""One reading of web URLs: for the gallery, which accepts them, and the import worker, which fetches them.

URLs are read as browsers do (WHATWG URL Standard), except for what can be read in two ways: controls, user
names and passwords, and backslashes, which only a redirect may have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

MAX_URL_LENGTH = 2048
MAX_REDIRECT_LENGTH = 8192
"""Longer, because storage services redirect to signed URLs."""
DEFAULT_PORTS = {"http": 80, "https": 443}
BLANKS = "".join(map(chr, range(0x21)))
# Characters that no host has; URL Standard, "forbidden domain code point".
_FORBIDDEN_IN_HOST = re.compile(r"[\s\x00-\x20\x7f\"#%/<>?@\\^`{|}]")
# Visible ASCII that stays as it is; browsers encode the other characters in a path or query.
_PLAIN = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>`{}')


@dataclass(frozen=True, slots=True)
class WebUrl:
    """The parts of a URL. ``host`` may have letters beyond ASCII; ``path`` is encoded and has the query."""

    scheme: str
    host: str
    port: int
    path: str


def read_url(untrusted: str, *, max_length: int = MAX_URL_LENGTH) -> WebUrl:
    """Return the parts of a URL that was entered or resolved.

    Raises:
        ValueError: it is longer than ``max_length``, or not a plain HTTP or HTTPS URL.
    """
    text = untrusted.strip(BLANKS)
    # urlsplit drops tabs and newlines: the URL that is checked must be the one that is requested.
    if len(text) > max_length or any(c < " " or c in "\\\x7f" for c in text):
        raise ValueError("characters")
    parts = urlsplit(text)
    host, port = parts.hostname or "", parts.port
    if parts.scheme not in DEFAULT_PORTS or not host or _FORBIDDEN_IN_HOST.search(parts.netloc):
        raise ValueError("not a plain web URL")
    path = _without_dots(parts.path) + (f"?{parts.query}" if parts.query else "")
    return WebUrl(
        scheme=parts.scheme,
        host=host,
        port=DEFAULT_PORTS[parts.scheme] if port is None else port,
        path=quote(path, safe=_PLAIN),
    )


def resolve_location(base: str, untrusted_location: str) -> str:
    r"""Return the URL of a redirect. Backslashes are slashes, and more than two before a host are two.

    >>> resolve_location("https://example.org/a/b.jpg", "\\\\example.net\\c d.jpg")
    'https://example.net/c d.jpg'

    Raises:
        ValueError: it is no URL.
    """
    text = untrusted_location.strip(BLANKS)
    end = re.search("[?#]|$", text).start()  # type: ignore[union-attr]  # the end always matches
    place = re.sub("^(https?:)?//+", r"\1//", text[:end].replace("\\", "/"), flags=re.IGNORECASE)
    return urljoin(base, place + text[end:])


def _without_dots(path: str) -> str:
    """Return the path as browsers ask for it: without ``.`` and ``..``, which may be encoded as ``%2e``.

    >>> _without_dots("/a/b/../%2E/c.jpg")
    '/a/c.jpg'
    """
    segments = path.split("/")[1:]
    plain = [segment.lower().replace("%2e", ".") for segment in segments]
    kept: list[str] = []
    for segment, read in zip(segments, plain, strict=True):
        if read == "..":
            del kept[-1:]
        elif read != ".":
            kept.append(segment)
    if plain and plain[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
