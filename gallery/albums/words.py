"""Actions on a photo's words (caption, alternative text, tags): the owner's changes, the review of new ones.

Words of trusted owners, and of photos that are not approved, take their place at once: a moderator reads the
latter with the photo. New words of an approved photo wait beside the approved ones, which stay public.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from gallery.accounts.trust import is_trusted
from gallery.albums.tagging import set_tags, tags_of, with_more
from gallery.blocks.actions import is_blocked
from gallery.photos import actions, transitions
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed
from gallery.photos.states import State, Visibility, WordsState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from gallery.accounts.models import User

NO_NEW_WORDS = dict.fromkeys(("new_caption", "new_alt_text", "new_tags", "words_note"), "") | {
    "words_state": WordsState.APPROVED
}


@dataclass(frozen=True, slots=True)
class _Words:
    """All words that go with a picture; the tags in alphabetical order."""

    caption: str
    alt_text: str
    tags: Sequence[str]


def own_tags(photo: Photo) -> list[str]:
    """Return the tags that the owner wrote last, in alphabetical order."""
    return photo.new_tag_names if photo.has_new_words else tags_of([photo.pk]).get(photo.pk, [])


def are_reviewed(photo: Photo, actor: User) -> bool:
    """Return whether new words of this photo would wait for a moderator."""
    return photo.state == State.APPROVED and not (is_trusted(actor) and not is_blocked(actor))


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    alt_text: str | None = None,
    visibility: Visibility | None = None,
    tags: Sequence[str] | None = None,
) -> Outcome:
    """Change caption, alternative text, visibility and the cleaned tags, if given; all or nothing.

    New words of an approved photo wait for review, unless the actor is trusted.
    """
    wanted = None if tags is None else (lambda _: tags)
    return _change(
        photo_id,
        actor=actor,
        caption=caption,
        alt_text=alt_text,
        visibility=visibility,
        wanted_tags=wanted,
    )


def change_tags(photo_id: UUID, *, actor: User, wanted: Callable[[Sequence[str]], Sequence[str]]) -> Outcome:
    """Set the tags to what ``wanted`` makes of those that the owner wrote last, while the photo is locked.

    What it raises is passed on, and nothing changes.
    """
    return _change(photo_id, actor=actor, wanted_tags=wanted)


def add_file_tags(photo_id: UUID, *, actor: User, tags: Sequence[str]) -> Outcome:
    """Add these cleaned tags to those that the photo has, up to as many as it may have."""
    return change_tags(photo_id, actor=actor, wanted=lambda before: with_more(before, tags))


def _change(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    alt_text: str | None = None,
    visibility: Visibility | None = None,
    wanted_tags: Callable[[Sequence[str]], Sequence[str]] | None = None,
) -> Outcome:
    with transaction.atomic():
        photo = actions.locked(photo_id)
        if photo is None or photo.is_taken_down:
            return actions.unchangeable(photo)
        publishes = visibility == Visibility.PUBLIC != photo.visibility
        if publishes and is_blocked(actor):
            return Outcome.BLOCKED
        before = own_tags(photo)
        own = _Words(photo.own_caption, photo.own_alt_text, sorted(before))
        wanted = _Words(
            own.caption if caption is None else caption,
            own.alt_text if alt_text is None else alt_text,
            sorted(set(before if wanted_tags is None else wanted_tags(before))),
        )
        if visibility is not None:
            actions.set_visibility(photo_id, visibility=visibility)
        # Words that wait since before the owner was trusted become public, too; rejected ones don't.
        if (wanted != own or photo.words_wait) and is_trusted(actor) and not is_blocked(actor):
            _put_in_place(photo, wanted)
        elif wanted != own:
            return _follow_change(photo, wanted, actor=actor)
    return Outcome.DONE


def _follow_change(photo: Photo, wanted: _Words, *, actor: User) -> Outcome:
    """Put changed words where they belong until a moderator has read them."""
    approved = _Words(photo.caption, photo.alt_text, sorted(tags_of([photo.pk]).get(photo.pk, [])))
    if photo.state != State.APPROVED or wanted == approved:
        _put_in_place(photo, wanted)
        return Outcome.DONE
    if not transitions.words_written(
        photo.pk, actor=actor, caption=wanted.caption, alt_text=wanted.alt_text, tags=wanted.tags
    ):
        return Outcome.CONFLICT
    words_changed.send(Photo, photo_ids=[photo.pk])
    return Outcome.WORDS_WAIT


def _put_in_place(photo: Photo, words: _Words) -> None:
    """Make these the words of the photo. No others are left to wait."""
    Photo.objects.filter(pk=photo.pk).update(caption=words.caption, alt_text=words.alt_text, **NO_NEW_WORDS)
    set_tags(photo.pk, words.tags)
    words_changed.send(Photo, photo_ids=[photo.pk])


def approve(photo_id: UUID, *, actor: User, words_mark: str, seen: State | None = None) -> Outcome:
    """Approve the photo with the words that the moderator read: the new ones, if they wait.

    Of an approved photo, that approves the new words.
    """
    with transaction.atomic():
        photo = actions.locked(photo_id)
        outcome = _approve(photo, actor=actor, words_mark=words_mark, seen=seen) if photo else None
        if outcome is None:
            outcome = actions.approve(photo_id, actor=actor, words_mark=words_mark, seen=seen)
        if not outcome.is_done:
            # New words don't stay in place if the photo was not approved.
            transaction.set_rollback(True)
    return outcome


def _approve(photo: Photo, *, actor: User, words_mark: str, seen: State | None) -> Outcome | None:
    """Put the words that wait in place. Return the outcome; ``None`` if the photo is still to be approved."""
    if not photo.words_wait or photo.is_taken_down:
        return None
    if refusal := actions.refusal_of(photo, actor):
        return refusal
    if photo.new_words_mark != words_mark:
        return Outcome.WORDS_CHANGED
    is_public = photo.state == State.APPROVED
    if is_public and not transitions.words_approved(photo.pk, actor=actor, seen=seen):
        return Outcome.CONFLICT
    _put_in_place(photo, _Words(photo.new_caption, photo.new_alt_text, photo.new_tag_names))
    return Outcome.DONE if is_public else None


def reject_words(
    photo_id: UUID, *, actor: User, words_mark: str, reason: str, seen: State | None = None
) -> Outcome:
    """Keep the new words of an approved photo from others, who go on reading the old ones."""
    with transaction.atomic():
        photo = actions.locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if refusal := actions.refusal_of(photo, actor):
            return refusal
        if not photo.has_new_words or photo.new_words_mark != words_mark:
            return Outcome.WORDS_CHANGED
        if photo.words_state == WordsState.REJECTED:
            # Sent again, because the response was lost.
            return Outcome.DONE
        if not transitions.words_rejected(photo_id, actor=actor, reason=reason, seen=seen):
            return Outcome.CONFLICT
    return Outcome.DONE
