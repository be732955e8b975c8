"""Uploads: presigned PUTs, and small files sent through the gallery."""

from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from gallery.api.authorization import WRITES, ApiRequest
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import uploads as s
from gallery.api.schemas.photos import VisibilityName
from gallery.uploads import form_upload, offers

router = Router(tags=["Uploads"], by_alias=True)


@router.post("/uploads", auth=WRITES, response={200: s.UploadOutcomes, **refusals()})
def offer_uploads(request: ApiRequest, entry: s.UploadWishes) -> s.UploadOutcomes:
    """Request upload URLs for up to 50 files.

    Each file has its own outcome: PUT an offered file to its `url` with exactly the offered headers within
    15 minutes; a file may also be there already or be refused. A repeated request with the same `uploadId`
    gets the same photo. If the PUT returns 412, repeat the request with `metConflict`.
    """
    files = [file.model_dump() | {"upload_id": str(file.upload_id)} for file in entry.uploads]
    requests = [offers.read_request(file) for file in files]
    outcomes = offers.offer(request.user.pk, requests, visibility=str(entry.visibility))
    return s.UploadOutcomes(results=[_output(outcome) for outcome in outcomes])


def _output(outcome: offers.Outcome) -> s.UploadOutcome:
    upload_id = UUID(outcome.upload_id)
    if isinstance(outcome, offers.Refused):
        return s.Refused(upload_id=upload_id, reason=outcome.reason.code, sentence=outcome.reason.sentence)
    if isinstance(outcome, offers.AlreadyThere):
        return s.AlreadyThere(upload_id=upload_id, photo_id=outcome.photo_id)
    return s.Offered(
        upload_id=upload_id,
        photo_id=outcome.photo_id,
        url=outcome.offer.url,
        headers=outcome.offer.headers,
        expires_at=outcome.expires_at,
    )


@router.post(
    "/upload",
    auth=WRITES,
    response={201: s.Uploaded, 200: s.Uploaded, **refusals(400, 413, 503)},
)
def upload(
    request: ApiRequest,
    file: Annotated[UploadedFile, File(description="One image of up to 4 MB.")],
    visibility: Annotated[VisibilityName, Form(description="Who can see it.")] = VisibilityName.PUBLIC,
) -> Status[s.Uploaded]:
    """Upload one small image. Use `POST /uploads` for larger ones."""
    offer = partial(offers.offer, request.user.pk, visibility=str(visibility))
    outcome = form_upload.store(file, offer=offer)
    if isinstance(outcome, offers.Refused):
        raise Problem(outcome.reason)
    there = isinstance(outcome, offers.AlreadyThere)
    body = s.Uploaded(photo_id=outcome.photo_id, already_there=there)
    return Status(HTTPStatus.OK if there else HTTPStatus.CREATED, body)
