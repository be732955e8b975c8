"""A moderator's decision about many photos: one action for each, if it is still as it was seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from gallery.albums import words
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import QueryDict

    from gallery.accounts.models import User
    from gallery.photos.querysets import PhotoQuerySet

MAX_AT_ONCE = 100
MAX_REASON_LENGTH = 500

APPROVE, REJECT, REVIEW, TRASH, RESTORE = "approve", "reject", "review", "trash", "restore"
WORDS = "words"
"""Stands for the state of an approved photo whose new words were shown: they are what is decided about."""
DONE = {
    APPROVE: _("{count} approved."),
    REJECT: _("{count} rejected."),
    REVIEW: _("{count} sent back to review."),
    TRASH: _("{count} moved to trash."),
    RESTORE: _("{count} restored."),
}
NOT_DONE = {
    Outcome.CONFLICT: _("{count} not changed: the page was out of date."),
    Outcome.NOT_IN_TRASH: _("{count} not changed: the page was out of date."),
    Outcome.WORDS_CHANGED: _("{count} not approved: the caption, tags or name changed. Read them again."),
    Outcome.TAKEN_DOWN: _("{count} not changed: they were taken down."),
    Outcome.OWN_PHOTO: _("{count} not changed: someone else has to decide about your own photos."),
    Outcome.DUPLICATE: _("{count} not restored: the owner uploaded the same photo again."),
}
ONLY_FOR_ADMINS = frozenset({TRASH, RESTORE})
REASONS = (
    _("Not a photo."),
    _("Too blurry or too dark."),
    _("Shows someone who may not have agreed to it."),
    _("Someone else's work."),
    _("Not suitable for everyone."),
)
"""The usual reasons of a rejection, which the review page offers by the keys 1 to 5."""
REASONS_FOR_WORDS = (
    _("Advertising."),
    _("Insults or threatens someone."),
    _("Says something private about someone."),
    _("Has nothing to do with the photos."),
)
"""Those of new captions and tags of an approved photo, and of an album's title and description."""
REASONS_FOR_NAMES = (
    _("Someone else's name."),
    _("Advertising."),
    _("Insults or threatens someone."),
    _("Not suitable for everyone."),
)
"""The usual reasons of a rejection of a person's display name."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The photos selected on a page, with the state and the ``words_mark`` that the page showed.

    ``words`` has those whose new words are decided about, and not the photo: a decision does what the page
    said. ``last_moves`` has the last history entry of photos that must not have moved since, as for an undo.
    """

    seen: dict[UUID, State]
    words_marks: dict[UUID, str] = field(default_factory=dict)
    last_moves: dict[UUID, int] = field(default_factory=dict)
    words: set[UUID] = field(default_factory=set)

    @classmethod
    def from_untrusted(cls, data: QueryDict) -> Chosen:
        """Read ``chosen`` values ``id:state[:words_mark[:last_move]]``; anything else is ignored."""
        chosen = cls({})
        for text in data.getlist("chosen")[:MAX_AT_ONCE]:
            untrusted_id, state, mark, last_move, *_rest = (*text.split(":"), "", "", "")
            try:
                photo_id = UUID(untrusted_id)
                expected = int(last_move) if last_move else None
                chosen.seen[photo_id] = State.APPROVED if state == WORDS else State(state)
            except ValueError:
                continue
            if state == WORDS:
                chosen.words.add(photo_id)
            if mark:
                chosen.words_marks[photo_id] = mark
            if expected is not None:
                chosen.last_moves[photo_id] = expected
        return chosen

    @property
    def values(self) -> list[str]:
        """Return the form's values."""
        return [
            f"{photo_id}:{WORDS if photo_id in self.words else state}:{self.words_marks.get(photo_id, '')}"
            for photo_id, state in self.seen.items()
        ]


@dataclass(frozen=True, slots=True)
class Decided:
    """The outcome of a decision for each chosen photo, and the reasons that rejected photos had before.

    ``about_words`` has those whose new words were decided about.
    """

    decision: str
    outcomes: dict[UUID, Outcome]
    former_notes: dict[UUID, str] = field(default_factory=dict)
    about_words: frozenset[UUID] = frozenset()

    @property
    def done(self) -> list[UUID]:
        """Return the photos that were changed."""
        return [photo_id for photo_id, outcome in self.outcomes.items() if outcome is Outcome.DONE]

    @property
    def is_complete(self) -> bool:
        """Return whether every photo was changed."""
        return len(self.done) == len(self.outcomes)

    @property
    def sentence(self) -> str:
        """Return how many were changed, then how many were not and why."""
        counts = Counter(str(NOT_DONE[outcome]) for outcome in self.outcomes.values() if outcome in NOT_DONE)
        done = {str(DONE[self.decision]): len(self.done)} if self.done else {}
        return " ".join(text.format(count=count) for text, count in (done | counts).items())


def decide(decision: str, chosen: Chosen, photos: PhotoQuerySet, *, actor: User, reason: str = "") -> Decided:
    """Apply the decision to each chosen photo among ``photos``, if it is still as it was seen."""
    act = _actions(chosen, actor, reason)[decision]
    notes = dict(photos.filter(pk__in=chosen.seen).values_list("pk", "review_note"))
    outcomes: dict[UUID, Outcome] = {}
    for photo_id, seen in chosen.seen.items():
        if photo_id not in notes:
            outcomes[photo_id] = Outcome.CONFLICT
        elif (last_move := chosen.last_moves.get(photo_id)) is not None:
            outcomes[photo_id] = actions.if_unmoved(photo_id, last_move, partial(act, photo_id, seen))
        else:
            outcomes[photo_id] = act(photo_id, seen)
    return Decided(decision, outcomes, notes, frozenset(chosen.words))


def _actions(chosen: Chosen, actor: User, reason: str) -> dict[str, Callable[[UUID, State], Outcome]]:
    def reject(photo_id: UUID, seen: State) -> Outcome:
        if photo_id not in chosen.words:
            return actions.reject(photo_id, actor=actor, reason=reason, seen=seen)
        mark = chosen.words_marks.get(photo_id, "")
        return words.reject_words(photo_id, actor=actor, words_mark=mark, reason=reason, seen=seen)

    return {
        APPROVE: lambda photo_id, seen: words.approve(
            photo_id, actor=actor, words_mark=chosen.words_marks.get(photo_id, ""), seen=seen
        ),
        REJECT: reject,
        REVIEW: lambda photo_id, seen: actions.put_back(photo_id, actor=actor, seen=seen),
        TRASH: lambda photo_id, _: actions.trash(photo_id, actor=actor),
        RESTORE: lambda photo_id, _: actions.restore(photo_id, actor=actor),
    }


def undo_of(decided: Decided) -> dict[str, Any]:
    """Return the form values that undo the decision; empty if it can't be undone.

    Decisions about new words stay: going back would take the photo off the public pages.
    """
    state = {APPROVE: State.APPROVED, REJECT: State.REJECTED}.get(decided.decision)
    photo_ids = [photo_id for photo_id in decided.done if photo_id not in decided.about_words]
    if state is None or not photo_ids:
        return {}
    return {"decision": REVIEW, "values": Chosen(dict.fromkeys(photo_ids, state)).values}
