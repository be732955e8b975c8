"""What people do with photos. Pages, admin, API and commands call these and nothing below them.

Each action is one transaction and returns an ``Outcome``. Whether the person may do it is the
caller's question; whether the photo is still as the person saw it is answered here. Tags belong to
the albums, above the photos: ``gallery.albums.actions`` has the actions that set them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from gallery.accounts.trust import is_trusted
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
    """What came of an action. The value is a stable reason code, the same as in the API."""

    DONE = "done"
    BACK_TO_REVIEW = "back_to_review"
    """Done, and the photo waits for review because its words are new."""
    CONFLICT = "conflict"
    """The photo's state does not allow it, or someone else was first. Nothing changed."""
    WORDS_CHANGED = "words_changed"
    """The caption or tags are not those that were read. Nothing changed."""
    DUPLICATE = "already_there"
    """The owner has uploaded the same file again. Nothing changed."""
    NOT_IN_TRASH = "not_in_trash"
    """Only a photo in the trash can be restored or purged. Nothing changed."""
    STORE_UNAVAILABLE = "store_unavailable"
    """Done, but S3 did not take the nudge: the sweep sends it later."""

    @property
    def sentence(self) -> str:
        """Return the outcome in words, for people."""
        return str(SENTENCES[self])


SENTENCES = {
    Outcome.DONE: _("Saved."),
    Outcome.BACK_TO_REVIEW: _("Saved. The new words wait for review; until then only you can see the photo."),
    Outcome.CONFLICT: _("The photo's state does not allow this, or someone else was first."),
    Outcome.WORDS_CHANGED: _(
        "The caption or tags changed since you read them. Read them again, then decide."
    ),
    Outcome.DUPLICATE: _("You uploaded the same picture again. This one stays in the trash."),
    Outcome.NOT_IN_TRASH: _("Move the photo to the trash first."),
    Outcome.STORE_UNAVAILABLE: (
        _("Our picture store does not answer. Nothing is lost; try it again in a minute.")
    ),
}


def _done(made: bool, otherwise: Outcome = Outcome.CONFLICT) -> Outcome:
    return Outcome.DONE if made else otherwise


def _locked(photo_id: UUID) -> Photo | None:
    """Return the row, held until the transaction ends: its words can't change meanwhile."""
    return Photo.objects.select_for_update().filter(pk=photo_id).first()


def approve(photo_id: UUID, *, actor: User, words_mark: str, seen: State | None = None) -> Outcome:
    """Make public the photo with the words that were read, in the state in which it was seen."""
    with transaction.atomic():
        photo = _locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if photo.words_mark != words_mark:
            return Outcome.WORDS_CHANGED
        return _done(transitions.approved(photo_id, actor=actor, seen=seen, caption=photo.caption))


def reject(photo_id: UUID, *, actor: User, reason: str, seen: State | None = None) -> Outcome:
    """Keep the photo from the public. Its owner reads the reason."""
    return _done(transitions.rejected(photo_id, actor=actor, reason=reason, seen=seen))


def put_back(photo_id: UUID, *, actor: User, seen: State | None = None) -> Outcome:
    """Put an approved or rejected photo back to review."""
    return _done(transitions.put_back_to_review(photo_id, actor=actor, seen=seen))


def retry(photo_id: UUID, *, actor: User) -> Outcome:
    """Make the thumbnails of a failed photo once more. The worker is nudged once the move is committed."""
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
    """Take the photo out of the trash, as it was."""
    try:
        with transaction.atomic():
            return _done(transitions.restored(photo_id, actor=actor), Outcome.NOT_IN_TRASH)
    except IntegrityError:
        return Outcome.DUPLICATE


def purge(photo_id: UUID, *, only_from_trash: bool) -> Outcome:
    """Delete the photo and its bytes. There is no way back."""
    if only_from_trash:
        return _done(purge_photo(photo_id, only_if=IN_THE_TRASH), Outcome.NOT_IN_TRASH)
    return _done(purge_photo(photo_id))


def set_visibility(photo_id: UUID, *, visibility: Visibility) -> Outcome:
    """Choose who the photo is meant for. A decision of the moderators stands."""
    return _done(bool(Photo.objects.filter(pk=photo_id).update(visibility=visibility)))


def change_words(
    photo_id: UUID,
    *,
    actor: User,
    caption: str | None = None,
    visibility: Visibility | None = None,
    set_tags: Callable[[UUID], bool] | None = None,
) -> Outcome:
    """Change what is given. New words of an approved photo wait for review, unless the actor is trusted.

    ``set_tags`` returns whether it changed any tag. All of it happens or nothing, so that no new words
    are public unread.
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
    """Return a signed address from which the owner can download the original for five minutes."""
    return originals().download_url(photo.pk, file_name=photo.file_name)
