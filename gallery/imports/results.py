"""Record what became of an import: the fetched file's facts, a failure, a repeated request or expiry."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

from gallery.imports.requests import request_again
from gallery.photos import transitions
from thumbworker.contract.formats import MEDIA_TYPES
from thumbworker.contract.imports import ImportReason, ImportStatus

if TYPE_CHECKING:
    from gallery.photos.models import Photo
    from thumbworker.contract.imports import ImportItem
    from thumbworker.contract.items import PhotoItem

STALE_AFTER = timedelta(minutes=15)
"""Longer than a queue message is invisible: after it, no worker is handling an item that did not change."""


class Progress(Enum):
    """What ``advance`` did."""

    WAITING = auto()
    REQUESTED_AGAIN = auto()
    EXPIRED = auto()


def fetched_facts(item: PhotoItem) -> dict[str, Any]:
    """Return the size, type and hash of the fetched file, as columns."""
    return {
        "size_bytes": item.size_bytes,
        "content_type": MEDIA_TYPES.get(item.format, f"image/{item.format.lower()}"[:50]),
        "sha256": item.sha256,
    }


def fail(photo: Photo, reason: str) -> bool:
    """Record that the picture could not be fetched, and release the bytes reserved for it."""
    return transitions.failed(photo.pk, reason=reason, facts={"size_bytes": 0})


def advance(photo: Photo, item: ImportItem | None, now: datetime) -> Progress:
    """Expire or request again an import whose original does not exist, if it is due."""
    if now > photo.offered_until:
        return Progress.EXPIRED if fail(photo, ImportReason.EXPIRED) else Progress.WAITING
    if item is None:
        is_stale = photo.created_at < now - STALE_AFTER
    else:
        is_stale = (
            item.status is ImportStatus.PROCESSING
            and datetime.fromisoformat(item.updated_at) < now - STALE_AFTER
        )
    return Progress.REQUESTED_AGAIN if is_stale and request_again(photo) else Progress.WAITING
