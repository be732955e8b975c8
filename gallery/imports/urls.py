"""Check the URL of a photo without a network request."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from gallery.core import reasons
from gallery.uploads.file_checks import FileRefused, clean_name
from thumbworker.contract.imports import MAX_URL_LENGTH

SCHEMES = frozenset({"http", "https"})
NAME_WITHOUT_PATH = "import"


def checked_url(untrusted: str) -> str:
    """Return the URL if it is allowed. The worker checks the host's IP address later.

    Raises:
        FileRefused: the URL is too long or not a plain http(s) URL.
    """
    if len(untrusted) > MAX_URL_LENGTH:
        raise FileRefused(reasons.URL_TOO_LONG)
    if any(char <= " " or char in '\\<>"\x7f' for char in untrusted):
        raise FileRefused(reasons.URL_NOT_ALLOWED)
    try:
        parts = urlsplit(untrusted)
        is_plain = parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc
        parts.port  # noqa: B018 - raises ValueError if invalid
    except ValueError as error:
        raise FileRefused(reasons.URL_NOT_ALLOWED) from error
    if not is_plain:
        raise FileRefused(reasons.URL_NOT_ALLOWED)
    return untrusted


def file_name_of(url: str) -> str:
    """Return the name of an imported file: the last part of its URL's path.

    >>> file_name_of("https://example.org/holiday/sea%20side.jpg?size=large")
    'sea side.jpg'
    """
    try:
        return clean_name(unquote(urlsplit(url).path))
    except FileRefused:
        return NAME_WITHOUT_PATH
