"""Actions on photos. Pages, admin, API and commands call these and nothing below them.

Each action is one transaction and returns an ``Outcome``. The caller checks permissions. The action checks
that the photo is still as the person saw it. ``gallery.albums.actions`` has the actions that set tags.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from gallery.accounts.trust import is_trusted
from gallery.core import reasons
from gallery.photos import transitions
from gallery.photos.models import Photo
from gallery.photos.purge import IN_THE_TRASH, purge_photo
from gallery.storage.originals import OriginalsUnavailable, originals

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from gallery.accounts.models import User
    from gallery.photos.states import State, Visibility


class Outcome(StrEnum):
    """The result of an action. The value is the API's stable reason code."""

    DONE = "done"
    BACK_TO_REVIEW = "back_to_review"
    """Done, and the photo waits for review because its caption or tags changed."""
    CONFLICT = reasons.CONFLICT.code
    """The photo's state does not allow it, or it changed meanwhile. Nothing changed."""
    WORDS_CHANGED = reasons.WORDS_CHANGED.code
    """The caption or tags are not the ones that the moderator read. Nothing changed."""
    DUPLICATE = reasons.ALREADY_THERE.code
    """The owner uploaded the same file again. Nothing changed."""
    NOT_IN_TRASH = reasons.NOT_IN_TRASH.code
    """Only a photo in the trash can be restored or purged. Nothing changed."""
    STORE_UNAVAILABLE = reasons.STORE_UNAVAILABLE.code
    """Done, but S3 did not accept the nudge. The sweep sends it later."""

    @property
    def sentence(self) -> str:
        """Return the text for people."""
        return str(SUCCESSES[self]) if self in SUCCESSES else reasons.ALL[self.value].sentence


SUCCESSES = {
    Outcome.DONE: _("Saved."),
    Outcome.BACK_TO_REVIEW: _(
        "Saved. The new caption or tags are waiting for review. Until then, only you can see the photo."
    ),
}


def _done(made: bool, otherwise: Outcome = Outcome.CONFLICT) -> Outcome:
    return Outcome.DONE if made else otherwise


def _locked(photo_id: UUID) -> Photo | None:
    """Return the row, locked until the transaction ends."""
    return Photo.objects.select_for_update().filter(pk=photo_id).first()


def approve(photo_id: UUID, *, actor: User, words_mark: str, seen: State | None = None) -> Outcome:
    """Approve the photo if its caption, tags and state are still those that the moderator saw."""
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if photo.words_mark != words_mark:
            return Outcome.WORDS_CHANGED
        return _done(transitions.approved(photo_id, actor=actor, seen=seen, caption=photo.caption))


def reject(photo_id: UUID, *, actor: User, reason: str, seen: State | None = None) -> Outcome:
    """Reject the photo. Its owner sees the reason."""
    return _done(transitions.rejected(photo_id, actor=actor, reason=reason, seen=seen))


def put_back(photo_id: UUID, *, actor: User, seen: State | None = None) -> Outcome:
    """Send an approved or rejected photo back to review."""
    return _done(transitions.put_back_to_review(photo_id, actor=actor, seen=seen))


def retry(photo_id: UUID, *, actor: User) -> Outcome:
    """Process a failed photo again. The worker is nudged after the move is committed."""
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None or not photo.can_be_tried_again:
            return Outcome.CONFLICT
        if not transitions.tried_again(photo_id, actor=actor):
            return Outcome.CONFLICT
    try:
        originals().nudge(photo_id)
    except OriginalsUnavailable:
        return Outcome.STORE_UNAVAILABLE
    return Outcome.DONE


def trash(photo_id: UUID, *, actor: User) -> Outcome:
    """Move the photo to the trash."""
    return _done(transitions.trashed(photo_id, actor=actor))


def restore(photo_id: UUID, *, actor: User) -> Outcome:
    """Restore the photo from the trash in its former state."""
    try:
        with transaction.atomic():
            return _done(transitions.restored(photo_id, actor=actor), Outcome.NOT_IN_TRASH)
    except IntegrityError:
        return Outcome.DUPLICATE


def purge(photo_id: UUID, *, only_from_trash: bool) -> Outcome:
    """Delete the photo and its original permanently."""
    if only_from_trash:
        return _done(purge_photo(photo_id, only_if=IN_THE_TRASH), Outcome.NOT_IN_TRASH)
    return _done(purge_photo(photo_id))


def set_visibility(photo_id: UUID, *, visibility: Visibility) -> Outcome:
    """Set who can see the photo. Its review state does not change."""
    return _done(bool(Photo.objects.filter(pk=photo_id).update(visibility=visibility)))


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    visibility: Visibility | None = None,
    set_tags: Callable[[UUID], bool] | None = None,
) -> Outcome:
    """Change what is given, all or nothing.

    A new caption or new tags send an approved photo back to review, unless the actor is trusted.
    ``set_tags`` returns whether it changed any tag.
    """
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        words_are_new = set_tags(photo_id) if set_tags else False
        if caption is not None and caption != photo.caption:
            Photo.objects.filter(pk=photo_id).update(caption=caption)
            words_are_new = True
        if visibility is not None:
            set_visibility(photo_id, visibility=visibility)
        if words_are_new and not is_trusted(actor) and transitions.words_changed(photo_id, actor=actor):
            return Outcome.BACK_TO_REVIEW
    return Outcome.DONE


def original_url(photo: Photo) -> str:
    """Return a signed URL from which the owner can download the original for five minutes."""
    return originals().download_url(photo.pk, file_name=photo.file_name)
