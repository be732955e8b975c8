"""Moves imported photos on: what arrived gets its true size, what never will gives its room back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Greatest

from gallery.accounts.models import User
from gallery.photos import transitions
from gallery.photos.models import Photo
from thumbworker.contract.imports import ImportStatus

if TYPE_CHECKING:
    from thumbworker.contract.imports import ImportItem
    from thumbworker.contract.items import PhotoItem

Move = Callable[[dict[str, Any]], bool]
"""Makes a move with some columns set; tells whether it was made."""


def move_with_true_size(photo: Photo, item: PhotoItem, move: Move) -> bool:
    """Make the move with the facts of the fetched bytes; tell whether it was made.

    A picture that its owner has already stays a photo of its own, whose hash is not told.
    """
    facts = {"size_bytes": item.size_bytes, "content_type": f"image/{item.format.lower()}"[:50]}
    try:
        return _move_and_account(photo, item.size_bytes, lambda: move(facts | {"sha256": item.sha256}))
    except IntegrityError:
        return _move_and_account(photo, item.size_bytes, lambda: move(facts))


def fail(photo: Photo, item: ImportItem | None) -> bool:
    """Record that the picture could not be fetched, if the worker says so; tell whether it was."""
    if item is None or item.status is not ImportStatus.FAILED:
        return False
    return give_up(photo, item.reason)


def give_up(photo: Photo, reason: str) -> bool:
    """Record that the picture will not come, and give its room back."""
    return _move_and_account(
        photo, 0, lambda: transitions.failed(photo.pk, reason=reason, facts={"size_bytes": 0})
    )


def _move_and_account(photo: Photo, size_bytes: int, move: Callable[[], bool]) -> bool:
    """Make the move and account for the true size in one transaction."""
    with transaction.atomic():
        # Read here and not from ``photo``: it may have been given up since, and its room given back.
        rows = Photo.objects.select_for_update().filter(pk=photo.pk)
        counted = rows.values_list("size_bytes", flat=True).first()
        if counted is None or not move():
            return False
        User.objects.filter(pk=photo.owner_id).update(
            used_bytes=Greatest(F("used_bytes") + size_bytes - counted, 0)
        )
    return True
