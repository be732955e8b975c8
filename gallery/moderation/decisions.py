"""What a moderator does with many photos at once: each by one action, as it was seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from gallery.accounts.models import User
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
NOT_DONE = {
    Outcome.CONFLICT: "Someone else was first on {count}.",
    Outcome.NOT_IN_TRASH: "Someone else was first on {count}.",
    Outcome.WORDS_CHANGED: "The caption or tags of {count} changed: read them again.",
    Outcome.DUPLICATE: "{count} stayed: their owners uploaded the same picture again.",
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
class Decided:
    """What came of a decision, for each photo chosen."""

    decision: str
    outcomes: dict[UUID, Outcome]

    @property
    def done(self) -> list[UUID]:
        """Return the photos of which it was done."""
        return [photo_id for photo_id, outcome in self.outcomes.items() if outcome is Outcome.DONE]

    @property
    def is_complete(self) -> bool:
        """Return whether it was done of every photo."""
        return len(self.done) == len(self.outcomes)

    @property
    def sentence(self) -> str:
        """Return how many were done, then how many were not and why."""
        counts = Counter(NOT_DONE[outcome] for outcome in self.outcomes.values() if outcome in NOT_DONE)
        texts = [f"{len(self.done)} {DONE[self.decision]}."] if self.done else []
        return " ".join(texts + [text.format(count=count) for text, count in counts.items()])


def decide(decision: str, chosen: Chosen, photos: PhotoQuerySet, *, actor: User, reason: str = "") -> Decided:
    """Do the same with each chosen photo among ``photos``, if it still is as it was seen."""
    act = _actions(chosen, actor, reason)[decision]
    reachable = set(photos.filter(pk__in=chosen.seen).values_list("pk", flat=True))
    return Decided(
        decision,
        {
            photo_id: act(photo_id, seen) if photo_id in reachable else Outcome.CONFLICT
            for photo_id, seen in chosen.seen.items()
        },
    )


def _actions(chosen: Chosen, actor: User, reason: str) -> dict[str, Callable[[UUID, State], Outcome]]:
    return {
        APPROVE: lambda photo_id, seen: actions.approve(
            photo_id, actor=actor, words_mark=chosen.words.get(photo_id, ""), seen=seen
        ),
        REJECT: lambda photo_id, seen: actions.reject(photo_id, actor=actor, reason=reason, seen=seen),
        REVIEW: lambda photo_id, seen: actions.put_back(photo_id, actor=actor, seen=seen),
        TRASH: lambda photo_id, _: actions.trash(photo_id, actor=actor),
        RESTORE: lambda photo_id, _: actions.restore(photo_id, actor=actor),
    }


def undo_of(decided: Decided) -> dict[str, Any]:
    """Return what the next page needs to offer to undo it; empty where it can't be undone."""
    state = {APPROVE: State.APPROVED, REJECT: State.REJECTED}.get(decided.decision)
    if state is None or not decided.done:
        return {}
    return {"decision": REVIEW, "values": Chosen(dict.fromkeys(decided.done, state)).values}
