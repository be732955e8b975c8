"""The id that follows a photo from the request that offered it to its renditions and events.

It is the id of a request to the gallery, from API Gateway or the gallery itself. It is signed metadata of the
original and serves only to search logs: no code decides by it.

>>> accepted("JKJaXmPLvHcESHA=")
'JKJaXmPLvHcESHA='
>>> accepted("two words"), accepted("x" * 65), accepted(None)
('', '', '')
"""

from __future__ import annotations

import re

METADATA = "correlation-id"
"""Name of the S3 user metadata of an original that holds the id."""

_FORM = re.compile(r"[A-Za-z0-9+/=_-]{1,64}")


def accepted(untrusted_id: object) -> str:
    """Return the id if it is short and plain enough for headers, items and logs, else an empty string."""
    return untrusted_id if isinstance(untrusted_id, str) and _FORM.fullmatch(untrusted_id) else ""


def metadata_of(correlation_id: str) -> dict[str, str]:
    """Return the metadata to store with an original; S3 allows no empty value."""
    return {METADATA: correlation_id} if correlation_id else {}
