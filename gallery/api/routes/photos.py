"""Photos: list, fetch, change, delete, review."""

from contextlib import nullcontext
from http import HTTPStatus
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status

from gallery.albums import editing, words
from gallery.albums.models import Album
from gallery.albums.order import page_in_album
from gallery.albums.tagging import TagRefused, clean_tags
from gallery.api import present, problems
from gallery.api.authorization import DELETES, READS, REVIEWS, WRITES, ApiRequest, need
from gallery.api.filters import photos_of, understood, visible_photos
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import photos as s
from gallery.api.tokens import Scope, moderates
from gallery.core import reasons
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.dates import date_said
from gallery.photos.models import Photo
from gallery.photos.paging import Page, page_of
from gallery.photos.querysets import PhotoQuerySet
from gallery.photos.states import Visibility
from gallery.search.find import page_of_matching
from gallery.search.time_limit import within_seconds

router = Router(tags=["Photos"], by_alias=True)

WORDS_MARK_MISSING = _("To approve a photo, or to reject its new words, send its current wordsMark.")


def own_or_404(request: ApiRequest, photo_id: UUID) -> Photo:
    """Return the caller's photo. Photos of others are not found."""
    return get_object_or_404(Photo.objects.owned_by(request.user).with_owner(), pk=photo_id)


def _own_detail(request: ApiRequest, photo_id: UUID) -> s.PhotoDetail:
    return _detail(request, own_or_404(request, photo_id))


def _detail(request: ApiRequest, photo: Photo) -> s.PhotoDetail:
    return present.photo_detail(photo, request.user, as_moderator=moderates(request.auth))


def _out(page: Page, request: ApiRequest) -> s.PhotoPage:
    photos = present.photos_out(page.photos, request.user, as_moderator=moderates(request.auth))
    return s.PhotoPage(photos=photos, next_cursor=page.next_cursor or None)


@router.get("/photos", auth=READS, response={200: s.PhotoPage, **refusals()})
def list_photos(request: ApiRequest, query: Query[s.PhotoQuery]) -> s.PhotoPage:
    """List photos, newest upload first; those of an `album` in its order.

    Send `nextCursor` as `cursor` for the next page. No photo is listed twice.
    The states of your own photos are updated first. A camera raw file that is stacked under a listed photo is
    left out: see its `stack`.
    """
    every_file = query.stacked or bool(query.id)
    with within_seconds() if query.q else nullcontext():
        photos = photos_of(query, request.auth).with_owner()
        if query.album:
            page = _page_of_album(request, query, photos, every_file=every_file)
        else:
            page = page_of(photos, query.cursor, size=query.limit, every_file=every_file)
    return _out(page, request)


def _page_of_album(
    request: ApiRequest, query: s.PhotoQuery, photos: PhotoQuerySet, *, every_file: bool
) -> Page:
    album = Album.objects.visible_to(request.user).filter(pk__in=[query.album]).first()
    if album is None:
        return Page([], "")
    return page_in_album(photos, album, query.cursor, size=query.limit, every_file=every_file)


@router.get("/search", auth=READS, response={200: s.PhotoPage, **refusals()})
def search(request: ApiRequest, query: Query[s.SearchQuery]) -> s.PhotoPage:
    """Search public photos and your own; the latest captured come first.

    Every word must occur in the caption, the alternative text, a tag, an album title, the camera or the lens;
    for your own photos, also in the file name, or in the title, description and keywords of the file.
    `"A phrase"` in quotes is found as it is. Filters such as `tag:sea`, `from:2019-05` or `format:raw` are
    those of the search page.
    """
    seen = visible_photos(request.auth).not_trashed()
    asked = understood(query.q)
    return _out(page_of_matching(seen, asked, request.user, cursor=query.cursor, size=query.limit), request)


@router.post("/photos/delete", auth=DELETES, response={200: s.BulkDeletions, **refusals()})
def delete_photos(request: ApiRequest, entry: s.BulkDelete) -> s.BulkDeletions:
    """Move up to 100 photos to the trash, or delete them permanently, which needs the scope purge."""
    if entry.forever:
        need(request, Scope.PURGE)
    ids = list(dict.fromkeys(entry.ids))
    mine = set(Photo.objects.owned_by(request.user).filter(pk__in=ids).values_list("pk", flat=True))
    return s.BulkDeletions(
        results=[
            s.BulkDeletion(
                id=photo_id,
                outcome=_delete(request, photo_id, forever=entry.forever)
                if photo_id in mine
                else s.DeletionOutcome.NOT_FOUND,
            )
            for photo_id in ids
        ]
    )


def _delete(request: ApiRequest, photo_id: UUID, *, forever: bool) -> s.DeletionOutcome:
    if forever:
        outcome, done = actions.purge(photo_id, only_from_trash=False), s.DeletionOutcome.DELETED
    else:
        outcome, done = actions.trash(photo_id, actor=request.user), s.DeletionOutcome.TRASHED
    return s.DeletionOutcome.TAKEN_DOWN if outcome is Outcome.TAKEN_DOWN else done


@router.get("/photos/{uuid:photo_id}", auth=READS, response={200: s.PhotoDetail, **refusals(404)})
def get_photo(request: ApiRequest, photo_id: UUID) -> s.PhotoDetail:
    """Get one photo with its thumbnails and camera data."""
    photo = get_object_or_404(visible_photos(request.auth).with_owner(), pk=photo_id)
    return _detail(request, photo)


@router.patch("/photos/{uuid:photo_id}", auth=WRITES, response={200: s.PhotoDetail, **refusals(404, 409)})
def change_photo(request: ApiRequest, photo_id: UUID, change: s.PhotoChange) -> s.PhotoDetail:
    """Change a photo's words, visibility, date or rotation, mark it as a favorite or archive it.

    A new caption, alternative text or tags of an approved photo are reviewed, unless your account is trusted.
    Until then, others see the old ones, and `newWords` has the new ones.
    """
    photo = own_or_404(request, photo_id)
    try:
        tags = None if change.tags is None else clean_tags(change.tags)
    except TagRefused as refusal:
        raise Problem(reasons.INVALID, str(refusal)) from refusal
    said = change.taken_at_local
    changes = editing.Change(
        sets_date="taken_at_local" in change.model_fields_set,
        date=date_said(said, change.taken_at_offset or "") if said else None,
        rotation=change.rotation,
        caption=change.caption,
        alt_text=change.alt_text,
        visibility=Visibility(change.visibility) if change.visibility else None,
        tags=tags,
        favorite=change.favorite,
        archived=change.archived,
        stacked=change.stacked,
    )
    outcome = editing.change_photo(photo.pk, changes, actor=request.user)
    if not outcome.is_done:
        raise problems.of_outcome(outcome)
    return _own_detail(request, photo_id)


@router.delete("/photos/{uuid:photo_id}", auth=DELETES, response={204: None, **refusals(404, 409)})
def delete_photo(request: ApiRequest, photo_id: UUID, query: Query[s.DeleteQuery]) -> Status[None]:
    """Move a photo to the trash for 30 days, or delete it permanently, which needs the scope purge."""
    if query.forever:
        need(request, Scope.PURGE)
    outcome = _delete(request, own_or_404(request, photo_id).pk, forever=query.forever)
    if outcome is s.DeletionOutcome.TAKEN_DOWN:
        raise Problem(reasons.TAKEN_DOWN)
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post(
    "/photos/{uuid:photo_id}/restore",
    auth=WRITES,
    response={200: s.PhotoDetail, **refusals(404, 409)},
)
def restore_photo(request: ApiRequest, photo_id: UUID) -> s.PhotoDetail:
    """Restore a photo from the trash."""
    outcome = actions.restore(own_or_404(request, photo_id).pk, actor=request.user)
    if outcome in {Outcome.DUPLICATE, Outcome.TAKEN_DOWN}:
        raise problems.of_outcome(outcome)
    return _own_detail(request, photo_id)


@router.post(
    "/photos/{uuid:photo_id}/try-again",
    auth=WRITES,
    response={200: s.PhotoDetail, **refusals(404, 409)},
)
def try_again(request: ApiRequest, photo_id: UUID) -> s.PhotoDetail:
    """Process a failed photo again."""
    outcome = actions.retry(own_or_404(request, photo_id).pk, actor=request.user)
    if outcome is not Outcome.DONE:
        raise problems.of_outcome(outcome)
    return _own_detail(request, photo_id)


@router.post(
    "/photos/{uuid:photo_id}/ask-again",
    auth=WRITES,
    response={200: s.PhotoDetail, **refusals(404, 409)},
)
def ask_again(request: ApiRequest, photo_id: UUID, entry: s.AskAgain) -> s.PhotoDetail:
    """Ask for another review of a rejected photo, once, with a word to the moderator if you like."""
    outcome = actions.ask_again(own_or_404(request, photo_id).pk, actor=request.user, appeal=entry.words)
    if outcome is not Outcome.DONE:
        raise problems.of_outcome(outcome)
    return _own_detail(request, photo_id)


@router.post(
    "/photos/{uuid:photo_id}/review",
    auth=REVIEWS,
    response={200: s.PhotoDetail, **refusals(404, 409)},
)
def review_photo(request: ApiRequest, photo_id: UUID, review: s.Review) -> s.PhotoDetail:
    """Approve or reject a photo or its new words, or return it to review. For moderators.

    To approve, send the `wordsMark` of the photo you reviewed. If its caption or tags have changed since,
    the approval is refused. `rejectWords` keeps `newWords` from others; the photo stays as it is.
    """
    if not request.user.has_perm("photos.moderate_photo"):
        raise Problem(reasons.NOT_ALLOWED)
    photos = Photo.objects.visible_to(request.user).with_owner()
    get_object_or_404(photos, pk=photo_id)
    outcome = _decide(review, photo_id, request)
    if outcome is not Outcome.DONE:
        raise problems.of_outcome(outcome)
    return _detail(request, photos.get(pk=photo_id))


@router.post(
    "/photos/{uuid:photo_id}/takedown",
    auth=REVIEWS,
    response={200: s.TakedownOut, **refusals(404, 409)},
)
def take_down_photo(request: ApiRequest, photo_id: UUID, takedown: s.Takedown) -> s.TakedownOut:
    """Take any photo down for good, with a reason for its owner. For those with the permission.

    Original, thumbnails and cached copies are removed at once. The photo can't be restored, and the same
    picture goes to review when someone uploads it again.
    """
    if not request.user.has_perm("photos.take_down"):
        raise Problem(reasons.NOT_ALLOWED)
    get_object_or_404(Photo.objects.only("pk"), pk=photo_id)
    outcome = actions.take_down(photo_id, actor=request.user, reason=takedown.reason)
    if not outcome.is_done:
        raise problems.of_outcome(outcome)
    return s.TakedownOut(id=photo_id, is_complete=outcome is Outcome.DONE)


def _decide(review: s.Review, photo_id: UUID, request: ApiRequest) -> Outcome:
    if review.decision is s.Decision.REJECT:
        return actions.reject(photo_id, actor=request.user, reason=review.reason)
    if review.decision is s.Decision.RECONSIDER:
        return actions.put_back(photo_id, actor=request.user)
    mark = review.words_mark
    if mark is None:
        errors = [{"where": "body.wordsMark", "message": "Field required"}]
        raise Problem(reasons.INVALID, str(WORDS_MARK_MISSING), errors)
    if review.decision is s.Decision.REJECT_WORDS:
        return words.reject_words(photo_id, actor=request.user, words_mark=mark, reason=review.reason)
    return words.approve(photo_id, actor=request.user, words_mark=mark)
