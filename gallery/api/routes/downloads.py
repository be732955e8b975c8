"""Downloads by id or by file name: redirects to signed URLs, never the bytes."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
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
from thumbworker.contract.text import nfc

router = Router(tags=["Downloads"], by_alias=True)
RETRY_AFTER_SECONDS = 2

Name = Annotated[
    str,
    Path(
        description="Id of a photo, or a file name: your newest photo with that name.",
        min_length=1,
        max_length=250,
        pattern=NUL_FREE,
        examples=[str(EXAMPLE_ID)],
    ),
]
ANSWERS = {302: None, 202: NotReady, **refusals(404, 409, 503)}


@router.get("/download/{name}", auth=READS, response=ANSWERS)
def download(request: ApiRequest, response: HttpResponse, name: Name) -> HttpResponse | Status[NotReady]:
    """Redirect to one of your originals. The URL is valid for five minutes."""
    photo, _ = _found(request, name, Photo.objects.owned_by(request.user))
    if photo.state == State.AWAITING:
        return _not_ready(photo, response)
    return _redirect(actions.original_url(photo))


@router.get("/download-thumbnail/{name}", auth=READS, response=ANSWERS)
def download_thumbnail(
    request: ApiRequest, response: HttpResponse, name: Name, query: Query[SizeQuery]
) -> HttpResponse | Status[NotReady]:
    """Redirect to a thumbnail of a photo you can see."""
    photo, item = _found(request, name, visible_photos(request.auth))
    if photo.state == State.AWAITING:
        return _not_ready(photo, response)
    signer = signed_urls.signer()
    if item is None or not item.pictures or signer is None:
        raise Problem(reasons.STORE_UNAVAILABLE)
    rendition = next((made for made in item.pictures if made.name == query.size), item.pictures[-1])
    return _redirect(signer.url(rendition.key))


def _found(request: ApiRequest, name: str, by_id: PhotoQuerySet) -> tuple[Photo, PhotoItem | None]:
    """Return the photo, after updating its state from the catalogue, and its catalogue item.

    Raises:
        Problem: there is no such photo, its upload was interrupted, or processing failed.
    """
    try:
        photos = by_id.filter(pk=UUID(name))
    except ValueError:
        photos = Photo.objects.owned_by(request.user).not_trashed().filter(file_name=nfc(name)).newest_first()
    photo = photos.with_owner().first()
    if photo is None:
        raise Problem(reasons.NOT_FOUND)
    _, reading = tiles_of([photo], request.user, move_on=photo.owner_id == request.user.pk)
    if photo.is_taken_down:
        raise Problem(reasons.TAKEN_DOWN)
    if photo.state == State.FAILED:
        raise Problem(reasons.of(photo.reason), state_sentence(photo), status=HTTPStatus.CONFLICT)
    if photo.is_interrupted:
        raise Problem(reasons.UPLOAD_INTERRUPTED)
    return photo, reading.items.get(photo.pk)


def _not_ready(photo: Photo, response: HttpResponse) -> Status[NotReady]:
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    body = NotReady(photo_id=photo.pk, state=StateName(photo.state), sentence=state_sentence(photo))
    return Status(HTTPStatus.ACCEPTED, body)


def _redirect(address: str) -> HttpResponse:
    answer = HttpResponseRedirect(address)
    answer["Cache-Control"] = "private, no-store"
    return answer
