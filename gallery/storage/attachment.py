"""The header that names a download, for browsers of every age."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

# RFC 8187, section 3.2.1: characters that a value may have as they are, beside letters and digits.
PLAIN = "!#$&+-.^_`|~"
UNSAFE = frozenset('"\\%')
"""Characters that a quoted name would have to escape, which browsers disagree on (RFC 6266, appendix D)."""


def attachment(file_name: str) -> str:
    r"""Return the Content-Disposition of a download (RFC 6266): the name, and if needed one in ASCII.

    >>> attachment("sea.jpg")
    'attachment; filename="sea.jpg"'
    >>> attachment("Brötchen é.jpg")
    'attachment; filename="Brotchen e.jpg"; filename*=UTF-8\'\'Br%C3%B6tchen%20%C3%A9.jpg'
    """
    letters = (c for c in unicodedata.normalize("NFKD", file_name) if not unicodedata.combining(c))
    fallback = "".join(c if c.isascii() and c.isprintable() and c not in UNSAFE else "_" for c in letters)
    header = f'attachment; filename="{fallback}"'
    if fallback == file_name:
        return header
    return f"{header}; filename*=UTF-8''{quote(file_name, safe=PLAIN)}"
