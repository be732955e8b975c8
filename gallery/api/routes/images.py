"""Imports by URL: request them, then follow their status."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from gallery.api import present
from gallery.api.authorization import READS, WRITES, ApiRequest, limit_rate
from gallery.api.limits import Kind
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import images as s
from gallery.core import reasons
from gallery.imports.requests import NotRequested, Requested, request_imports
from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.presentation.tiles import ready_item, tiles_of
from thumbworker.contract.imports import ImportItem, ImportStatus

router = Router(tags=["Imports"], by_alias=True)

API_ADDRESS = "/api/v1"
RETRY_AFTER_SECONDS = 2
OF_ONE_URL = frozenset({reasons.URL_NOT_ALLOWED, reasons.URL_TOO_LONG})


def status_address(photo_id: UUID) -> str:
    """Return the URL of an import's status."""
    return f"{settings.SITE_ORIGIN}{API_ADDRESS}/images/{photo_id}"


@router.post("/images", auth=WRITES, response={202: s.ImportsAccepted, **refusals()})
def import_images(
    request: ApiRequest, response: HttpResponse, entry: s.ImportWish
) -> Status[s.ImportsAccepted]:
    """Import up to 100 images from the web.

    The response comes immediately. Images are fetched in the background, with up to three attempts each,
    from public addresses only: at most 20 MB and 10 seconds. Follow `Location` for the status.
    """
    urls = [entry.url] if entry.url is not None else entry.urls
    limit_rate(request.user, Kind.IMPORTS, cost=len(urls))
    outcomes = request_imports(request.user.pk, urls, visibility=str(entry.visibility))
    accepted = [outcome for outcome in outcomes if isinstance(outcome, Requested)]
    refused = [outcome.reason for outcome in outcomes if isinstance(outcome, NotRequested)]
    # A list in which each URL is wrong is answered URL by URL, as one in which some are.
    problem = next((reason for reason in refused if entry.url is not None or reason not in OF_ONE_URL), None)
    if problem and not accepted:
        raise Problem(problem)
    single = accepted[0].photo_id if accepted and len(urls) == 1 else None
    response["Location"] = status_address(single) if single else f"{settings.SITE_ORIGIN}{API_ADDRESS}/photos"
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    body = s.ImportsAccepted(request_id=single, results=[_output(outcome) for outcome in outcomes])
    return Status(HTTPStatus.ACCEPTED, body)


def _output(outcome: Requested | NotRequested) -> s.ImportOutcome:
    if isinstance(outcome, NotRequested):
        return s.ImportRefused(
            origin_url=outcome.url, reason=outcome.reason.code, sentence=outcome.reason.sentence
        )
    return s.ImportAccepted(
        request_id=outcome.photo_id,
        origin_url=outcome.url,
        status_address=status_address(outcome.photo_id),
    )


@router.get("/images/{uuid:request_id}", auth=READS, response={200: s.ImageOut, **refusals(404)})
def get_image(request: ApiRequest, request_id: UUID) -> s.ImageOut:
    """Get the status of one of your imports."""
    imports = Photo.objects.owned_by(request.user).exclude(origin_url="").with_owner()
    photo = get_object_or_404(imports, pk=request_id)
    tiles, reading = tiles_of([photo], request.user, move_on=True, with_imports=True)
    item = reading.imports.get(photo.pk)
    api_address = f"{settings.SITE_ORIGIN}{API_ADDRESS}"
    return s.ImageOut(
        request_id=photo.pk,
        status=_status(photo, item),
        reason=photo.reason or (item.reason if item else "") or None,
        sentence=tiles[0].state_sentence,
        retry_count=item.attempts if item else 0,
        created_at=photo.created_at,
        origin_url=photo.origin_url,
        photo_address=f"{api_address}/photos/{photo.pk}",
        page_address=settings.SITE_ORIGIN + tiles[0].page_url,
        download_address=f"{api_address}/download/{photo.pk}",
        thumbnail_address=f"{api_address}/download-thumbnail/{photo.pk}",
        renditions=present.renditions_out(ready_item(photo, reading)),
    )


def _status(photo: Photo, item: ImportItem | None) -> s.ImportStatusName:
    if photo.state == State.FAILED:
        return s.ImportStatusName.FAILED
    if photo.state != State.AWAITING:
        return s.ImportStatusName.COMPLETED
    # A fetched image is not completed until its thumbnails are created.
    has_started = item is not None and item.status in {ImportStatus.PROCESSING, ImportStatus.COMPLETED}
    return s.ImportStatusName.PROCESSING if has_started else s.ImportStatusName.PENDING
