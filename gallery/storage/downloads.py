"""Signs addresses from which owners download what they uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.storage.originals import DOWNLOAD_SECONDS, originals
from thumbworker.contract import keys

if TYPE_CHECKING:
    from uuid import UUID


def download_url(photo_id: UUID, *, file_name: str) -> str:
    """Sign an address from which the owner downloads the original, for five minutes."""
    ascii_name = "".join(c if c.isascii() and c.isprintable() and c not in '"\\' else "_" for c in file_name)
    storage = originals()
    return storage.client.generate_presigned_url(
        "get_object",
        Params={
            "Bucket": storage.bucket_name,
            "Key": keys.original_key(photo_id),
            "ResponseContentDisposition": f'attachment; filename="{ascii_name}"',
            # Whatever the bytes are, no browser may run or show them from here.
            "ResponseContentType": "application/octet-stream",
        },
        ExpiresIn=DOWNLOAD_SECONDS,
    )
