"""Actions on photos. Pages, admin, API and commands call these and nothing below them.

Each action is one transaction and returns an ``Outcome``. The caller checks permissions. The action checks
that the photo is still as the person saw it. ``gallery.albums.words`` has those that change captions and
tags, ``gallery.albums.actions`` those that change albums.

Trash, restore, purge, visibility, the archive, rejection and a new review apply to the photo and the raws
that are stacked under it. Approval covers what the moderator saw: the photo alone. So do its words, albums
and the mark of a favorite.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.accounts.models import User
from gallery.accounts.moderators import may_decide
from gallery.accounts.rate_limits import Limit, not_lately
from gallery.blocks.actions import is_blocked
from gallery.core import reasons
from gallery.photos import month_counts, transitions
from gallery.photos.models import HistoryEntry, Photo
from gallery.photos.purge import purge_photo
from gallery.photos.querysets import IN_THE_TRASH
from gallery.photos.stacks import RAWS
from gallery.photos.states import State, Visibility
from gallery.photos.takedown import dhashes_of, remove_everything, take_down_photo
from gallery.storage.originals import OriginalsUnavailable, originals
from thumbworker.contract.formats import CLEANED

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime


CLEAN_COPIES_OF_PHOTO = Limit("clean-copies", 1, timedelta(minutes=1), burst=1)
"""Pages that wait for a copy ask every few seconds."""


class NotDownloaded(Exception):
    """The photo can't be downloaded. ``reason`` says why."""

    def __init__(self, reason: reasons.Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


class Outcome(StrEnum):
    """The result of an action. The value is the API's stable reason code."""

    DONE = "done"
    WORDS_WAIT = "words_wait"
    """Done: the new caption or tags wait for review, and the photo keeps the old ones until then."""
    CONFLICT = reasons.CONFLICT.code
    """The photo's state does not allow it, or it changed meanwhile. Nothing changed."""
    WORDS_CHANGED = reasons.WORDS_CHANGED.code
    """The caption or tags are not the ones that the moderator read. Nothing changed."""
    DUPLICATE = reasons.ALREADY_THERE.code
    """The owner uploaded the same file again. Nothing changed."""
    NOT_IN_TRASH = reasons.NOT_IN_TRASH.code
    """Only a photo in the trash can be restored or purged. Nothing changed."""
    TAKEN_DOWN = reasons.TAKEN_DOWN.code
    """The photo was taken down. Nothing changed, and nothing will."""
    BLOCKED = reasons.ACCOUNT_BLOCKED.code
    """The owner is blocked and can't publish. Nothing changed."""
    OWN_PHOTO = reasons.OWN_PHOTO.code
    """Moderators don't decide about their own photos. Nothing changed."""
    ASKED_ALREADY = reasons.ASKED_ALREADY.code
    """The owner asked for another review before. Nothing changed."""
    NO_DATE = reasons.NO_DATE.code
    """Neither the file nor the owner says when the photo was taken. Nothing changed."""
    DATE_OUT_OF_RANGE = reasons.DATE_OUT_OF_RANGE.code
    """No photo can have that date. Nothing changed."""
    REMOVAL_CONTINUES = "removal_continues"
    """Done, but something of the picture may still be stored or cached. The sweep continues."""
    STORE_UNAVAILABLE = reasons.STORE_UNAVAILABLE.code
    """Done, but S3 did not accept the nudge. The sweep sends it later."""

    @property
    def is_done(self) -> bool:
        """Return whether the photo was changed as wanted."""
        return self in SUCCESSES

    @property
    def sentence(self) -> str:
        """Return the text for people."""
        return str(SUCCESSES[self]) if self in SUCCESSES else reasons.ALL[self.value].sentence


NOT_TAKEN_DOWN = Q(taken_down_at=None)
SUCCESSES = {
    Outcome.DONE: _("Saved."),
    Outcome.WORDS_WAIT: _(
        "Saved. The new caption or tags are waiting for review. Until then, others see the old ones."
    ),
    Outcome.REMOVAL_CONTINUES: _(
        "Taken down. Some copies are still being removed, which can take up to 15 minutes."
    ),
}


def _raws_under(photo_id: UUID) -> list[UUID]:
    """Return the ids of the raws that are stacked under the photo now."""
    return list(Photo.objects.stacked_under(photo_id).values_list("pk", flat=True))


def _done(made: bool, otherwise: Outcome = Outcome.CONFLICT) -> Outcome:
    return Outcome.DONE if made else otherwise


def _row(photo_id: UUID) -> Photo | None:
    return Photo.objects.only("taken_down_at").filter(pk=photo_id).first()


def unchangeable(photo: Photo | None, otherwise: Outcome = Outcome.CONFLICT) -> Outcome:
    """Return why a change was not made."""
    return Outcome.TAKEN_DOWN if photo and photo.is_taken_down else otherwise


def locked(photo_id: UUID) -> Photo | None:
    """Return the row, locked until the transaction ends."""
    return Photo.objects.select_for_update().filter(pk=photo_id).first()


def refusal_of(photo: Photo, actor: User) -> Outcome | None:
    """Return why this moderator may not decide about the photo."""
    if photo.is_taken_down:
        return Outcome.TAKEN_DOWN
    return None if may_decide(actor, photo.owner_id) else Outcome.OWN_PHOTO


def if_unmoved(photo_id: UUID, last_move: int, act: Callable[[], Outcome]) -> Outcome:
    """Run the action if the photo's last history entry is still ``last_move``, in one transaction."""
    with transaction.atomic():
        if locked(photo_id) is None or HistoryEntry.objects.last_of([photo_id]).get(photo_id) != last_move:
            return Outcome.CONFLICT
        return act()


def approve(photo_id: UUID, *, actor: User, words_mark: str, seen: State | None = None) -> Outcome:
    """Approve the photo if its caption, tags and state are still those that the moderator saw.

    New words that wait stay where they are: ``gallery.albums.words.approve`` puts them in place, too.
    """
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if refusal := refusal_of(photo, actor):
            return refusal
        if photo.words_mark != words_mark:
            return Outcome.WORDS_CHANGED
        if not transitions.approved(photo_id, actor=actor, seen=seen, caption=photo.caption):
            return Outcome.CONFLICT
        for raw_id in _raws_under(photo_id):
            # They were rejected with the photo, but the moderator now sees the photo only.
            transitions.put_back_to_review(raw_id, actor=actor, seen=State.REJECTED)
        return Outcome.DONE


def reject(
    photo_id: UUID, *, actor: User, reason: str, seen: State | None = None, may_be_private: bool = False
) -> Outcome:
    """Reject the photo. Its owner sees the reason. A private one is rejected only if a share showed it."""
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if refusal := refusal_of(photo, actor):
            return refusal
        if not transitions.rejected(
            photo_id, actor=actor, reason=reason, seen=seen, may_be_private=may_be_private
        ):
            return Outcome.CONFLICT
        for raw_id in _raws_under(photo_id):
            transitions.rejected(raw_id, actor=actor, reason=reason, may_be_private=may_be_private)
    return Outcome.DONE


def put_back(photo_id: UUID, *, actor: User, seen: State | None = None) -> Outcome:
    """Send an approved or rejected photo back to review."""
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None:
            return Outcome.CONFLICT
        if refusal := refusal_of(photo, actor):
            return refusal
        if not transitions.put_back_to_review(photo_id, actor=actor, seen=seen):
            return Outcome.CONFLICT
        for raw_id in _raws_under(photo_id):
            transitions.put_back_to_review(raw_id, actor=actor)
    return Outcome.DONE


def ask_again(photo_id: UUID, *, actor: User, appeal: str = "") -> Outcome:
    """Send a rejected photo back to review because its owner asks, once, with a word to the moderator."""
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None or photo.is_taken_down:
            return unchangeable(photo)
        if photo.asked_again and photo.state == State.REJECTED:
            return Outcome.ASKED_ALREADY
        if is_blocked(actor):
            return Outcome.BLOCKED
        if not transitions.asked_again(photo_id, actor=actor, appeal=appeal):
            return Outcome.CONFLICT
        for raw_id in _raws_under(photo_id):
            # They were rejected with the photo.
            transitions.asked_again(raw_id, actor=actor, appeal="")
    return Outcome.DONE


def see_decisions(user: User, *, until: datetime) -> None:
    """Record that the user was told of the decisions about their photos up to that instant."""
    User.objects.filter(Q(decisions_seen_at=None) | Q(decisions_seen_at__lt=until), pk=user.pk).update(
        decisions_seen_at=until
    )


def take_down(photo_id: UUID, *, actor: User, reason: str) -> Outcome:
    """Reject the photo for good and delete its bytes now, from any state. Its owner sees the reason."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None:
        return Outcome.CONFLICT
    if refusal := refusal_of(photo, actor):
        return refusal
    raws = _raws_under(photo_id)
    dhashes = dhashes_of([photo_id, *raws])

    def took_down(each: UUID) -> bool:
        return take_down_photo(each, actor=actor, reason=reason, dhash=dhashes[each])

    with transaction.atomic():
        if not took_down(photo_id):
            return unchangeable(_row(photo_id))
        taken_down = [photo_id, *filter(took_down, raws)]
    # Not on commit: the caller hears whether everything is gone.
    gone = [remove_everything(each) for each in taken_down]
    return Outcome.DONE if all(gone) else Outcome.REMOVAL_CONTINUES


def retry(photo_id: UUID, *, actor: User) -> Outcome:
    """Process a failed photo again. The worker is nudged after the move is committed."""
    with transaction.atomic():
        photo = locked(photo_id)
        if photo is None or not photo.can_be_tried_again:
            return unchangeable(photo)
        if not transitions.tried_again(photo_id, actor=actor):
            return Outcome.CONFLICT
    try:
        originals().nudge(photo_id, quarter_turns=photo.quarter_turns)
    except OriginalsUnavailable:
        return Outcome.STORE_UNAVAILABLE
    return Outcome.DONE


def trash(photo_id: UUID, *, actor: User) -> Outcome:
    """Move the photo to the trash."""
    now = timezone.now()
    with transaction.atomic():
        raws = _raws_under(photo_id)
        if not transitions.trashed(photo_id, actor=actor, at=now):
            return unchangeable(_row(photo_id))
        for raw_id in raws:
            transitions.trashed(raw_id, actor=actor, at=now)
    return Outcome.DONE


def restore(photo_id: UUID, *, actor: User) -> Outcome:
    """Restore the photo from the trash in its former state, and the raws that were trashed with it."""
    with transaction.atomic():
        raws = _raws_under(photo_id)
        outcome = _restore_one(photo_id, actor=actor)
        if outcome is Outcome.DONE:
            for raw_id in raws:
                # One that its owner uploaded again meanwhile stays in the trash.
                _restore_one(raw_id, actor=actor)
    return outcome


def _restore_one(photo_id: UUID, *, actor: User) -> Outcome:
    try:
        with transaction.atomic():
            if transitions.restored(photo_id, actor=actor):
                return Outcome.DONE
            return unchangeable(_row(photo_id), Outcome.NOT_IN_TRASH)
    except IntegrityError:
        return Outcome.DUPLICATE


def purge(photo_id: UUID, *, only_from_trash: bool) -> Outcome:
    """Delete the photo and its original permanently. The history of one that was taken down is kept."""
    condition = IN_THE_TRASH if only_from_trash else NOT_TAKEN_DOWN
    with transaction.atomic():
        raws = _raws_under(photo_id)
        if not purge_photo(photo_id, only_if=condition):
            otherwise = Outcome.NOT_IN_TRASH if only_from_trash else Outcome.CONFLICT
            return unchangeable(_row(photo_id), otherwise)
        for raw_id in raws:
            purge_photo(raw_id, only_if=condition)
    return Outcome.DONE


def set_visibility(photo_id: UUID, *, visibility: Visibility) -> Outcome:
    """Set who can see the photo. Its review state does not change."""
    ids = [photo_id, *_raws_under(photo_id)]
    changed = Photo.objects.filter(NOT_TAKEN_DOWN, pk__in=ids).update(visibility=visibility)
    return Outcome.DONE if changed else unchangeable(_row(photo_id))


def set_favorite(owner: User, photo_ids: Iterable[UUID], *, favorite: bool) -> set[UUID]:
    """Mark the owner's photos as favorites, or take the mark off. Return those that changed."""
    with transaction.atomic():
        changing = Photo.objects.owned_by(owner).filter(pk__in=list(photo_ids), is_favorite=not favorite)
        # In one order, so that two requests never wait for each other.
        changed = list(changing.order_by("pk").select_for_update().values_list("pk", flat=True))
        Photo.objects.filter(pk__in=changed).update(is_favorite=favorite)
    return set(changed)


def set_archived(owner: User, photo_ids: Iterable[UUID], *, archived: bool) -> set[UUID]:
    """Take the owner's photos out of the timeline, or put them back. Return those that changed.

    Nothing else changes: they stay in albums and searches, and who sees them still does.
    """
    wanted = set(photo_ids)
    with transaction.atomic():
        mine = Photo.objects.owned_by(owner)
        raws = mine.in_stacks_under(mine.filter(pk__in=wanted)).values_list("pk", flat=True)
        changing = mine.filter(pk__in=wanted.union(raws), is_archived=not archived)
        # In one order, so that two requests never wait for each other.
        locked_rows = changing.order_by("pk").select_for_update()
        rows = list(locked_rows.values("pk", *month_counts.COUNTED_COLUMNS))
        mine.filter(pk__in=[row["pk"] for row in rows]).update(is_archived=archived)
        # Photos that come to the timeline are counted as they are then.
        months = Counter(month_counts.month_counted(row | {"is_archived": False}) for row in rows)
        by = -1 if archived else 1
        if changes := {month: by * photos for month, photos in months.items() if month}:
            month_counts.add(owner.pk, changes)
    return wanted.intersection(row["pk"] for row in rows)


def set_stacked(photo_id: UUID, *, stacked: bool) -> Outcome:
    """Stack a raw and its photo, or take them apart. The photo may be either of them."""
    this = Photo.objects.filter(pk=photo_id)
    raws = Photo.objects.filter(format__in=RAWS, owner__in=this.values("owner"))
    found = raws.filter(Q(pk=photo_id) | Q(stack_key__in=this.exclude(stack_key="").values("stack_key")))
    return _done(bool(found.update(stands_alone=not stacked)))


def original_url(photo: Photo, *, file_name: str = "") -> str:
    """Return a signed URL from which the original can be downloaded for five minutes.

    It has its own name, or this ``file_name`` for those who must not read its own.
    """
    return originals().download_url(photo.pk, file_name=file_name or photo.file_name)


def clean_copy_url(photo: Photo, *, file_name: str) -> str:
    """Return a signed URL of the original without its metadata, valid for five minutes."""
    return originals().clean_copy_url(photo.pk, file_name=file_name)


def rendition_url(key: str, *, file_name: str) -> str:
    """Return a signed URL from which a rendition can be downloaded for five minutes."""
    return originals().rendition_url(key, file_name=file_name)


def ensure_clean_copies(photos: Collection[Photo]) -> dict[UUID, int | None]:
    """Return how many bytes the clean copies of photos have: 0 of a file that can have none.

    ``None`` is one that the worker was asked to make. Costs a HEAD for each photo, ten at a time.

    Raises:
        NotDownloaded: S3 did not respond.
    """
    possible = [photo.pk for photo in photos if photo.format in CLEANED]
    try:
        sizes = originals().clean_copies(possible)
        if missing := [str(photo_id) for photo_id, size_bytes in sizes.items() if size_bytes is None]:
            asked = not_lately(CLEAN_COPIES_OF_PHOTO, missing)
            originals().request_clean_copies([UUID(photo_id) for photo_id in asked])
    except OriginalsUnavailable as problem:
        raise NotDownloaded(reasons.STORE_UNAVAILABLE) from problem
    return {photo.pk: sizes.get(photo.pk, 0) for photo in photos}
