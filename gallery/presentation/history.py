"""A photo's history in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from gallery.photos import transitions as t

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.photos.models import Photo

SENTENCES = {
    t.PROCESSED.name: _("Thumbnail made; waits for review"),
    t.PROCESSED_TRUSTED.name: _("Thumbnail made; approved without review"),
    t.FAILED.name: _("Could not be read"),
    t.GIVEN_UP.name: _("The upload never finished"),
    t.OFFERED_AGAIN.name: _("Upload started again"),
    t.TRIED_AGAIN.name: _("Tried once more"),
    t.APPROVED.name: _("Approved"),
    t.REJECTED.name: _("Rejected"),
    t.REVIEWED_AGAIN.name: _("Put back to review"),
    t.WORDS_CHANGED.name: _("Words changed; waits for review"),
    t.TRASHED.name: _("Moved to trash"),
    t.RESTORED.name: _("Restored"),
}


MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One move in words; ``actor_name`` is empty where a job did it."""

    at: datetime
    actor_name: str
    sentence: str


def lines_of(photo: Photo) -> list[HistoryLine]:
    """Return a photo's history, newest first, by one query; of a very long one the latest part."""
    return [
        HistoryLine(
            at=entry.at,
            actor_name=entry.actor.username if entry.actor else "",
            sentence=str(SENTENCES.get(entry.move, entry.move))
            + (f": {entry.reason}" if entry.reason else ""),
        )
        for entry in photo.history.select_related("actor")[:MOST_LINES]
    ]
