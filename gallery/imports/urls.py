"""What a client says of a picture on the web, checked as far as it can be without asking anybody."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from gallery.uploads.file_checks import FileRefused, Refusal, clean_name
from thumbworker.contract.imports import MAX_URL_LENGTH, SENTENCES, ImportReason

SCHEMES = frozenset({"http", "https"})
NAME_WITHOUT_PATH = "import"

URL_NOT_ALLOWED = Refusal(str(ImportReason.URL_NOT_ALLOWED), SENTENCES[ImportReason.URL_NOT_ALLOWED])
URL_TOO_LONG = Refusal("import_url_too_long", "This address is longer than 2048 characters.")


def checked_url(untrusted: str) -> str:
    """Return the address if it may be asked for; the worker judges the host behind it.

    Raises:
        FileRefused: it is no plain http(s) address.
    """
    if len(untrusted) > MAX_URL_LENGTH:
        raise FileRefused(URL_TOO_LONG)
    if any(c <= " " or c in '\\<>"\x7f' for c in untrusted):
        raise FileRefused(URL_NOT_ALLOWED)
    try:
        parts = urlsplit(untrusted)
        is_plain = parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port  # raises where it is no port
    except ValueError as fault:
        raise FileRefused(URL_NOT_ALLOWED) from fault
    if not is_plain:
        raise FileRefused(URL_NOT_ALLOWED)
    return untrusted


def file_name_of(url: str) -> str:
    """Return the name that an imported file gets: the last part of its address.

    >>> file_name_of("https://example.org/holiday/sea%20side.jpg?size=large")
    'sea side.jpg'
    """
    try:
        return clean_name(unquote(urlsplit(url).path))
    except FileRefused:
        return NAME_WITHOUT_PATH
