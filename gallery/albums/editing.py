"""Change several things of one photo at once: all of them, or none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from gallery.albums import words
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.dates import set_date
from gallery.photos.turning import turn_to

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.dates import Date
    from gallery.photos.states import Visibility


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to change; ``None`` leaves a field as it is. With ``sets_date``, no date is that of the file."""

    sets_date: bool = False
    date: Date | None = None
    rotation: int | None = None
    caption: str | None = None
    alt_text: str | None = None
    visibility: Visibility | None = None
    tags: list[str] | None = None
    favorite: bool | None = None
    archived: bool | None = None
    stacked: bool | None = None


class _Refused(Exception):
    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def change_photo(photo_id: UUID, change: Change, *, actor: User) -> Outcome:
    """Change the actor's own photo. A refusal takes back what was changed before it."""
    try:
        with transaction.atomic():
            return _change(photo_id, change, actor)
    except _Refused as refused:
        return refused.outcome


def _change(photo_id: UUID, change: Change, actor: User) -> Outcome:
    if change.sets_date:
        _unless_refused(set_date(photo_id, change.date)[0])
    if change.rotation is not None:
        _unless_refused(turn_to(photo_id, change.rotation))
    _unless_refused(
        words.change_words(
            photo_id,
            actor=actor,
            caption=change.caption,
            alt_text=change.alt_text,
            visibility=change.visibility,
            tags=change.tags,
        )
    )
    if change.favorite is not None:
        actions.set_favorite(actor, [photo_id], favorite=change.favorite)
    if change.archived is not None:
        actions.set_archived(actor, [photo_id], archived=change.archived)
    if change.stacked is not None:
        actions.set_stacked(photo_id, stacked=change.stacked)
    return Outcome.DONE


def _unless_refused(outcome: Outcome) -> None:
    if not outcome.is_done:
        raise _Refused(outcome)
