"""Check the URL of a picture without a network request."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from gallery.uploads.file_checks import FileRefused, Refusal, clean_name
from thumbworker.contract.imports import MAX_URL_LENGTH, SENTENCES, ImportReason

SCHEMES = frozenset({"http", "https"})
NAME_WITHOUT_PATH = "import"

URL_NOT_ALLOWED = Refusal(str(ImportReason.URL_NOT_ALLOWED), _(SENTENCES[ImportReason.URL_NOT_ALLOWED]))
URL_TOO_LONG = Refusal(
    "import_url_too_long", _("This URL is longer than 2048 characters. Use a shorter one.")
)


def checked_url(untrusted: str) -> str:
    """Return the URL if it is allowed. The worker checks the host's IP address later.

    Raises:
        FileRefused: it is too long or not a plain http(s) URL.
    """
    if len(untrusted) > MAX_URL_LENGTH:
        raise FileRefused(URL_TOO_LONG)
    if any(c <= " " or c in '\\<>"\x7f' for c in untrusted):
        raise FileRefused(URL_NOT_ALLOWED)
    try:
        parts = urlsplit(untrusted)
        is_plain = parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc
        parts.port  # noqa: B018 - raises ValueError if invalid
    except ValueError as error:
        raise FileRefused(URL_NOT_ALLOWED) from error
    if not is_plain:
        raise FileRefused(URL_NOT_ALLOWED)
    return untrusted


def file_name_of(url: str) -> str:
    """Return the name of an imported file: the last part of its URL.

    >>> file_name_of("https://example.org/holiday/sea%20side.jpg?size=large")
    'sea side.jpg'
    """
    try:
        return clean_name(unquote(urlsplit(url).path))
    except FileRefused:
        return NAME_WITHOUT_PATH
