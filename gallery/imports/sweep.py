"""Looks at imports whose picture is not there: asks again, or gives up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from gallery.imports import results
from gallery.imports.requests import request_again
from thumbworker.contract.imports import ImportReason, ImportStatus

if TYPE_CHECKING:
    from gallery.photos.models import Photo
    from thumbworker.contract.imports import ImportItem

QUIET_FOR = timedelta(minutes=15)
"""Longer than a message is invisible: after it, nobody is at work on an item that does not move."""


def look_at_import(photo: Photo, item: ImportItem | None, now: datetime) -> str:
    """Move on one import whose original is not there; return what was done: a word for the report."""
    if now > photo.offered_until:
        return "given_up" if results.give_up(photo, ImportReason.EXPIRED) else ""
    if item is None:
        is_quiet = photo.created_at < now - QUIET_FOR
    else:
        is_quiet = (
            item.status is ImportStatus.PROCESSING
            and datetime.fromisoformat(item.updated_at) < now - QUIET_FOR
        )
    return "requested" if is_quiet and request_again(photo) else ""
