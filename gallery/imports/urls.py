"""Check the URLs of photos without a network request: one by one, or lists of them."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from gallery.core import reasons
from gallery.uploads.file_checks import FileRefused, clean_name
from thumbworker.contract.web_urls import BLANKS, MAX_URL_LENGTH, read_url

NAME_WITHOUT_PATH = "import"
BYTE_ORDER_MARK = "\ufeff"


def bare_url(untrusted: str) -> str:
    """Return an entry of a list without blanks, byte order mark and angle brackets around it (RFC 3986, C).

    >>> bare_url(" <https://example.org/a.jpg> ")
    'https://example.org/a.jpg'
    """
    text = untrusted.strip(BLANKS + BYTE_ORDER_MARK)
    return text[1:-1].strip(BLANKS) if text.startswith("<") and text.endswith(">") else text


def checked_url(untrusted: str) -> str:
    """Return the URL as it is fetched later, if it is allowed. The worker checks the host's IP address.

    Raises:
        FileRefused: the URL is too long or not a plain http(s) URL.
    """
    url = bare_url(untrusted)
    if len(url) > MAX_URL_LENGTH:
        raise FileRefused(reasons.URL_TOO_LONG)
    try:
        read_url(url)
    except ValueError as error:
        raise FileRefused(reasons.URL_NOT_ALLOWED) from error
    return url


def listed_urls(text: str) -> list[tuple[int, str]]:
    r"""Return the entries of a list, one per line, with their line numbers; not blank lines and comments.

    >>> listed_urls("\ufeff# holiday\r\n\r\n<https://a.example/>\r\nhttps://b.example/")
    [(3, 'https://a.example/'), (4, 'https://b.example/')]
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    entries = [(number, bare_url(line)) for number, line in enumerate(lines, 1)]
    return [(number, entry) for number, entry in entries if entry and not entry.startswith("#")]


def file_name_of(url: str) -> str:
    """Return the name of an imported file: the last part of its URL's path.

    >>> file_name_of("https://example.org/holiday/sea%20side.jpg?size=large")
    'sea side.jpg'
    """
    try:
        return clean_name(unquote(urlsplit(url).path))
    except FileRefused:
        return NAME_WITHOUT_PATH
