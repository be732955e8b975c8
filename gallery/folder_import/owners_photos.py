"""Import folders on this machine into a person's photos with the engine of the ``contactsheet`` command.

There is no HTTP: offers are made here, and the bytes go to S3 under the same terms as a browser's upload.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from structlog.contextvars import bound_contextvars

from contactsheet.engine import interfaces as engine
from gallery.core import correlation
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing.settle import settle
from gallery.storage.catalogue import batches
from gallery.storage.originals import OriginalExists, OriginalsUnavailable, originals
from gallery.storage.upload_terms import OriginalTerms
from gallery.uploads import offers
from gallery.uploads.file_checks import UploadRequest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from contactsheet.engine.content import Content

MAX_ATTEMPTS = 3
"""On top of the SDK's own retries: a run may take hours."""


class OwnersPhotos:
    """A person's photos as an engine's gallery. Only the thread that calls ``offer`` uses the database."""

    def __init__(self, owner_id: int, *, visibility: str) -> None:
        self._owner_id = owner_id
        self._visibility = visibility
        # The engine calls ``put`` from its own threads, where this context is not bound.
        self._correlation_id = correlation.current()

    def offer(self, uploads: Sequence[engine.WantedUpload]) -> list[engine.Answer]:
        """Answer each upload as the API does."""
        requests = [_request(upload) for upload in uploads]
        types = {str(r.upload_id): r.content_type for r in requests if isinstance(r, UploadRequest)}
        with bound_contextvars(correlation_id=self._correlation_id):
            outcomes = offers.offer(self._owner_id, requests, visibility=self._visibility)
        by_id = {str(upload.upload_id): upload for upload in uploads}
        return [_answer(outcome, by_id[outcome.upload_id].upload_id, types) for outcome in outcomes]

    def put(
        self, offered: engine.Offered, upload: engine.WantedUpload, content: Content
    ) -> engine.PutOutcome:
        """Put the bytes into S3, never over an existing object.

        Raises:
            Unavailable: S3 failed three times.
        """
        terms = OriginalTerms(
            photo_id=offered.photo_id,
            owner_id=self._owner_id,
            size_bytes=upload.size_bytes,
            content_type=offered.terms,
            sha256=_base64_of(upload.sha256),
            correlation_id=self._correlation_id,
        )
        data = content.read()
        for _ in range(MAX_ATTEMPTS):
            try:
                originals().put(terms, data)
            except OriginalExists:
                return engine.PutOutcome.CONFLICT
            except OriginalsUnavailable:
                continue
            return engine.PutOutcome.STORED
        raise engine.Unavailable(engine.STORE_UNAVAILABLE)

    def still_processing(self) -> frozenset[str]:
        """Settle processed photos and return the SHA-256 of those still being processed."""
        awaiting = Photo.objects.filter(owner_id=self._owner_id, state=State.AWAITING).not_trashed()
        for ids in batches(list(awaiting.values_list("pk", flat=True))):
            settle(ids)
        return frozenset(awaiting.values_list("sha256", flat=True))


def _request(upload: engine.WantedUpload) -> UploadRequest | offers.Refused:
    return offers.read_request(
        {
            "upload_id": str(upload.upload_id),
            "name": upload.name,
            "size_bytes": upload.size_bytes,
            "sha256": _base64_of(upload.sha256),
            "met_conflict": upload.met_conflict,
        }
    )


def _answer(outcome: offers.Outcome, upload_id: UUID, types: dict[str, str]) -> engine.Answer:
    match outcome:
        case offers.Offered(photo_id=photo_id):
            return engine.Offered(upload_id, photo_id, types[str(upload_id)])
        case offers.AlreadyThere(photo_id=photo_id):
            return engine.AlreadyThere(upload_id, photo_id)
        case offers.Refused(reason=reason):
            return engine.Refused(upload_id, reason.code, reason.sentence)


def _base64_of(sha256: str) -> str:
    return base64.b64encode(bytes.fromhex(sha256)).decode()
