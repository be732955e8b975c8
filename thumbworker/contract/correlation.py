"""The one id that follows a photo from the request that offered it to its thumbnails and its news.

It is the id of a request to the gallery: API Gateway's, or one that the gallery made. It travels with
the original, as signed metadata, and is for people who search logs: nothing is decided by it.

>>> accepted("JKJaXmPLvHcESHA=")
'JKJaXmPLvHcESHA='
>>> accepted("two words"), accepted("x" * 65), accepted(None)
('', '', '')
"""

from __future__ import annotations

import re

METADATA = "correlation-id"
"""Name of the user-defined S3 metadata of an original that carries it."""

_FORM = re.compile(r"[A-Za-z0-9+/=_-]{1,64}")


def accepted(untrusted_id: object) -> str:
    """Return what may be an id, short and plain enough for headers, items and logs; else nothing."""
    return untrusted_id if isinstance(untrusted_id, str) and _FORM.fullmatch(untrusted_id) else ""


def metadata_of(correlation_id: str) -> dict[str, str]:
    """Return the metadata to store with an original; S3 takes no empty value."""
    return {METADATA: correlation_id} if correlation_id else {}
