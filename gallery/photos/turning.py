"""Turn photos by quarter turns. The original stays as it is; the worker makes the thumbnails again.

The row counts all turns that people ever made, clockwise: a turn to the left is three to the right. So the
larger number is the later one, and messages to the worker may be lost, doubled or come in any order. While
the item says less than the row, lists show the old picture, and the sweep asks again.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from gallery.photos.actions import Outcome, locked, unchangeable
from gallery.photos.models import Photo
from gallery.storage.originals import OriginalsUnavailable, originals
from thumbworker.contract.policy import FULL_TURN

if TYPE_CHECKING:
    from uuid import UUID

logger = structlog.get_logger(__name__)
DEGREES = 90


class Turn(IntEnum):
    """Quarter turns clockwise."""

    RIGHT = 1
    HALF = 2
    LEFT = 3


def rotation_of(photo: Photo) -> int:
    """Return by how many degrees the photo is turned clockwise: 0, 90, 180 or 270."""
    return photo.quarter_turns % FULL_TURN * DEGREES


def turn(photo_id: UUID, by: int) -> Outcome:
    """Turn the photo by quarter turns clockwise, and ask the worker to make it so. It stays approved."""
    quarters = by % FULL_TURN
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None or not photo.has_picture:
            return unchangeable(photo)
        if not quarters:
            return Outcome.DONE
        sides = {"width": photo.height, "height": photo.width} if quarters % 2 else {}
        Photo.objects.filter(pk=photo_id).update(
            quarter_turns=F("quarter_turns") + quarters, turning_at=timezone.now(), looks=0, **sides
        )
        transaction.on_commit(lambda: _ask(photo_id, photo.quarter_turns + quarters), robust=True)
    return Outcome.DONE


def turn_to(photo_id: UUID, degrees: int) -> Outcome:
    """Turn the photo so that it is turned by so many degrees clockwise."""
    with transaction.atomic():
        photo = locked(photo_id)
        now = photo.quarter_turns if photo else 0
        return turn(photo_id, degrees // DEGREES - now)


def _ask(photo_id: UUID, quarter_turns: int) -> None:
    try:
        originals().nudge(photo_id, quarter_turns=quarter_turns)
    except OriginalsUnavailable as problem:
        # The sweep asks again.
        logger.warning("turn_not_asked", photo_id=str(photo_id), problem=str(problem))
