"""Albums and tags."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.db.models import Count, OuterRef, Q
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from gallery.albums import actions
from gallery.albums.models import Album, Tag
from gallery.albums.querysets import AlbumQuerySet
from gallery.api.authorization import DELETES, READS, WRITES, ApiRequest
from gallery.api.filters import visible_photos
from gallery.api.responses import refusals
from gallery.api.schemas import albums as s
from gallery.api.schemas.photos import VisibilityName
from gallery.photos.stacks import is_under
from thumbworker.contract.text import folded

router = Router(tags=["Albums and tags"], by_alias=True)
MOST_ALBUMS = 500


def _for_output(albums: AlbumQuerySet, request: ApiRequest) -> AlbumQuerySet:
    return albums.select_related("owner").with_counts(visible_photos(request.auth).not_trashed())


def _one_or_404(albums: AlbumQuerySet, album_id: UUID, request: ApiRequest) -> Album:
    return get_object_or_404(_for_output(albums, request), pk=album_id)


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
def list_albums(request: ApiRequest, query: Query[s.AlbumsQuery]) -> s.AlbumList:
    """List your albums, or all public ones (the newest 500)."""
    albums = Album.objects.showing_photos() if query.public else Album.objects.owned_by(request.user)
    newest = _for_output(albums, request).newest_first()[:MOST_ALBUMS]
    return s.AlbumList(albums=[_output(album) for album in newest])


@router.post("/albums", auth=WRITES, response={201: s.AlbumOut, **refusals()})
def make_album(request: ApiRequest, entry: s.NewAlbum) -> Status[s.AlbumOut]:
    """Create an album."""
    values = {"description": entry.description, "visibility": str(entry.visibility)}
    album = actions.create_album(request.user, title=entry.title.strip(), **values)
    return Status(HTTPStatus.CREATED, _output(_one_or_404(Album.objects.all(), album.pk, request)))


@router.get("/albums/{uuid:album_id}", auth=READS, response={200: s.AlbumOut, **refusals(404)})
def get_album(request: ApiRequest, album_id: UUID) -> s.AlbumOut:
    """Get one of your albums or a public one."""
    return _output(_one_or_404(Album.objects.visible_to(request.user), album_id, request))


@router.patch("/albums/{uuid:album_id}", auth=WRITES, response={200: s.AlbumOut, **refusals(404)})
def change_album(request: ApiRequest, album_id: UUID, change: s.AlbumChange) -> s.AlbumOut:
    """Change an album's title, description or visibility."""
    mine = Album.objects.owned_by(request.user)
    actions.change_album(_one_or_404(mine, album_id, request), **change.model_dump(exclude_none=True))
    return _output(_one_or_404(mine, album_id, request))


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
    actions.change_photos(album, add=change.add or [], remove=change.remove or [])
    return _output(_one_or_404(mine, album_id, request))


@router.get("/tags", auth=READS, response={200: s.TagList, **refusals()})
def list_tags(request: ApiRequest, query: Query[s.TagsQuery]) -> s.TagList:
    """List the tags of the photos you can see, most used first."""
    visible = visible_photos(request.auth).not_trashed()
    tops = visible.filter(photo_tags__tag=OuterRef("pk"))
    listed = Q(photo_tags__photo__in=visible) & ~is_under(tops, "photo_tags__photo__")
    tags = (
        Tag.objects.filter(name__startswith=folded(query.q))
        .annotate(photo_count=Count("photo_tags", filter=listed))
        .filter(photo_count__gt=0)
        .order_by("-photo_count", "name")
    )
    found = tags.values_list("name", "photo_count")[: query.limit]
    return s.TagList(tags=[s.TagOut(name=name, photo_count=count) for name, count in found])
