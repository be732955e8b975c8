"""Host names as browsers look them up: UTS #46, non-transitional, so that faß.de is not fass.de."""

from __future__ import annotations

import re

_HOST = re.compile(r"(?=.{1,254}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")


def ascii_host(host: str) -> str:
    """Return the host name in lower case, with Punycode for letters beyond ASCII.

    >>> ascii_host("Faß.example"), ascii_host("my_photos.example.")
    ('xn--fa-hia.example', 'my_photos.example.')

    Raises:
        ValueError: no host has this name.
    """
    if not host.isascii():
        import idna  # noqa: PLC0415 - its tables are large, and few names need them

        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
        # Not idna.encode: it refuses symbols, which IDNA 2008 forbids and browsers look up.
        host = ".".join(label if label.isascii() else _punycode(label) for label in mapped.split("."))
    host = host.lower()
    if not _HOST.fullmatch(host):
        raise ValueError("host name")
    return host


def _punycode(label: str) -> str:
    return "xn--" + label.encode("punycode").decode("ascii")
