"""What each kind of batch does with photos, and what takes it back.

A kind gets the ids of some photos of its owner and returns a ``Step`` for each. It runs in a transaction
together with the record of its outcomes, so a run that dies half-way is neither repeated nor lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gallery.albums import words
from gallery.albums.actions import LimitReached, change_photos
from gallery.albums.models import Album, AlbumEntry
from gallery.albums.tagging import MAX_TAGS
from gallery.batches.models import Kind
from gallery.core import reasons
from gallery.photos import actions, dates
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.states import Visibility
from gallery.photos.turning import Turn, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from gallery.accounts.models import User

    Choices = Mapping[str, Any]
    ForOne = Callable[[UUID, User, Choices], "Step"]
    ForMany = Callable[[Sequence[UUID], User, Choices], Mapping[UUID, "Step"]]


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one photo, as a code, and what undoing it needs: ``None`` if nothing changed."""

    outcome: str
    undo: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """How a kind is done, with how many photos in one transaction, and the kind that takes it back."""

    do: ForMany
    at_once: int = 1
    undone_by: Kind | None = None


def _one_by_one(do: ForOne) -> ForMany:
    return lambda ids, actor, choices: {photo_id: do(photo_id, actor, choices) for photo_id in ids}


def _trash(photo_id: UUID, actor: User, _choices: Choices) -> Step:
    outcome = actions.trash(photo_id, actor=actor)
    return Step(outcome, {} if outcome.is_done else None)


def _restore(photo_id: UUID, actor: User, _choices: Choices) -> Step:
    outcome = actions.restore(photo_id, actor=actor)
    return Step(outcome, {} if outcome.is_done else None)


def _purge(photo_id: UUID, _actor: User, _choices: Choices) -> Step:
    return Step(actions.purge(photo_id, only_from_trash=True))


def _set_visibility(photo_id: UUID, actor: User, choices: Choices) -> Step:
    photo = actions.locked(photo_id)
    before = photo.visibility if photo else choices["visibility"]
    outcome = words.change_words(photo_id, actor=actor, visibility=Visibility(choices["visibility"]))
    is_changed = outcome.is_done and before != choices["visibility"]
    return Step(outcome, {"visibility": before} if is_changed else None)


def _shift_date(photo_id: UUID, _actor: User, choices: Choices) -> Step:
    """Shift by ``seconds``. The inverse shift takes it back, whatever was shifted since."""
    seconds = choices["seconds"]
    outcome = dates.shift_date(photo_id, timedelta(seconds=seconds))
    return Step(outcome, {"seconds": -seconds} if outcome.is_done and seconds else None)


def _set_date(photo_id: UUID, _actor: User, choices: Choices) -> Step:
    """Set the ``date`` that is said, or go back to the file's own if it is null."""
    said = choices["date"]
    outcome, before = dates.set_date(photo_id, dates.date_said(**said) if said else None)
    undo = dates.text_of(before) if before else None
    return Step(outcome, {"date": undo} if outcome.is_done and undo != said else None)


def _set_favorite(*, favorite: bool) -> ForMany:
    def do(ids: Sequence[UUID], actor: User, _choices: Choices) -> Mapping[UUID, Step]:
        return _all_done(ids, actions.set_favorite(actor, ids, favorite=favorite))

    return do


def _set_archived(*, archived: bool) -> ForMany:
    def do(ids: Sequence[UUID], actor: User, _choices: Choices) -> Mapping[UUID, Step]:
        return _all_done(ids, actions.set_archived(actor, ids, archived=archived))

    return do


def _all_done(ids: Iterable[UUID], changed: Container[UUID]) -> Mapping[UUID, Step]:
    """Return that all are as wanted, of which these changed."""
    return {photo_id: Step(Outcome.DONE, {} if photo_id in changed else None) for photo_id in ids}


def _rotate(by: Turn) -> ForOne:
    def rotate(photo_id: UUID, _actor: User, _choices: Choices) -> Step:
        outcome = turn(photo_id, by)
        return Step(outcome, {} if outcome.is_done else None)

    return rotate


class _TooManyTags(Exception):
    """The photo has no room for all of the tags."""


def _add_tags(photo_id: UUID, actor: User, choices: Choices) -> Step:
    added: list[str] = []

    def with_new(before: Sequence[str]) -> list[str]:
        added.extend(name for name in choices["tags"] if name not in before)
        if added and len(before) + len(added) > MAX_TAGS:
            raise _TooManyTags
        return [*before, *added]

    try:
        outcome = words.change_tags(photo_id, actor=actor, wanted=with_new)
    except _TooManyTags:
        return Step(reasons.TOO_MANY_TAGS.code)
    return Step(outcome, {"tags": added} if outcome.is_done and added else None)


def _remove_tags(photo_id: UUID, actor: User, choices: Choices) -> Step:
    removed: list[str] = []

    def without_old(before: Sequence[str]) -> list[str]:
        removed.extend(name for name in choices["tags"] if name in before)
        return [name for name in before if name not in removed]

    outcome = words.change_tags(photo_id, actor=actor, wanted=without_old)
    return Step(outcome, {"tags": removed} if outcome.is_done and removed else None)


def _rename_tag(photo_id: UUID, actor: User, choices: Choices) -> Step:
    """Put the tags ``to`` in place of ``tags``, on a photo that has all of these. It takes itself back."""
    back: dict[str, Any] | None = None

    def renamed(before: Sequence[str]) -> list[str]:
        nonlocal back
        if not set(choices["tags"]) <= set(before):
            return list(before)
        added = [name for name in choices["to"] if name not in before]
        after = [name for name in before if name not in choices["tags"]] + added
        if len(after) > max(MAX_TAGS, len(before)):
            raise _TooManyTags
        # A photo that had both keeps the other one when this is taken back.
        back = {"tags": added, "to": choices["tags"]}
        return after

    try:
        outcome = words.change_tags(photo_id, actor=actor, wanted=renamed)
    except _TooManyTags:
        return Step(reasons.TOO_MANY_TAGS.code)
    return Step(outcome, back if outcome.is_done else None)


def _add_to_album(ids: Sequence[UUID], actor: User, choices: Choices) -> Mapping[UUID, Step]:
    album = _own_album(actor, choices)
    if album is None:
        return dict.fromkeys(ids, Step(reasons.ALBUM_GONE.code))
    before = _in_album(album, ids)
    trashed = set(Photo.objects.filter(pk__in=ids).trashed().values_list("pk", flat=True))
    new = [photo_id for photo_id in ids if photo_id not in before and photo_id not in trashed]
    added, steps = [], dict.fromkeys(before, Step(Outcome.DONE))
    steps |= dict.fromkeys(trashed, Step(Outcome.CONFLICT))
    try:
        change_photos(album, add=new, remove=())
        added = new
    except LimitReached as refusal:
        # There may be room for some of them.
        for photo_id in new:
            try:
                change_photos(album, add=[photo_id], remove=())
                added.append(photo_id)
            except LimitReached:
                steps[photo_id] = Step(refusal.reason.code)
    return steps | dict.fromkeys(added, Step(Outcome.DONE, {}))


def _remove_from_album(ids: Sequence[UUID], actor: User, choices: Choices) -> Mapping[UUID, Step]:
    album = _own_album(actor, choices)
    if album is None:
        return dict.fromkeys(ids, Step(reasons.ALBUM_GONE.code))
    before = _in_album(album, ids)
    change_photos(album, add=(), remove=before)
    return dict.fromkeys(ids, Step(Outcome.DONE)) | dict.fromkeys(before, Step(Outcome.DONE, {}))


def _own_album(actor: User, choices: Choices) -> Album | None:
    return Album.objects.owned_by(actor).filter(pk=UUID(choices["album"])).first()


def _in_album(album: Album, ids: Sequence[UUID]) -> set[UUID]:
    entries = AlbumEntry.objects.filter(album=album, photo_id__in=ids)
    return set(entries.values_list("photo_id", flat=True))


ACTS: dict[Kind, Act] = {
    Kind.TRASH: Act(_one_by_one(_trash), undone_by=Kind.RESTORE),
    Kind.RESTORE: Act(_one_by_one(_restore), undone_by=Kind.TRASH),
    Kind.PURGE: Act(_one_by_one(_purge)),
    # One statement for many photos.
    Kind.FAVORITE: Act(_set_favorite(favorite=True), at_once=100, undone_by=Kind.UNFAVORITE),
    Kind.UNFAVORITE: Act(_set_favorite(favorite=False), at_once=100, undone_by=Kind.FAVORITE),
    Kind.ARCHIVE: Act(_set_archived(archived=True), at_once=100, undone_by=Kind.UNARCHIVE),
    Kind.UNARCHIVE: Act(_set_archived(archived=False), at_once=100, undone_by=Kind.ARCHIVE),
    Kind.SET_VISIBILITY: Act(_one_by_one(_set_visibility), undone_by=Kind.SET_VISIBILITY),
    Kind.ADD_TAGS: Act(_one_by_one(_add_tags), undone_by=Kind.REMOVE_TAGS),
    Kind.REMOVE_TAGS: Act(_one_by_one(_remove_tags), undone_by=Kind.ADD_TAGS),
    Kind.RENAME_TAG: Act(_one_by_one(_rename_tag), undone_by=Kind.RENAME_TAG),
    Kind.SHIFT_DATE: Act(_one_by_one(_shift_date), undone_by=Kind.SHIFT_DATE),
    Kind.ROTATE_LEFT: Act(_one_by_one(_rotate(Turn.LEFT)), undone_by=Kind.ROTATE_RIGHT),
    Kind.ROTATE_RIGHT: Act(_one_by_one(_rotate(Turn.RIGHT)), undone_by=Kind.ROTATE_LEFT),
    Kind.SET_DATE: Act(_one_by_one(_set_date), undone_by=Kind.SET_DATE),
    # An album counts its photos at each change, so many are added at once.
    Kind.ADD_TO_ALBUM: Act(_add_to_album, at_once=100, undone_by=Kind.REMOVE_FROM_ALBUM),
    Kind.REMOVE_FROM_ALBUM: Act(_remove_from_album, at_once=100, undone_by=Kind.ADD_TO_ALBUM),
}
