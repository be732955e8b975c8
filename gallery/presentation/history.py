"""A photo's history in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gallery.photos import transitions as t

if TYPE_CHECKING:
    from datetime import datetime

    from gallery.photos.models import Photo

SENTENCES = {
    t.PROCESSED.name: "Thumbnail made; waits for review",
    t.PROCESSED_TRUSTED.name: "Thumbnail made; approved without review",
    t.FAILED.name: "Could not be read",
    t.GIVEN_UP.name: "The upload never finished",
    t.OFFERED_AGAIN.name: "Upload started again",
    t.TRIED_AGAIN.name: "Tried once more",
    t.APPROVED.name: "Approved",
    t.REJECTED.name: "Rejected",
    t.REVIEWED_AGAIN.name: "Put back to review",
    t.WORDS_CHANGED.name: "Words changed; waits for review",
    t.TRASHED.name: "Moved to the trash",
    t.RESTORED.name: "Taken out of the trash",
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
            sentence=SENTENCES.get(entry.move, entry.move) + (f": {entry.reason}" if entry.reason else ""),
        )
        for entry in photo.history.select_related("actor")[:MOST_LINES]
    ]
