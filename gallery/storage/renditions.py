"""Looks into the renditions bucket, whose only writer is the worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from gallery.storage.originals import NotThere, originals, translated
from thumbworker.contract import policy

if TYPE_CHECKING:
    from uuid import UUID


def any_rendition_left(photo_id: UUID) -> bool:
    """Tell whether a rendition of any size and policy is still there.

    Raises:
        OriginalsUnavailable: S3 did not answer.
    """
    for key in policy.every_rendition_key(photo_id):
        try:
            with translated():
                originals().client.head_object(Bucket=settings.RENDITIONS_BUCKET, Key=key)
        except NotThere:
            continue
        return True
    return False
