"""The only place where a photo's state changes.

Each move is one conditional UPDATE plus a history row, in one transaction. If another request changed the row
first, no row is updated and the move returns ``False``. The history row also records the pending event and
notification, so neither is lost between the commit and the topic or the mail server.
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
from gallery.photos import month_counts, outbox
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.states import NEVER_ARRIVED, WITHOUT_PICTURE, State, Visibility, WordsState
from thumbworker.contract.events import EventType

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet
    from datetime import datetime
    from uuid import UUID


@dataclass(frozen=True, slots=True)
class Move:
    """A named move from any of ``allowed`` to ``target``; ``None`` keeps the state.

    A move with a ``news_type`` is published as an event. One that ``notifies_owner`` is also sent by email.
    A move that ``decides`` about a photo is told on its owner's page, too, until it is taken back.
    All need a change of state, unless the move is ``final`` or decides ``about_words``. No move follows a
    final one.
    """

    name: str
    allowed: AbstractSet[State]
    target: State | None
    news_type: EventType | None = None
    notifies_owner: bool = False
    final: bool = False
    about_words: bool = False
    decides: bool = False


PROCESSED = Move("processed", WITHOUT_PICTURE, State.PENDING, notifies_owner=True)
# No email: a trusted owner's photos are always approved.
PROCESSED_TRUSTED = Move("processed_trusted", WITHOUT_PICTURE, State.APPROVED, EventType.APPROVED)
FAILED = Move("failed", {State.AWAITING}, State.FAILED, notifies_owner=True)
GIVEN_UP = Move("given_up", {State.AWAITING}, State.FAILED, notifies_owner=True)
OFFERED_AGAIN = Move("offered_again", {State.FAILED}, State.AWAITING)
TRIED_AGAIN = Move("tried_again", {State.FAILED}, State.AWAITING)
_REVIEWED = {State.PENDING, State.APPROVED, State.REJECTED}
APPROVED = Move("approved", _REVIEWED, State.APPROVED, EventType.APPROVED, notifies_owner=True, decides=True)
REJECTED = Move("rejected", _REVIEWED, State.REJECTED, EventType.REJECTED, notifies_owner=True, decides=True)
REVIEWED_AGAIN = Move("review_again", {State.APPROVED, State.REJECTED}, State.PENDING)
ASKED_AGAIN = Move("asked_again", {State.REJECTED}, State.PENDING)
# The photo stays public with the words that were approved before.
WORDS_WRITTEN = Move("words_written", {State.APPROVED}, None)
WORDS_APPROVED = Move("words_approved", {State.APPROVED}, None, notifies_owner=True, about_words=True)
WORDS_REJECTED = Move("words_rejected", {State.APPROVED}, None, notifies_owner=True, about_words=True)
TRASHED = Move("trashed", set(State), None)
RESTORED = Move("restored", set(State), None)
ACCEPTED = Move("accepted", set(State), None)
DECLINED = Move("declined", set(State), None)
TAKEN_DOWN = Move(
    "taken_down",
    set(State),
    State.REJECTED,
    EventType.REJECTED,
    notifies_owner=True,
    final=True,
    decides=True,
)


def look_soon() -> dict[str, Any]:
    """Return the columns by which the sweep looks at a photo that waits again as it does at a new one."""
    return {"due_at": timezone.now(), "looks": 0}


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
    """Make the move if the photo's state allows it. Return whether it was made.

    ``conditions`` narrow the UPDATE's WHERE and ``changes`` are set by the same UPDATE. A change of
    ``size_bytes`` is added to the owner's ``used_bytes`` in the same transaction. The event carries
    ``correlation_id``.
    """
    now = timezone.now()
    with transaction.atomic():
        candidates = Photo.objects.filter(
            pk=photo_id, taken_down_at=None, state__in=move.allowed, **(conditions or {})
        )
        current = candidates.values("owner_id", "size_bytes", *month_counts.COUNTED_COLUMNS).first()
        if current is None:
            return False
        from_state, owner_id, size_bytes = current["state"], current["owner_id"], current["size_bytes"]
        to_state = from_state if move.target is None else move.target
        # The values just read are part of the WHERE, so that the history row and the counts are correct.
        read = {
            name: current[name]
            for name in ("state", "size_bytes", "trashed_at", "is_archived", "taken_local")
        }
        unchanged = candidates.filter(**read)
        is_news = move.final or move.about_words or from_state != to_state
        told = {}
        if is_news and (move.decides or to_state == State.PENDING):
            # Owners know of their own decisions, and a decision that was taken back is none.
            told["decided_at"] = now if move.decides and not _is(actor, owner_id) else None
        if not unchanged.update(state=to_state, **told, **(changes or {})):
            return False
        if changes and "size_bytes" in changes:
            User.objects.filter(pk=owner_id).update(
                used_bytes=Greatest(F("used_bytes") + changes["size_bytes"] - size_bytes, 0)
            )
        moved = {**current, **(changes or {}), "state": to_state}
        month_counts.count(
            owner_id, before=month_counts.month_counted(current), after=month_counts.month_counted(moved)
        )
        entry = HistoryEntry.objects.create(
            photo_id=photo_id,
            at=now,
            actor=actor,
            move=move.name,
            from_state=from_state,
            to_state=to_state,
            reason=reason,
            news_type=_news_type(move) if is_news else "",
            # Owners are not notified of their own moves.
            owner_untold=move.notifies_owner and is_news and not _is(actor, owner_id),
        )
        if entry.news_type:
            transaction.on_commit(
                lambda: outbox.publish_now(entry, owner_id, correlation_id=correlation_id), robust=True
            )
    return True


def _news_type(move: Move) -> str:
    """Return the type of the move's event; empty if it has none or there is no topic."""
    return str(move.news_type) if move.news_type and settings.PHOTO_EVENTS_TOPIC_ARN else ""


def _is(actor: User | None, owner_id: int) -> bool:
    return actor is not None and actor.pk == owner_id


def processed(
    photo_id: UUID, *, trusted: bool, facts: dict[str, Any], hint: str = "", correlation_id: str = ""
) -> bool:
    """Record that the renditions exist. ``facts`` are the columns copied from the catalogue.

    With a ``hint`` for moderators the photo waits for review, even a trusted owner's.
    """
    move = PROCESSED_TRUSTED if trusted and not hint else PROCESSED
    changes = {**facts, "reason": "", "review_hint": hint}
    return apply(move, photo_id, changes=changes, correlation_id=correlation_id)


def failed(photo_id: UUID, *, reason: str, facts: dict[str, Any]) -> bool:
    """Record that the worker could not read the original."""
    return apply(FAILED, photo_id, reason=reason, changes={**facts, "reason": reason})


def given_up(photo_id: UUID, *, offered_before: datetime) -> bool:
    """Record that no original was uploaded and the last offer ended before that instant."""
    return apply(
        GIVEN_UP,
        photo_id,
        reason=NEVER_ARRIVED,
        # A browser may have got a new offer since the sweep read the row.
        conditions={"offered_until__lt": offered_before},
        changes={"reason": NEVER_ARRIVED},
    )


def offered_again(photo_id: UUID, *, offered_until: datetime) -> bool:
    """Reopen an expired offer."""
    return apply(
        OFFERED_AGAIN,
        photo_id,
        conditions={"reason": NEVER_ARRIVED},
        changes={"reason": "", "offered_until": offered_until, **look_soon()},
    )


def arrived_late(photo_id: UUID) -> bool:
    """Wait for the worker again: the original of an expired offer exists after all."""
    return apply(
        OFFERED_AGAIN, photo_id, conditions={"reason": NEVER_ARRIVED}, changes={"reason": "", **look_soon()}
    )


def tried_again(photo_id: UUID, *, actor: User) -> bool:
    """Return a failed photo to awaiting, so that the worker processes it again."""
    return apply(TRIED_AGAIN, photo_id, actor=actor, changes={"reason": "", **look_soon()})


def _as_seen(seen: State | None) -> dict[str, Any]:
    """Return the conditions of a moderator's move: not in the trash, not private, still in state ``seen``."""
    conditions = {"trashed_at": None, "visibility": Visibility.PUBLIC}
    return conditions if seen is None else conditions | {"state": seen}


def approved(photo_id: UUID, *, actor: User, seen: State | None = None, caption: str | None = None) -> bool:
    """Make the photo public, if it still has the given state and caption."""
    conditions = _as_seen(seen) | ({} if caption is None else {"caption": caption})
    return apply(APPROVED, photo_id, actor=actor, conditions=conditions, changes={"review_note": ""})


def rejected(
    photo_id: UUID, *, actor: User, reason: str, seen: State | None = None, may_be_private: bool = False
) -> bool:
    """Reject the photo. Its owner sees the reason."""
    return apply(
        REJECTED,
        photo_id,
        actor=actor,
        reason=reason,
        conditions={"trashed_at": None} if may_be_private else _as_seen(seen),
        changes={"review_note": reason},
    )


def put_back_to_review(photo_id: UUID, *, actor: User, seen: State | None = None) -> bool:
    """Undo a moderator's decision."""
    return apply(
        REVIEWED_AGAIN, photo_id, actor=actor, conditions=_as_seen(seen), changes={"review_note": ""}
    )


def asked_again(photo_id: UUID, *, actor: User, appeal: str) -> bool:
    """Send a rejected photo back to review for its owner, once."""
    return apply(
        ASKED_AGAIN,
        photo_id,
        actor=actor,
        reason=appeal,
        conditions={"trashed_at": None, "asked_again": False},
        changes={"asked_again": True, "appeal": appeal},
    )


def words_written(photo_id: UUID, *, actor: User, caption: str, alt_text: str, tags: Iterable[str]) -> bool:
    """Have new words of an approved photo wait. Others read the old ones until they are approved."""
    changes = {
        "new_caption": caption,
        "new_alt_text": alt_text,
        "new_tags": ",".join(sorted(tags)),
        "words_state": WordsState.WAITING,
        "words_at": timezone.now(),
        "words_note": "",
    }
    return apply(WORDS_WRITTEN, photo_id, actor=actor, changes=changes)


def words_approved(photo_id: UUID, *, actor: User, seen: State | None = None) -> bool:
    """Record that a moderator approved the new words, which the caller puts in place."""
    conditions = _as_seen(seen) | {"words_state": WordsState.WAITING}
    return apply(WORDS_APPROVED, photo_id, actor=actor, conditions=conditions)


def words_rejected(photo_id: UUID, *, actor: User, reason: str, seen: State | None = None) -> bool:
    """Keep the new words for their owner only, with the reason. Others read the old ones."""
    conditions = _as_seen(seen) | {"words_state": WordsState.WAITING}
    changes = {"words_state": WordsState.REJECTED, "words_note": reason}
    return apply(WORDS_REJECTED, photo_id, actor=actor, reason=reason, conditions=conditions, changes=changes)


def trashed(photo_id: UUID, *, actor: User, at: datetime | None = None) -> bool:
    """Move the photo to the trash. It keeps its state. What is trashed ``at`` one instant stays together."""
    return apply(
        TRASHED,
        photo_id,
        actor=actor,
        conditions={"trashed_at": None},
        changes={"trashed_at": at or timezone.now()},
    )


def restored(photo_id: UUID, *, actor: User) -> bool:
    """Restore the photo from the trash in its former state.

    Raises:
        django.db.IntegrityError: the owner uploaded the same file again.
    """
    return apply(
        RESTORED,
        photo_id,
        actor=actor,
        conditions={"trashed_at__isnull": False, "is_received": False},
        changes={"trashed_at": None},
    )


def accepted(photo_id: UUID, *, actor: User) -> bool:
    """Make a photo that a guest sent one of its owner's.

    Raises:
        django.db.IntegrityError: the owner has this file.
    """
    return apply(
        ACCEPTED,
        photo_id,
        actor=actor,
        conditions={"is_received": True},
        changes={"is_received": False, "trashed_at": None},
    )


def declined(photo_id: UUID, *, actor: User | None) -> bool:
    """Move a photo that a guest sent to its owner's trash; ``actor`` is ``None`` if time decided."""
    return apply(
        DECLINED,
        photo_id,
        actor=actor,
        conditions={"is_received": True},
        changes={"is_received": False, "trashed_at": timezone.now()},
    )


def taken_down(photo_id: UUID, *, actor: User, reason: str) -> bool:
    """Reject the photo for good, also one in the trash. Its row no longer counts any bytes."""
    changes = {
        "review_note": reason,
        "taken_down_at": timezone.now(),
        "trashed_at": None,
        "is_received": False,
        "size_bytes": 0,
        # As of an import before its fetch: unique, and the hash of no file. ``TakenDown`` has the real one.
        "sha256": photo_id.hex,
    }
    return apply(TAKEN_DOWN, photo_id, actor=actor, reason=reason, changes=changes)
