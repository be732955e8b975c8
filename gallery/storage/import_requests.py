"""Owns the requests under ``imports/``, which S3 hands to the import worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gallery.storage.originals import originals, translated
from thumbworker.contract import keys

if TYPE_CHECKING:
    from uuid import UUID

    from thumbworker.contract.imports import ImportRequest


def request_import(photo_id: UUID, request: ImportRequest) -> None:
    """Ask the import worker to fetch a picture; the same request again says nothing new.

    Raises:
        OriginalsUnavailable: S3 did not answer.
    """
    storage = originals()
    with translated():
        storage.client.put_object(
            Bucket=storage.bucket_name,
            Key=keys.import_key(photo_id),
            Body=request.to_json().encode(),
            ContentType="application/json",
        )


def forget_import(photo_id: UUID) -> None:
    """Take the request back, so that nobody begins with it any more.

    Raises:
        OriginalsUnavailable: S3 did not answer.
    """
    storage = originals()
    with translated():
        storage.client.delete_object(Bucket=storage.bucket_name, Key=keys.import_key(photo_id))
