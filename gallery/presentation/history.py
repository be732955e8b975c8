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
    t.PROCESSED.name: _("Processed; waiting for review"),
    t.PROCESSED_TRUSTED.name: _("Processed; approved without review"),
    t.FAILED.name: _("Couldn't be processed"),
    t.GIVEN_UP.name: _("The upload didn't finish"),
    t.OFFERED_AGAIN.name: _("Upload started again"),
    t.TRIED_AGAIN.name: _("Retried"),
    t.APPROVED.name: _("Approved"),
    t.REJECTED.name: _("Rejected"),
    t.ASKED_AGAIN.name: _("Owner asked for another review"),
    t.REVIEWED_AGAIN.name: _("Sent back to review"),
    # Of older releases, in which the photo went back to review.
    "words_changed": _("Waiting for review; caption or tags changed"),
    t.WORDS_WRITTEN.name: _("New caption or tags; waiting for review"),
    t.WORDS_APPROVED.name: _("New caption and tags approved"),
    t.WORDS_REJECTED.name: _("New caption and tags rejected"),
    t.TRASHED.name: _("Moved to trash"),
    t.RESTORED.name: _("Restored"),
    t.ACCEPTED.name: _("Accepted"),
    t.DECLINED.name: _("Declined"),
    t.TAKEN_DOWN.name: _("Taken down"),
}

MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change of state; ``actor_name`` is empty if a job made it, ``reason`` if none was given."""

    at: datetime
    actor_name: str
    sentence: str
    reason: str


def lines_of(photo: Photo) -> list[HistoryLine]:
    """Return at most ``MOST_LINES`` lines of a photo's history, newest first, by one query."""
    return [
        HistoryLine(
            at=entry.at,
            actor_name=entry.actor.username if entry.actor else "",
            sentence=str(SENTENCES.get(entry.move, entry.move)),
            reason=entry.reason,
        )
        for entry in photo.history.select_related("actor")[:MOST_LINES]
    ]
