"""Albums and tags."""

from http import HTTPStatus
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Query, Router, Status

from gallery.albums import actions
from gallery.albums.models import Album, Tag
from gallery.albums.querysets import AlbumQuerySet
from gallery.api.authorization import READS, WRITES, ApiRequest
from gallery.api.filters import visible_photos
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import albums as s
from gallery.api.schemas.photos import VisibilityName
from gallery.core import reasons

router = Router(tags=["Albums and tags"], by_alias=True)
MOST_ALBUMS = 500


def _one_or_404(albums: AlbumQuerySet, album_id: UUID) -> Album:
    album = albums.select_related("owner").with_counts().filter(pk=album_id).first()
    if album is None:
        raise Problem(reasons.NOT_FOUND)
    return album


def _output(album: Album) -> s.AlbumOut:
    return s.AlbumOut(
        id=album.pk,
        title=album.title,
        description=album.description,
        owner=album.owner.username,
        visibility=VisibilityName(album.visibility),
        created_at=album.created_at,
        photo_count=album.photo_count,  # type: ignore[attr-defined]  # annotated by with_counts
        page_address=settings.SITE_ORIGIN + album.get_absolute_url(),
    )


@router.get("/albums", auth=READS, response={200: s.AlbumList, **refusals()})
def list_albums(request: HttpRequest, query: Query[s.AlbumsQuery]) -> s.AlbumList:
    """List your albums, or all public ones (the newest 500)."""
    caller = cast("ApiRequest", request)
    albums = Album.objects.showing_photos() if query.public else Album.objects.owned_by(caller.user)
    newest = albums.select_related("owner").with_counts().newest_first()[:MOST_ALBUMS]
    return s.AlbumList(albums=[_output(album) for album in newest])


@router.post("/albums", auth=WRITES, response={201: s.AlbumOut, **refusals()})
def make_album(request: HttpRequest, entry: s.NewAlbum) -> Status[s.AlbumOut]:
    """Create an album."""
    caller = cast("ApiRequest", request)
    values = {"description": entry.description, "visibility": str(entry.visibility)}
    album = actions.create_album(caller.user, title=entry.title.strip(), **values)
    return Status(HTTPStatus.CREATED, _output(_one_or_404(Album.objects.all(), album.pk)))


@router.get("/albums/{uuid:album_id}", auth=READS, response={200: s.AlbumOut, **refusals(404)})
def get_album(request: HttpRequest, album_id: UUID) -> s.AlbumOut:
    """Get one of your albums or a public one."""
    caller = cast("ApiRequest", request)
    return _output(_one_or_404(Album.objects.visible_to(caller.user), album_id))


@router.patch("/albums/{uuid:album_id}", auth=WRITES, response={200: s.AlbumOut, **refusals(404)})
def change_album(request: HttpRequest, album_id: UUID, change: s.AlbumChange) -> s.AlbumOut:
    """Change an album's title, description or visibility."""
    caller = cast("ApiRequest", request)
    mine = Album.objects.owned_by(caller.user)
    actions.change_album(_one_or_404(mine, album_id), **change.model_dump(exclude_none=True))
    return _output(_one_or_404(mine, album_id))


@router.delete("/albums/{uuid:album_id}", auth=WRITES, response={204: None, **refusals(404)})
def delete_album(request: HttpRequest, album_id: UUID) -> Status[None]:
    """Delete an album. Its photos are kept."""
    caller = cast("ApiRequest", request)
    actions.delete_album(_one_or_404(Album.objects.owned_by(caller.user), album_id))
    return Status(HTTPStatus.NO_CONTENT, None)


@router.post(
    "/albums/{uuid:album_id}/photos",
    auth=WRITES,
    response={200: s.AlbumOut, **refusals(404)},
)
def change_album_photos(request: HttpRequest, album_id: UUID, change: s.AlbumPhotos) -> s.AlbumOut:
    """Add photos to an album and remove others. Repeating it changes nothing."""
    caller = cast("ApiRequest", request)
    mine = Album.objects.owned_by(caller.user)
    album = _one_or_404(mine, album_id)
    actions.change_photos(album, add=change.add or [], remove=change.remove or [])
    return _output(_one_or_404(mine, album_id))


@router.get("/tags", auth=READS, response={200: s.TagList, **refusals()})
def list_tags(request: HttpRequest, query: Query[s.TagsQuery]) -> s.TagList:
    """List the tags of the photos you can see, most used first."""
    caller = cast("ApiRequest", request)
    visible = visible_photos(caller.auth).not_trashed()
    tags = (
        Tag.objects.filter(name__startswith=query.q.casefold())
        .annotate(photo_count=Count("photo_tags", filter=Q(photo_tags__photo__in=visible)))
        .filter(photo_count__gt=0)
        .order_by("-photo_count", "name")
    )
    return s.TagList(
        tags=[s.TagOut(name=tag.name, photo_count=tag.photo_count) for tag in tags[: query.limit]]
    )
