"""Albums and tags."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from gallery.accounts.moderators import MODERATE
from gallery.albums import actions, review
from gallery.albums.models import Album
from gallery.albums.querysets import AlbumQuerySet
from gallery.albums.tag_counts import tags_seen
from gallery.api import problems
from gallery.api.authorization import DELETES, READS, REVIEW_READS, REVIEWS, WRITES, ApiRequest
from gallery.api.filters import visible_photos
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import albums as s
from gallery.api.schemas.photos import VisibilityName
from gallery.api.tokens import moderates
from gallery.core import reasons
from gallery.photos.models import Photo
from gallery.presentation.covers import with_covers
from gallery.search import saving
from thumbworker.contract.text import folded

router = Router(tags=["Albums and tags"], by_alias=True)
MOST_ALBUMS = 500
MOST_TO_REVIEW = 100


def _for_output(albums: AlbumQuerySet, request: ApiRequest) -> AlbumQuerySet:
    seen = visible_photos(request.auth).not_trashed()
    return with_covers(albums.select_related("owner").with_counts(seen), seen)


def _one_or_404(albums: AlbumQuerySet, album_id: UUID, request: ApiRequest) -> Album:
    return get_object_or_404(_for_output(albums, request), pk=album_id)


def _output(album: Album, request: ApiRequest) -> s.AlbumOut:
    title, description = album.words_for(request.user)
    is_mine = album.owner_id == request.user.pk
    return s.AlbumOut(
        id=album.pk,
        title=title,
        description=description,
        owner=album.owner.username,
        owner_name=album.owner.shown_name,
        visibility=VisibilityName(album.visibility),
        order=s.OrderName(album.order),
        cover_id=album.cover_id,  # type: ignore[attr-defined]  # annotated by with_covers
        created_at=album.created_at,
        changed_at=album.changed_at if is_mine else None,
        photo_count=album.photo_count,  # type: ignore[attr-defined]  # annotated by with_counts
        page_address=settings.SITE_ORIGIN + album.get_absolute_url(),
        words_state=s.WordsStateName(album.words_state) if is_mine else None,
        review_note=(album.review_note or None) if is_mine else None,
    )


def _words(album: Album) -> s.AlbumWords:
    return s.AlbumWords(
        id=album.pk,
        title=album.title,
        description=album.description,
        owner=album.owner.username,
        words_state=s.WordsStateName(album.words_state),
        words_mark=album.words_mark,
        words_at=album.words_at,
        public_title=album.public_title,
        public_description=album.public_description,
        review_note=album.review_note,
        page_address=settings.SITE_ORIGIN + album.get_absolute_url(),
    )


@router.get("/albums", auth=READS, response={200: s.AlbumList, **refusals()})
def list_albums(request: ApiRequest, query: Query[s.AlbumsQuery]) -> s.AlbumList:
    """List your albums, or all public ones (the first 500)."""
    if query.public:
        # Others must not learn anything from the owners' titles, by which own albums can be sorted.
        albums = _for_output(Album.objects.showing_photos(), request).newest_first()
    else:
        albums = _for_output(Album.objects.owned_by(request.user), request).sorted_by(query.sort)
    return s.AlbumList(albums=[_output(album, request) for album in albums[:MOST_ALBUMS]])


@router.post("/albums", auth=WRITES, response={201: s.AlbumOut, **refusals()})
def make_album(request: ApiRequest, entry: s.NewAlbum) -> Status[s.AlbumOut]:
    """Create an album."""
    values = {"description": entry.description, "visibility": str(entry.visibility)}
    try:
        album = actions.create_album(request.user, title=entry.title.strip(), **values)
    except actions.LimitReached as refusal:
        raise Problem(refusal.reason) from refusal
    return Status(HTTPStatus.CREATED, _output(_one_or_404(Album.objects.all(), album.pk, request), request))


@router.post("/smart-albums", auth=WRITES, response={201: s.SmartAlbumOut, **refusals()})
def save_search(request: ApiRequest, entry: s.NewSmartAlbum) -> Status[s.SmartAlbumOut]:
    """Save a search of your own photos. `GET /archive` has those that you saved."""
    try:
        saved = saving.save(request.user, title=entry.title.strip(), query=entry.query.strip())
    except saving.NotSaved as refusal:
        raise Problem(refusal.reason) from refusal
    body = s.SmartAlbumOut(
        id=saved.pk,
        title=saved.title,
        query=saved.query,
        created_at=saved.created_at,
        page_address=settings.SITE_ORIGIN + saved.get_absolute_url(),
    )
    return Status(HTTPStatus.CREATED, body)


@router.get("/albums/{uuid:album_id}", auth=READS, response={200: s.AlbumOut, **refusals(404)})
def get_album(request: ApiRequest, album_id: UUID) -> s.AlbumOut:
    """Get one of your albums or a public one."""
    return _output(_one_or_404(Album.objects.visible_to(request.user), album_id, request), request)


@router.patch("/albums/{uuid:album_id}", auth=WRITES, response={200: s.AlbumOut, **refusals(404)})
def change_album(request: ApiRequest, album_id: UUID, change: s.AlbumChange) -> s.AlbumOut:
    """Change an album's title, description, visibility or order.

    Unless your account is trusted, others see a new title and description once a moderator approved them.
    """
    mine = Album.objects.owned_by(request.user)
    actions.change_album(_one_or_404(mine, album_id, request), **change.model_dump(exclude_none=True))
    return _output(_one_or_404(mine, album_id, request), request)


@router.delete("/albums/{uuid:album_id}", auth=DELETES, response={204: None, **refusals(404)})
def delete_album(request: ApiRequest, album_id: UUID) -> Status[None]:
    """Delete an album. Its photos are kept."""
    actions.delete_album(_one_or_404(Album.objects.owned_by(request.user), album_id, request))
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post(
    "/albums/{uuid:album_id}/photos",
    auth=WRITES,
    response={200: s.AlbumOut, **refusals(404)},
)
def change_album_photos(request: ApiRequest, album_id: UUID, change: s.AlbumPhotos) -> s.AlbumOut:
    """Add photos to an album and remove others. Repeating it changes nothing."""
    mine = Album.objects.owned_by(request.user)
    album = _one_or_404(mine, album_id, request)
    try:
        actions.change_photos(
            album,
            add=change.add or [],
            remove=change.remove or [],
            in_given_order=change.in_given_order,
        )
    except actions.LimitReached as refusal:
        raise Problem(refusal.reason) from refusal
    return _output(_one_or_404(mine, album_id, request), request)


@router.post("/albums/{uuid:album_id}/place", auth=WRITES, response={200: s.AlbumOut, **refusals(404, 409)})
def place_album_photo(request: ApiRequest, album_id: UUID, entry: s.AlbumPlace) -> s.AlbumOut:
    """Put a photo of an album right behind another one. The album's order is by hand from then on."""
    mine = Album.objects.owned_by(request.user)
    try:
        actions.place(_one_or_404(mine, album_id, request), entry.id, after=entry.after)
    except actions.NotInAlbum as refusal:
        raise Problem(reasons.NOT_IN_ALBUM) from refusal
    return _output(_one_or_404(mine, album_id, request), request)


@router.post("/albums/{uuid:album_id}/cover", auth=WRITES, response={200: s.AlbumOut, **refusals(404, 409)})
def choose_album_cover(request: ApiRequest, album_id: UUID, entry: s.AlbumCover) -> s.AlbumOut:
    """Choose the cover of an album. Others see it if they may see that photo."""
    mine = Album.objects.owned_by(request.user)
    try:
        actions.choose_cover(_one_or_404(mine, album_id, request), entry.id)
    except actions.NotInAlbum as refusal:
        raise Problem(reasons.NOT_IN_ALBUM) from refusal
    return _output(_one_or_404(mine, album_id, request), request)


@router.get("/albums/review", auth=REVIEW_READS, response={200: s.AlbumWordsList, **refusals()})
def list_albums_to_review(request: ApiRequest) -> s.AlbumWordsList:
    """List public albums whose title and description wait for review. For moderators."""
    _need_moderator(request)
    waiting = Album.objects.with_words_waiting().select_related("owner")[:MOST_TO_REVIEW]
    return s.AlbumWordsList(albums=[_words(album) for album in waiting])


@router.post(
    "/albums/{uuid:album_id}/review", auth=REVIEWS, response={200: s.AlbumWords, **refusals(404, 409)}
)
def review_album(request: ApiRequest, album_id: UUID, entry: s.AlbumReview) -> s.AlbumWords:
    """Approve or reject the title and description of a public album. For moderators.

    Send the `wordsMark` of the words you read. If the words or the owner's name have changed since, the
    decision is refused.
    """
    _need_moderator(request)
    albums = Album.objects.reviewable().select_related("owner")
    get_object_or_404(albums, pk=album_id)
    if entry.decision is s.WordsDecisionName.APPROVE:
        outcome = review.approve(album_id, actor=request.user, words_mark=entry.words_mark)
    else:
        outcome = review.reject(
            album_id, actor=request.user, words_mark=entry.words_mark, reason=entry.reason
        )
    if not outcome.is_done:
        raise problems.of_outcome(outcome)
    return _words(get_object_or_404(albums, pk=album_id))


def _need_moderator(request: ApiRequest) -> None:
    if not request.user.has_perm(MODERATE):
        raise Problem(reasons.NOT_ALLOWED)


@router.get("/tags", auth=READS, response={200: s.TagList, **refusals()})
def list_tags(request: ApiRequest, query: Query[s.TagsQuery]) -> s.TagList:
    """List the tags of the photos you can see, most used first.

    Tags are ranked by the latest 500 photos of each list that you see (public ones, your own, the review
    queue); those that only older photos have follow in alphabetical order. A count ends at 100.
    """
    seen = visible_photos(request.auth).not_trashed()
    lists = [Photo.objects.public(), Photo.objects.owned_by(request.user).not_trashed()]
    if moderates(request.auth):
        lists += [Photo.objects.awaiting_review(), Photo.objects.reviewable_by(request.user).rejected()]
    found = tags_seen(seen, lists, start=folded(query.q), limit=query.limit)
    return s.TagList(tags=[s.TagOut(name=name, photo_count=count) for name, count in found])
