"""Photos: list, fetch, change, delete, review."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Status

from gallery.albums.actions import change_words
from gallery.albums.tagging import TagRefused, clean_tags
from gallery.api import present, problems
from gallery.api.authorization import READS, REVIEWS, WRITES, ApiRequest
from gallery.api.filters import photos_of, visible_photos, with_words
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import photos as s
from gallery.core import reasons
from gallery.photos import actions
from gallery.photos.actions import Outcome
from gallery.photos.models import Photo
from gallery.photos.paging import page_of
from gallery.photos.querysets import PhotoQuerySet
from gallery.photos.states import Visibility

router = Router(tags=["Photos"], by_alias=True)

WORDS_MARK_MISSING = "To approve a photo, send the wordsMark of the photo as you read it."


def own_or_404(request: ApiRequest, photo_id: UUID) -> Photo:
    """Return the caller's photo; whoever may not change a photo learns nothing of it.

    Raises:
        Problem: there is none of theirs.
    """
    photo = Photo.objects.owned_by(request.user).with_owner().filter(pk=photo_id).first()
    if photo is None:
        raise Problem(reasons.NOT_FOUND)
    return photo


def _page(photos: PhotoQuerySet, request: ApiRequest, *, cursor: str, limit: int) -> s.PhotoPage:
    page = page_of(photos.with_owner(), cursor, size=limit)
    return s.PhotoPage(
        photos=present.photos_out(page.photos, request.user), next_cursor=page.next_cursor or None
    )


@router.get("/photos", auth=READS, response={200: s.PhotoPage, **refusals(401, 403, 422, 429)})
def list_photos(request: HttpRequest, query: Query[s.PhotoQuery]) -> s.PhotoPage:
    """List photos, newest upload first.

    Follow `nextCursor` for more: pages are equally fast everywhere and show nothing twice.
    Your own photos that were still being processed are brought up to date on the way.
    """
    asked = cast("ApiRequest", request)
    return _page(photos_of(query, asked.auth), asked, cursor=query.cursor, limit=query.limit)


@router.get("/search", auth=READS, response={200: s.PhotoPage, **refusals(401, 403, 422, 429)})
def search(request: HttpRequest, query: Query[s.SearchQuery]) -> s.PhotoPage:
    """Search public photos and your own by words.

    Every word must occur in the caption, in a tag or, for your own photos, in the file's name.
    """
    asked = cast("ApiRequest", request)
    photos = with_words(visible_photos(asked.auth).not_trashed(), query.q, asked.user)
    return _page(photos, asked, cursor=query.cursor, limit=query.limit)


@router.post("/photos/delete", auth=WRITES, response={200: s.BulkDeletions, **refusals(401, 403, 422, 429)})
def delete_photos(request: HttpRequest, wish: s.BulkDelete) -> s.BulkDeletions:
    """Delete up to 100 photos at once, to the trash or for ever."""
    asked = cast("ApiRequest", request)
    ids = list(dict.fromkeys(wish.ids))
    mine = set(Photo.objects.owned_by(asked.user).filter(pk__in=ids).values_list("pk", flat=True))
    return s.BulkDeletions(
        results=[
            s.BulkDeletion(
                id=photo_id,
                outcome=_delete(asked, photo_id, forever=wish.forever)
                if photo_id in mine
                else s.DeletionOutcome.NOT_FOUND,
            )
            for photo_id in ids
        ]
    )


def _delete(request: ApiRequest, photo_id: UUID, *, forever: bool) -> s.DeletionOutcome:
    if forever:
        actions.purge(photo_id, only_from_trash=False)
        return s.DeletionOutcome.DELETED
    actions.trash(photo_id, actor=request.user)
    return s.DeletionOutcome.TRASHED


@router.get(
    "/photos/{uuid:photo_id}", auth=READS, response={200: s.PhotoDetail, **refusals(401, 403, 404, 422, 429)}
)
def get_photo(request: HttpRequest, photo_id: UUID) -> s.PhotoDetail:
    """Fetch one photo with its thumbnails and what its camera said."""
    asked = cast("ApiRequest", request)
    photo = visible_photos(asked.auth).with_owner().filter(pk=photo_id).first()
    if photo is None:
        raise Problem(reasons.NOT_FOUND)
    return present.photo_detail(photo, asked.user)


@router.patch(
    "/photos/{uuid:photo_id}", auth=WRITES, response={200: s.PhotoDetail, **refusals(401, 403, 404, 422, 429)}
)
def change_photo(request: HttpRequest, photo_id: UUID, change: s.PhotoChange) -> s.PhotoDetail:
    """Change a photo's caption, tags or visibility.

    New words of an approved photo wait for review, unless you are trusted.
    """
    asked = cast("ApiRequest", request)
    photo = own_or_404(asked, photo_id)
    try:
        tags = None if change.tags is None else clean_tags(change.tags)
    except TagRefused as refusal:
        raise Problem(reasons.INVALID, str(refusal)) from refusal
    change_words(
        photo.pk,
        actor=asked.user,
        caption=change.caption,
        visibility=Visibility(change.visibility) if change.visibility else None,
        tags=tags,
    )
    return present.photo_detail(own_or_404(asked, photo_id), asked.user)


@router.delete(
    "/photos/{uuid:photo_id}", auth=WRITES, response={204: None, **refusals(401, 403, 404, 422, 429)}
)
def delete_photo(request: HttpRequest, photo_id: UUID, query: Query[s.DeleteQuery]) -> Status[None]:
    """Move a photo to the trash, where it stays for 30 days, or delete it for ever."""
    asked = cast("ApiRequest", request)
    _delete(asked, own_or_404(asked, photo_id).pk, forever=query.forever)
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post(
    "/photos/{uuid:photo_id}/restore",
    auth=WRITES,
    response={200: s.PhotoDetail, **refusals(401, 403, 404, 409, 422, 429)},
)
def restore_photo(request: HttpRequest, photo_id: UUID) -> s.PhotoDetail:
    """Take a photo out of the trash, as it was."""
    asked = cast("ApiRequest", request)
    photo = own_or_404(asked, photo_id)
    outcome = actions.restore(photo.pk, actor=asked.user)
    if outcome is Outcome.DUPLICATE:
        raise problems.of_outcome(outcome)
    return present.photo_detail(own_or_404(asked, photo_id), asked.user)


@router.post(
    "/photos/{uuid:photo_id}/try-again",
    auth=WRITES,
    response={200: s.PhotoDetail, **refusals(401, 403, 404, 409, 422, 429)},
)
def try_again(request: HttpRequest, photo_id: UUID) -> s.PhotoDetail:
    """Have the thumbnails of a failed photo made once more."""
    asked = cast("ApiRequest", request)
    photo = own_or_404(asked, photo_id)
    outcome = actions.retry(photo.pk, actor=asked.user)
    if outcome is not Outcome.DONE:
        raise problems.of_outcome(outcome)
    return present.photo_detail(own_or_404(asked, photo_id), asked.user)


@router.post(
    "/photos/{uuid:photo_id}/review",
    auth=REVIEWS,
    response={200: s.PhotoDetail, **refusals(401, 403, 404, 409, 422, 429)},
)
def review_photo(request: HttpRequest, photo_id: UUID, review: s.Review) -> s.PhotoDetail:
    """Approve or reject a photo, or put it back to review. For moderators.

    To approve, send the `wordsMark` of the photo as you read it: words that changed since are not approved.
    """
    asked = cast("ApiRequest", request)
    if not asked.user.has_perm("photos.moderate_photo"):
        raise Problem(reasons.NOT_ALLOWED)
    photos = Photo.objects.visible_to(asked.user).with_owner().filter(pk=photo_id)
    if not photos.exists():
        raise Problem(reasons.NOT_FOUND)
    outcome = _decide(review, photo_id, asked)
    if outcome is not Outcome.DONE:
        raise problems.of_outcome(outcome)
    return present.photo_detail(photos.get(), asked.user)


def _decide(review: s.Review, photo_id: UUID, request: ApiRequest) -> Outcome:
    if review.decision is s.Decision.REJECT:
        return actions.reject(photo_id, actor=request.user, reason=review.reason)
    if review.decision is s.Decision.RECONSIDER:
        return actions.put_back(photo_id, actor=request.user)
    if review.words_mark is None:
        errors = [{"where": "body.wordsMark", "message": "Field required"}]
        raise Problem(reasons.INVALID, WORDS_MARK_MISSING, errors)
    return actions.approve(photo_id, actor=request.user, words_mark=review.words_mark)
