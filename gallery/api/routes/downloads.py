"""Downloads by id or by file name: short-lived addresses in S3, never the bytes themselves."""

from http import HTTPStatus
from typing import Annotated, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from ninja import Path, Query, Router, Status

from gallery.api.authorization import READS, ApiRequest
from gallery.api.filters import visible_photos
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas.downloads import NotReady, SizeQuery
from gallery.api.schemas.photos import EXAMPLE_ID, StateName
from gallery.api.schemas.shapes import NUL_FREE
from gallery.core import reasons
from gallery.photos import actions
from gallery.photos.models import Photo
from gallery.photos.querysets import PhotoQuerySet
from gallery.photos.states import State
from gallery.presentation.sentences import state_sentence
from gallery.presentation.tiles import tiles_of
from gallery.storage import signed_urls
from thumbworker.contract.items import PhotoItem

router = Router(tags=["Downloads"], by_alias=True)
RETRY_AFTER_SECONDS = 2

Name = Annotated[
    str,
    Path(
        description="Id of a photo, or the file name of your newest one of that name.",
        min_length=1,
        max_length=250,
        pattern=NUL_FREE,
        examples=[str(EXAMPLE_ID)],
    ),
]
ANSWERS = {302: None, 202: NotReady, **refusals(401, 403, 404, 409, 422, 429, 503)}


@router.get("/download/{name}", auth=READS, response=ANSWERS)
def download(request: HttpRequest, response: HttpResponse, name: Name) -> HttpResponse | Status[NotReady]:
    """Get one of your originals: leads to an address that lives for five minutes."""
    asked = cast("ApiRequest", request)
    photo, _ = _found(asked, name, Photo.objects.owned_by(asked.user))
    if photo.state == State.AWAITING:
        return _not_ready(photo, response)
    return _redirect(actions.original_url(photo))


@router.get("/download-thumbnail/{name}", auth=READS, response=ANSWERS)
def download_thumbnail(
    request: HttpRequest, response: HttpResponse, name: Name, query: Query[SizeQuery]
) -> HttpResponse | Status[NotReady]:
    """Get a thumbnail of a photo that you can see: leads to its signed address."""
    asked = cast("ApiRequest", request)
    photo, item = _found(asked, name, visible_photos(asked.auth))
    if photo.state == State.AWAITING:
        return _not_ready(photo, response)
    signer = signed_urls.signer()
    if item is None or not item.renditions or signer is None:
        raise Problem(reasons.STORE_UNAVAILABLE)
    wanted = next((made for made in item.renditions if made.name == query.size), item.renditions[-1])
    return _redirect(signer.url(wanted.key))


def _found(request: ApiRequest, name: str, by_id: PhotoQuerySet) -> tuple[Photo, PhotoItem | None]:
    """Return the photo that the name means, moved on to what the worker has seen, and its item.

    Raises:
        Problem: there is none, or it could not be read.
    """
    try:
        photos = by_id.filter(pk=UUID(name))
    except ValueError:
        photos = Photo.objects.owned_by(request.user).not_trashed().filter(file_name=name).newest_first()
    photo = photos.with_owner().first()
    if photo is None:
        raise Problem(reasons.NOT_FOUND)
    _, reading = tiles_of([photo], request.user, move_on=photo.owner_id == request.user.pk)
    if photo.state == State.FAILED:
        raise Problem(reasons.of(photo.reason), state_sentence(photo), status=HTTPStatus.CONFLICT)
    return photo, reading.items.get(photo.pk)


def _not_ready(photo: Photo, response: HttpResponse) -> Status[NotReady]:
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    told = NotReady(photo_id=photo.pk, state=StateName(photo.state), sentence=state_sentence(photo))
    return Status(HTTPStatus.ACCEPTED, told)


def _redirect(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer["Cache-Control"] = "private, no-store"
    return answer
