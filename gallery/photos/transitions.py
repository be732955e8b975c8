"""The only place where a photo's state changes.

Each move is one conditional UPDATE plus a history row, in one transaction. Zero rows updated means
that somebody was first; the caller is told by ``False`` and nothing else happens. The history row also
says who is still to hear of it: so no news is lost between a commit and a topic or a mail server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from gallery.accounts.models import User
from gallery.photos import outbox
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import NEVER_ARRIVED, State, Visibility
from thumbworker.contract.events import EventType

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Move:
    """A named move from any of ``allowed`` to ``target``; ``None`` keeps the state.

    Subscribers hear of it if it has a ``news_type``, the photo's owner if it ``tells_owner``.
    """

    name: str
    allowed: frozenset[State]
    target: State | None
    news_type: EventType | None = None
    tells_owner: bool = False


def _move(
    name: str,
    allowed: set[State],
    target: State | None,
    news_type: EventType | None = None,
    *,
    tells_owner: bool = False,
) -> Move:
    return Move(name, frozenset(allowed), target, news_type, tells_owner)


PROCESSED = _move("processed", {State.AWAITING, State.FAILED}, State.PENDING, tells_owner=True)
# Whoever is trusted has all photos approved at once: a mail about each would say nothing new.
PROCESSED_TRUSTED = _move(
    "processed_trusted", {State.AWAITING, State.FAILED}, State.APPROVED, EventType.APPROVED
)
FAILED = _move("failed", {State.AWAITING}, State.FAILED, tells_owner=True)
GIVEN_UP = _move("given_up", {State.AWAITING}, State.FAILED, tells_owner=True)
OFFERED_AGAIN = _move("offered_again", {State.FAILED}, State.AWAITING)
TRIED_AGAIN = _move("tried_again", {State.FAILED}, State.AWAITING)
_JUDGED = {State.PENDING, State.APPROVED, State.REJECTED}
APPROVED = _move("approved", _JUDGED, State.APPROVED, EventType.APPROVED, tells_owner=True)
REJECTED = _move("rejected", _JUDGED, State.REJECTED, EventType.REJECTED, tells_owner=True)
REVIEWED_AGAIN = _move("review_again", {State.APPROVED, State.REJECTED}, State.PENDING)
WORDS_CHANGED = _move("words_changed", {State.APPROVED}, State.PENDING)
TRASHED = _move("trashed", set(State), None)
RESTORED = _move("restored", set(State), None)

TABLE = (
    PROCESSED,
    PROCESSED_TRUSTED,
    FAILED,
    GIVEN_UP,
    OFFERED_AGAIN,
    TRIED_AGAIN,
    APPROVED,
    REJECTED,
    REVIEWED_AGAIN,
    WORDS_CHANGED,
    TRASHED,
    RESTORED,
)


def apply(
    move: Move,
    photo_id: UUID,
    *,
    actor: User | None = None,
    reason: str = "",
    conditions: dict[str, Any] | None = None,
    changes: dict[str, Any] | None = None,
    correlation_id: str = "",
) -> bool:
    """Make the move if the photo is where the move starts. Return whether it was made.

    ``conditions`` narrow the UPDATE's WHERE and ``changes`` are set by the same UPDATE. A change of
    ``size_bytes`` is accounted to the owner in the same transaction. The event carries ``correlation_id``
    if the caller knows it.
    """
    now = timezone.now()
    with transaction.atomic():
        candidates = Photo.objects.filter(pk=photo_id, state__in=move.allowed, **(conditions or {}))
        standing = candidates.values_list("state", "owner_id", "size_bytes").first()
        if standing is None:
            return False
        from_state, owner_id, size_bytes = standing
        to_state = from_state if move.target is None else move.target
        # What was just read is part of the WHERE: the first writer wins, and history stays true.
        unchanged = candidates.filter(state=from_state, size_bytes=size_bytes)
        if not unchanged.update(state=to_state, **(changes or {})):
            return False
        if changes and "size_bytes" in changes:
            User.objects.filter(pk=owner_id).update(
                used_bytes=Greatest(F("used_bytes") + changes["size_bytes"] - size_bytes, 0)
            )
        entry = HistoryEntry.objects.create(
            photo_id=photo_id,
            at=now,
            actor=actor,
            move=move.name,
            from_state=from_state,
            to_state=to_state,
            reason=reason,
            news_type=_news_type(move) if from_state != to_state else "",
            # Nobody is told what they did themselves.
            owner_untold=move.tells_owner and from_state != to_state and not _is(actor, owner_id),
        )
        if entry.news_type:
            transaction.on_commit(lambda: _tell(entry, owner_id, correlation_id), robust=True)
    return True


def _news_type(move: Move) -> str:
    """Return what subscribers hear of the move; where there is no topic there are none."""
    return str(move.news_type) if move.news_type and settings.PHOTO_EVENTS_TOPIC_ARN else ""


def _is(actor: User | None, owner_id: int) -> bool:
    return actor is not None and actor.pk == owner_id


def _tell(entry: HistoryEntry, owner_id: int, correlation_id: str) -> None:
    outbox.publish_now(entry, owner_id, correlation_id=correlation_id)


def processed(photo_id: UUID, *, trusted: bool, facts: dict[str, Any], correlation_id: str = "") -> bool:
    """Record that the renditions are there; ``facts`` are the columns adopted from the catalogue."""
    move = PROCESSED_TRUSTED if trusted else PROCESSED
    return apply(move, photo_id, changes={**facts, "reason": ""}, correlation_id=correlation_id)


def failed(photo_id: UUID, *, reason: str, facts: dict[str, Any]) -> bool:
    """Record that the worker could not read the original."""
    return apply(FAILED, photo_id, reason=reason, changes={**facts, "reason": reason})


def given_up(photo_id: UUID, *, offered_before: datetime) -> bool:
    """Record that an original never came whose last offer ended before that instant."""
    return apply(
        GIVEN_UP,
        photo_id,
        reason=NEVER_ARRIVED,
        # A browser may have come back and been offered it again since somebody looked.
        conditions={"offered_until__lt": offered_before},
        changes={"reason": NEVER_ARRIVED},
    )


def offered_again(photo_id: UUID, *, offered_until: datetime) -> bool:
    """Open an offer again that had been given up."""
    return apply(
        OFFERED_AGAIN,
        photo_id,
        conditions={"reason": NEVER_ARRIVED},
        changes={"reason": "", "offered_until": offered_until},
    )


def arrived_late(photo_id: UUID) -> bool:
    """Wait for the worker again: an original that had been given up is there after all."""
    return apply(OFFERED_AGAIN, photo_id, conditions={"reason": NEVER_ARRIVED}, changes={"reason": ""})


def tried_again(photo_id: UUID, *, actor: User) -> bool:
    """Put a failed photo back to awaiting, for the worker to look once more."""
    return apply(TRIED_AGAIN, photo_id, actor=actor, changes={"reason": ""})


def _as_seen(seen: State | None) -> dict[str, Any]:
    """Return the conditions of a moderator's move: not in the trash, not private, still as ``seen``."""
    conditions = {"trashed_at": None, "visibility": Visibility.PUBLIC}
    return conditions if seen is None else conditions | {"state": seen}


def approved(photo_id: UUID, *, actor: User, seen: State | None = None, caption: str | None = None) -> bool:
    """Let everybody see the photo; only if it still is what the moderator saw, as far as that is given."""
    conditions = _as_seen(seen) | ({} if caption is None else {"caption": caption})
    return apply(APPROVED, photo_id, actor=actor, conditions=conditions, changes={"review_note": ""})


def rejected(photo_id: UUID, *, actor: User, reason: str, seen: State | None = None) -> bool:
    """Keep the photo from the public and tell its owner why; ``seen`` as in ``approved``."""
    return apply(
        REJECTED,
        photo_id,
        actor=actor,
        reason=reason,
        conditions=_as_seen(seen),
        changes={"review_note": reason},
    )


def put_back_to_review(photo_id: UUID, *, actor: User, seen: State | None = None) -> bool:
    """Undo a moderator's decision; ``seen`` as in ``approved``."""
    return apply(
        REVIEWED_AGAIN, photo_id, actor=actor, conditions=_as_seen(seen), changes={"review_note": ""}
    )


def words_changed(photo_id: UUID, *, actor: User) -> bool:
    """Send an approved photo back to review because its words are new."""
    return apply(WORDS_CHANGED, photo_id, actor=actor)


def trashed(photo_id: UUID, *, actor: User) -> bool:
    """Move the photo to the trash; its state waits there."""
    return apply(
        TRASHED,
        photo_id,
        actor=actor,
        conditions={"trashed_at": None},
        changes={"trashed_at": timezone.now()},
    )


def restored(photo_id: UUID, *, actor: User) -> bool:
    """Take the photo out of the trash, as it was.

    Raises:
        django.db.IntegrityError: the owner has uploaded the same file again since.
    """
    return apply(
        RESTORED,
        photo_id,
        actor=actor,
        conditions={"trashed_at__isnull": False},
        changes={"trashed_at": None},
    )
