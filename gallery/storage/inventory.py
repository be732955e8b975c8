"""Lists what lies in the originals bucket, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.storage.originals import originals, translated
from thumbworker.contract import keys

if TYPE_CHECKING:
    from uuid import UUID


def ids_after(marker: str, *, limit: int = 1000) -> tuple[list[UUID], str]:
    """List ids of originals in key order after ``marker``; the second value continues, or is empty.

    Raises:
        OriginalsUnavailable: S3 did not answer.
    """
    storage = originals()
    with translated():
        answer = storage.client.list_objects_v2(
            Bucket=storage.bucket_name, Prefix=keys.ORIGINALS_PREFIX, StartAfter=marker, MaxKeys=limit
        )
    found = [entry["Key"] for entry in answer.get("Contents", [])]
    ids = [parsed[1] for key in found if (parsed := keys.parse_key(key))]
    return ids, found[-1] if answer.get("IsTruncated") and found else ""
