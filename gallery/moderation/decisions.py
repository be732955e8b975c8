"""What a moderator does with many photos at once: each by one transition, none by surprise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import IntegrityError, transaction

from gallery.photos import transitions
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from gallery.photos.querysets import PhotoQuerySet

MOST_AT_ONCE = 100
MOST_REASON = 500

APPROVE, REJECT, REVIEW, TRASH, RESTORE = "approve", "reject", "review", "trash", "restore"
DONE = {
    APPROVE: "approved",
    REJECT: "rejected",
    REVIEW: "put back to review",
    TRASH: "moved to the trash",
    RESTORE: "taken out of the trash",
}
ONLY_FOR_ADMINS = frozenset({TRASH, RESTORE})


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos ticked on a page, the state in which each was seen there, and a mark of its words."""

    seen: dict[UUID, State]
    words: dict[UUID, str] = field(default_factory=dict)

    @classmethod
    def from_untrusted(cls, data: QueryDict) -> Chosen:
        """Read ``chosen`` values ``id:state`` or ``id:state:words``; anything else is left out."""
        seen: dict[UUID, State] = {}
        words: dict[UUID, str] = {}
        for text in data.getlist("chosen")[:MOST_AT_ONCE]:
            photo_id, _, rest = text.partition(":")
            state, _, mark = rest.partition(":")
            try:
                seen[UUID(photo_id)] = State(state)
            except ValueError:
                continue
            if mark:
                words[UUID(photo_id)] = mark
        return cls(seen, words)

    @property
    def values(self) -> list[str]:
        """Return the values as the form sends them."""
        return [f"{photo_id}:{state}" for photo_id, state in self.seen.items()]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: ids that moved, and how many stood elsewhere by then."""

    decision: str
    moved: tuple[UUID, ...]
    missed: int

    @property
    def sentence(self) -> str:
        """Say it."""
        said = f"{len(self.moved)} {DONE[self.decision]}." if self.moved else ""
        if self.missed:
            others = (
                f"Somebody else was first on {self.missed}."
                if self.decision != RESTORE
                else (f"{self.missed} stayed: their owners uploaded the same picture again.")
            )
            said = f"{said} {others}".strip()
        return said


def decide(decision: str, chosen: Chosen, photos: PhotoQuerySet, *, actor: User, reason: str = "") -> Outcome:
    """Do the same with each chosen photo among ``photos``, if it still stands where it was seen."""
    move = _moves(actor, reason)[decision]
    within_reach = photos.filter(pk__in=chosen.seen).in_bulk()
    moved = tuple(
        photo_id
        for photo_id, seen in chosen.seen.items()
        if (photo := within_reach.get(photo_id))
        and (decision != APPROVE or chosen.words.get(photo_id, photo.words_mark) == photo.words_mark)
        and move(photo, seen)
    )
    return Outcome(decision, moved, len(chosen.seen) - len(moved))


def _moves(actor: User, reason: str) -> dict[str, Callable[[Photo, State], bool]]:
    return {
        # Only with the words that were read: their owner may change them until the last moment.
        APPROVE: lambda photo, seen: transitions.approved(
            photo.pk, actor=actor, seen=seen, caption=photo.caption
        ),
        REJECT: lambda photo, seen: transitions.rejected(photo.pk, actor=actor, reason=reason, seen=seen),
        REVIEW: lambda photo, seen: transitions.put_back_to_review(photo.pk, actor=actor, seen=seen),
        TRASH: lambda photo, _: transitions.trashed(photo.pk, actor=actor),
        RESTORE: lambda photo, _: _restored(photo.pk, actor),
    }


def _restored(photo_id: UUID, actor: User) -> bool:
    try:
        with transaction.atomic():
            return transitions.restored(photo_id, actor=actor)
    except IntegrityError:
        return False


def undo_of(outcome: Outcome) -> dict[str, Any]:
    """Return what the next page needs to offer taking it back; empty where it cannot be."""
    state = {APPROVE: State.APPROVED, REJECT: State.REJECTED}.get(outcome.decision)
    if state is None or not outcome.moved:
        return {}
    return {"decision": REVIEW, "values": Chosen(dict.fromkeys(outcome.moved, state)).values}
