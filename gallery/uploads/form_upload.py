"""The form fallback: a browser without JavaScript posts small files through the gallery."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from uuid import uuid4

from gallery.storage.originals import OriginalExists, OriginalsUnavailable, originals
from gallery.uploads.file_checks import FileRefused, Refusal, UploadRequest
from gallery.uploads.offers import AlreadyThere, Offered, Refused, offer

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

MAX_FORM_BYTES = 4 * 1024 * 1024
"""What fits through the web function: its request limit is 6 MB after base64."""

TOO_LARGE_FOR_FORM = Refusal(
    "too_large_for_form",
    "Without JavaScript a picture may have up to 4 MB. Switch JavaScript on to upload up to 50 MB. "
    "Nothing was uploaded.",
)
STORE_UNAVAILABLE = Refusal(
    "store_unavailable", "Our picture store does not answer. Nothing is lost; upload it again in a minute."
)


def store(
    owner_id: int, untrusted_file: UploadedFile[bytes], *, visibility: str
) -> Offered | AlreadyThere | Refused:
    """Make an offer for the file and take it up: the row first, the bytes second."""
    upload_id = uuid4()
    size_bytes = untrusted_file.size or 0
    if size_bytes > MAX_FORM_BYTES:
        return Refused(str(upload_id), TOO_LARGE_FOR_FORM)
    content = untrusted_file.read()
    try:
        request = UploadRequest.from_untrusted(
            {
                "upload_id": str(upload_id),
                "name": untrusted_file.name,
                "size_bytes": size_bytes,
                "content_type": untrusted_file.content_type,
                "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
                "met_conflict": True,
            }
        )
    except FileRefused as refused:
        return Refused(str(upload_id), refused.refusal)
    outcome = offer(owner_id, [request], visibility=visibility)[0]
    if isinstance(outcome, Offered):
        try:
            originals().put(outcome.offer.terms, content)
        except OriginalExists:
            return AlreadyThere(outcome.upload_id, outcome.photo_id)
        except OriginalsUnavailable:
            return Refused(outcome.upload_id, STORE_UNAVAILABLE)
    return outcome
