"""The form fallback: browsers without JavaScript post small files through the gallery."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from uuid import uuid4

from django.db.models import Q

from gallery.core import reasons
from gallery.photos.purge import purge_photo
from gallery.photos.states import State
from gallery.storage.originals import OriginalExists, OriginalsUnavailable, originals
from gallery.uploads.file_checks import content_refusal
from gallery.uploads.offers import AlreadyThere, Offered, Refused, read_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.core.files.uploadedfile import UploadedFile

    from gallery.uploads.file_checks import UploadRequest
    from gallery.uploads.offers import Outcome

MAX_FORM_BYTES = 4 * 1024 * 1024
"""AWS Lambda accepts requests up to 6 MB, and base64 adds a third."""


def store(
    untrusted_file: UploadedFile[bytes], *, offer: Callable[[list[UploadRequest | Refused]], list[Outcome]]
) -> Outcome:
    """Create an offer for the file by this function, then store it: first the row, then the bytes."""
    upload_id = uuid4()
    size_bytes = untrusted_file.size or 0
    if size_bytes > MAX_FORM_BYTES:
        return Refused(str(upload_id), reasons.TOO_LARGE_FOR_FORM)
    content = untrusted_file.read()
    request = read_request(
        {
            "upload_id": str(upload_id),
            "name": untrusted_file.name,
            "size_bytes": size_bytes,
            "content_type": untrusted_file.content_type,
            "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
            "met_conflict": True,
        }
    )
    reason = content_refusal(content)
    if reason and not isinstance(request, Refused):
        return Refused(str(upload_id), reason)
    outcome = offer([request])[0]
    if isinstance(outcome, Offered):
        try:
            originals().put(outcome.offer.terms, content)
        except OriginalExists:
            return AlreadyThere(outcome.upload_id, outcome.photo_id)
        except OriginalsUnavailable:
            # The person is told that it failed, so no row must promise the picture. S3 may have stored it:
            # the deletion record that replaces the row removes it. A row of an earlier offer is kept.
            purge_photo(outcome.photo_id, only_if=Q(state=State.AWAITING, upload_id=upload_id))
            return Refused(outcome.upload_id, reasons.STORE_UNAVAILABLE)
    return outcome
