"""A photo's state in words: two tables, one for its owner and one for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.core import reasons
from gallery.photos.states import State, Visibility, WordsState

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from gallery.photos.models import Photo

FOR_OWNER: dict[str, StrPromise] = {
    State.AWAITING: gettext_lazy("Your photo is being uploaded and processed."),
    State.PENDING: gettext_lazy("Waiting for review. Only you can see it."),
    State.APPROVED: gettext_lazy("Everyone can see it."),
    State.REJECTED: gettext_lazy("A moderator decided not to show it. Only you can see it."),
}
FOR_OTHERS: dict[str, StrPromise] = FOR_OWNER | {
    State.AWAITING: gettext_lazy("This photo is being uploaded and processed."),
    State.PENDING: gettext_lazy("Waiting for review. Only its owner and moderators can see it."),
    State.REJECTED: gettext_lazy(
        "A moderator decided not to show it. Only its owner and moderators can see it."
    ),
}
TAKEN_DOWN = gettext_lazy("A moderator took it down, and the picture was deleted.")
BEING_IMPORTED = gettext_lazy("This photo is being imported from the web.")


def state_label(photo: Photo) -> str:
    """Return a word for the state. An approved photo needs none."""
    if photo.is_interrupted:
        return _("Upload interrupted")
    return "" if photo.state == State.APPROVED else str(State(photo.state).label)


def state_sentence(photo: Photo, *, is_mine: bool = True) -> str:
    """Return the photo's state and, where it matters, the reason: for its owner, or for a moderator."""
    if photo.state == State.FAILED:
        return reasons.of(photo.reason).sentence
    if photo.is_interrupted:
        return reasons.UPLOAD_INTERRUPTED.sentence
    if photo.is_being_imported:
        return str(BEING_IMPORTED)
    if photo.state in {State.APPROVED, State.PENDING} and photo.visibility == Visibility.PRIVATE:
        return _("Only you can see it.") if is_mine else _("Only its owner and moderators can see it.")
    sentence = str((FOR_OWNER if is_mine else FOR_OTHERS)[photo.state])
    if photo.is_taken_down:
        sentence = str(TAKEN_DOWN)
    if photo.state == State.REJECTED and photo.review_note:
        return _("%(sentence)s Reason: %(reason)s") % {"sentence": sentence, "reason": photo.review_note}
    return sentence


def words_label(photo: Photo) -> str:
    """Return what became of new words that others don't read, in few words; empty if there are none."""
    labels = {
        WordsState.WAITING: _("New words in review"),
        WordsState.REJECTED: _("New words rejected"),
    }
    return labels.get(WordsState(photo.words_state), "")


def words_sentence(photo: Photo) -> str:
    """Return what became of new words that others don't read; empty if there are none."""
    if photo.words_state == WordsState.WAITING:
        return _("The new caption or tags are waiting for review. Until then, others see the old ones.")
    if photo.words_state == WordsState.APPROVED:
        return ""
    sentence = _("The new caption or tags were not approved. Others see the old ones.")
    if photo.words_note:
        return _("%(sentence)s Reason: %(reason)s") % {"sentence": sentence, "reason": photo.words_note}
    return sentence
