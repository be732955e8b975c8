"""Texts that a change makes due: a few are written with it, those of a large album by the sweep.

An album has up to 10,000 photos. To write so many texts takes seconds, for which no one who renames an album
should wait. Which photos are due is written in the transaction of the change, so none is forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from gallery.search.models import DueTexts
from gallery.search.texts import BATCH, refresh

if TYPE_CHECKING:
    from collections.abc import Iterable

AT_A_TIME = 100


def write(photo_ids: Iterable[UUID], *, cause: UUID, owner_id: int) -> None:
    """Write the texts of these photos; if they are more than 500, leave them to the sweep.

    What was left to it before by the same cause is replaced: each text is written from all words of then.
    """
    ids = list(photo_ids)
    with transaction.atomic():
        DueTexts.objects.filter(cause=cause).delete()
        if len(ids) <= BATCH:
            refresh(ids)
            return
        parts = [
            [str(pk) for pk in ids[start : start + AT_A_TIME]] for start in range(0, len(ids), AT_A_TIME)
        ]
        DueTexts.objects.bulk_create(
            DueTexts(cause=cause, owner_id=owner_id, at=timezone.now(), photo_ids=part) for part in parts
        )


def write_some(due_id: int) -> None:
    """Write up to 100 texts that are due. Once they are written, they no longer are."""
    due = DueTexts.objects.filter(pk=due_id).first()
    if due is not None:
        refresh(UUID(photo_id) for photo_id in due.photo_ids)
        due.delete()
