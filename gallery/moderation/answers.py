"""The answer to a decision that the page's script sent: the outcome of each photo, and what undoes it.

An undo is an ordinary decision, the inverse one. Its value names the history entry that it takes back, so
it is refused if anyone moved the photo meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from gallery.moderation import decisions
from gallery.moderation.desk import desk_tiles, value_of
from gallery.photos.actions import Outcome
from gallery.photos.models import HistoryEntry
from gallery.photos.states import State
from gallery.presentation.history import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from django.http import HttpRequest

    from gallery.accounts.models import User
    from gallery.moderation.decisions import Chosen, Decided
    from gallery.photos.models import Photo
    from gallery.photos.querysets import PhotoQuerySet

BACK_TO = {
    State.PENDING: decisions.REVIEW,
    State.APPROVED: decisions.APPROVE,
    State.REJECTED: decisions.REJECT,
}
"""The decision that leads to a state."""
MOVES = {
    decisions.APPROVE: "approved",
    decisions.REJECT: "rejected",
    decisions.REVIEW: "review_again",
    decisions.TRASH: "trashed",
    decisions.RESTORE: "restored",
}
"""The history's name of each decision."""


def answer_of(
    decided: Decided, chosen: Chosen, photos: PhotoQuerySet, request: HttpRequest
) -> dict[str, Any]:
    """Return the answer: for each photo its outcome, its value now, and the decision that undoes it.

    A photo that could not be changed comes with its tile as it is now. A decision that is sent again because
    its answer was lost counts as done.
    """
    now = {photo.pk: photo for photo in photos.filter(pk__in=chosen.seen).with_owner().with_tags()}
    last_ids = HistoryEntry.objects.last_of(now)
    entries = HistoryEntry.objects.filter(pk__in=last_ids.values()).select_related("actor")
    last = {entry.photo_id: entry for entry in entries}
    results = []
    refused = []
    for photo_id, outcome in decided.outcomes.items():
        photo, entry = now.get(photo_id), last.get(photo_id)
        is_done = outcome is Outcome.DONE or (
            outcome is Outcome.CONFLICT and _is_repeated(decided, chosen, photo_id, entry, request)
        )
        result: dict[str, Any] = {"id": str(photo_id), "outcome": "done" if is_done else str(outcome)}
        if photo:
            result |= {"value": value_of(photo, last_ids.get(photo_id)), "state": photo.state}
        if is_done:
            result["undo"] = _inverse(decided, chosen, photo_id, photo)
        else:
            result["sentence"] = _refusal(outcome, photo, entry)
            refused += [photo] if photo else []
        results.append(result)
    tiles = _tiles(refused, request)
    return {"results": [result | {"tile": tiles.get(result["id"], "")} for result in results]}


def _is_repeated(
    decided: Decided, chosen: Chosen, photo_id: UUID, entry: HistoryEntry | None, request: HttpRequest
) -> bool:
    """Return whether this very decision by this person is the last thing that happened to the photo."""
    return (
        entry is not None
        and entry.actor_id == request.user.pk
        and entry.move == MOVES[decided.decision]
        and entry.from_state == chosen.seen[photo_id]
    )


def _inverse(decided: Decided, chosen: Chosen, photo_id: UUID, photo: Photo | None) -> dict[str, str] | None:
    """Return the decision that leads back to what was seen; ``None`` if none does."""
    seen = chosen.seen[photo_id]
    if decided.decision in decisions.ONLY_FOR_ADMINS:
        back = decisions.RESTORE if decided.decision == decisions.TRASH else decisions.TRASH
        return {"decision": back, "reason": ""}
    if photo_id in chosen.words:
        return None
    if seen is State.APPROVED and photo and photo.words_mark != chosen.words_marks.get(photo_id):
        # Its owner wrote new words meanwhile, which the way back would approve unread.
        return None
    reason = decided.former_notes.get(photo_id, "") if seen is State.REJECTED else ""
    if seen not in BACK_TO or (seen is State.REJECTED and not reason):
        return None
    return {"decision": BACK_TO[seen], "reason": reason}


def _refusal(outcome: Outcome, photo: Photo | None, entry: HistoryEntry | None) -> str:
    if photo is None:
        return _("This photo is no longer here. Its owner made it private or deleted it.")
    if outcome is not Outcome.CONFLICT or entry is None or entry.actor is None:
        return outcome.sentence
    what = SENTENCES.get(entry.move, entry.move)
    return _("Not saved. {name} changed this photo after you opened the page: {what}.").format(
        name=entry.actor.username, what=what
    )


def _tiles(photos: list[Photo], request: HttpRequest) -> Mapping[str, str]:
    if not photos:
        return {}
    shown, _complete = desk_tiles(photos, cast("User", request.user))
    return {
        str(entry.photo.pk): render_to_string("admin/photos/photo/_desk_tile.html", {"entry": entry}, request)
        for entry in shown
    }
