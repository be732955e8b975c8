"""Photos: list, fetch, change, delete, review."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.db import IntegrityError
from django.http import HttpRequest
from ninja import Query, Router, Status

from gallery.albums.tagging import TagRefused, clean_tags, set_tags
from gallery.api import present, problems
from gallery.api.authorization import READS, REVIEWS, WRITES, ApiRequest
from gallery.api.filters import photos_of, visible_photos, with_words
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import photos as s
from gallery.photos import transitions
from gallery.photos.captions import change_words
from gallery.photos.models import Photo
from gallery.photos.paging import page_of
from gallery.photos.purge import purge_photo
from gallery.photos.querysets import PhotoQuerySet
from gallery.photos.states import Visibility
from gallery.storage.originals import OriginalsUnavailable, originals

router = Router(tags=["Photos"], by_alias=True)


def own_or_404(request: ApiRequest, photo_id: UUID) -> Photo:
    """Return the caller's photo; whoever may not change a photo learns nothing of it.

    Raises:
        Problem: there is none of theirs.
    """
    photo = Photo.objects.owned_by(request.user).with_owner().filter(pk=photo_id).first()
    if photo is None:
        raise Problem(problems.NOT_FOUND)
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
        purge_photo(photo_id)
        return s.DeletionOutcome.DELETED
    transitions.trashed(photo_id, actor=request.user)
    return s.DeletionOutcome.TRASHED


@router.get(
    "/photos/{uuid:photo_id}", auth=READS, response={200: s.PhotoDetail, **refusals(401, 403, 404, 422, 429)}
)
def get_photo(request: HttpRequest, photo_id: UUID) -> s.PhotoDetail:
    """Fetch one photo with its thumbnails and what its camera said."""
    asked = cast("ApiRequest", request)
    photo = visible_photos(asked.auth).with_owner().filter(pk=photo_id).first()
    if photo is None:
        raise Problem(problems.NOT_FOUND)
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
    tags_changed = False
    if change.tags is not None:
        try:
            tags_changed = set_tags(photo.pk, clean_tags(change.tags))
        except TagRefused as refusal:
            raise Problem(problems.INVALID, str(refusal)) from refusal
    change_words(
        photo.pk,
        actor=asked.user,
        caption=change.caption,
        visibility=Visibility(change.visibility) if change.visibility else None,
        tags_changed=tags_changed,
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
    try:
        transitions.restored(photo.pk, actor=asked.user)
    except IntegrityError as conflict:
        raise Problem(problems.ALREADY_THERE) from conflict
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
    if not photo.can_be_tried_again or not transitions.tried_again(photo.pk, actor=asked.user):
        raise Problem(problems.CONFLICT)
    try:
        originals().nudge(photo.pk)
    except OriginalsUnavailable as silence:
        # The row awaits already; the sweep nudges it as soon as S3 answers.
        raise Problem(problems.UNAVAILABLE) from silence
    return present.photo_detail(own_or_404(asked, photo_id), asked.user)


@router.post(
    "/photos/{uuid:photo_id}/review",
    auth=REVIEWS,
    response={200: s.PhotoDetail, **refusals(401, 403, 404, 409, 422, 429)},
)
def review_photo(request: HttpRequest, photo_id: UUID, review: s.Review) -> s.PhotoDetail:
    """Approve or reject a photo, or put it back to review. For moderators."""
    asked = cast("ApiRequest", request)
    if not asked.user.has_perm("photos.moderate_photo"):
        raise Problem(problems.NOT_ALLOWED)
    photos = Photo.objects.visible_to(asked.user).with_owner().filter(pk=photo_id)
    photo = photos.first()
    if photo is None:
        raise Problem(problems.NOT_FOUND)
    if photo.visibility != Visibility.PUBLIC or not _decide(review, photo_id, asked):
        raise Problem(problems.CONFLICT)
    return present.photo_detail(photos.get(), asked.user)


def _decide(review: s.Review, photo_id: UUID, request: ApiRequest) -> bool:
    if review.decision is s.Decision.APPROVE:
        return transitions.approved(photo_id, actor=request.user)
    if review.decision is s.Decision.REJECT:
        return transitions.rejected(photo_id, actor=request.user, reason=review.reason)
    return transitions.put_back_to_review(photo_id, actor=request.user)
