"""The review of an album's title and description: what others read, and a moderator's decision.

Words of trusted owners are public at once. Those of others become public when a moderator approves them.
Until then, others read what was approved before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from gallery.accounts.moderators import may_decide
from gallery.accounts.trust import is_trusted
from gallery.albums.models import Album, WordsDecision
from gallery.blocks.actions import is_blocked
from gallery.photos.actions import Outcome
from gallery.photos.states import WordsState

if TYPE_CHECKING:
    from uuid import UUID

    from gallery.accounts.models import User

FIELDS = ("public_title", "public_description", "words_state", "words_at", "review_note")
"""The columns that ``follow_change`` and the decisions set."""


def follow_change(album: Album, *, changed: bool) -> None:
    """Set, without saving, what others read after the owner saved the album. ``changed``: its words did."""
    if not changed and album.words_state != WordsState.WAITING:
        return
    if changed:
        album.words_at, album.review_note = timezone.now(), ""
    if is_trusted(album.owner) and not is_blocked(album.owner):
        _publish(album)
    elif changed:
        album.words_state = WordsState.APPROVED if album.shows_own_words else WordsState.WAITING


def _publish(album: Album) -> None:
    album.public_title, album.public_description = album.title, album.description
    album.words_state = WordsState.APPROVED


def approve(album_id: UUID, *, actor: User, words_mark: str) -> Outcome:
    """Make the album's words public, if they are still those that the moderator read."""
    return _decide(album_id, WordsState.APPROVED, actor=actor, words_mark=words_mark)


def reject(album_id: UUID, *, actor: User, words_mark: str, reason: str) -> Outcome:
    """Keep the album's words from others, or take them away. The owner sees the reason.

    Other words that were approved before stay public.
    """
    return _decide(album_id, WordsState.REJECTED, actor=actor, words_mark=words_mark, reason=reason)


def _decide(album_id: UUID, state: WordsState, *, actor: User, words_mark: str, reason: str = "") -> Outcome:
    with transaction.atomic():
        album = (
            Album.objects.select_for_update(of=("self",)).select_related("owner").filter(pk=album_id).first()
        )
        if album is None:
            return Outcome.CONFLICT
        if not may_decide(actor, album.owner_id):
            return Outcome.OWN_PHOTO
        if album.words_mark != words_mark:
            return Outcome.WORDS_CHANGED
        if album.words_state == state:
            # Sent again, because the response was lost.
            return Outcome.DONE
        if state == WordsState.APPROVED:
            _publish(album)
        elif album.shows_own_words:
            album.public_title = album.public_description = ""
        album.words_state, album.review_note = state, reason
        album.save(update_fields=FIELDS)
        WordsDecision.objects.create(
            album=album,
            actor=actor,
            state=state,
            title=album.title,
            description=album.description,
            reason=reason,
        )
    return Outcome.DONE
