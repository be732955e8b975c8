"""Uploads: offers of presigned PUTs, and small files sent through the gallery."""

from http import HTTPStatus
from typing import Annotated, cast
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from gallery.api.authorization import WRITES, ApiRequest
from gallery.api.problems import Problem
from gallery.api.responses import refusals
from gallery.api.schemas import uploads as s
from gallery.api.schemas.photos import VisibilityName
from gallery.uploads import form_upload, offers
from gallery.uploads.file_checks import FileRefused, UploadRequest

router = Router(tags=["Uploads"], by_alias=True)


@router.post("/uploads", auth=WRITES, response={200: s.UploadOutcomes, **refusals(401, 403, 422, 429)})
def offer_uploads(request: HttpRequest, wishes: s.UploadWishes) -> s.UploadOutcomes:
    """Ask for addresses to which up to 50 files may be sent.

    Each file is answered by itself: PUT it to the offered address with exactly the offered headers,
    within 15 minutes, or see that it is there already, or why it is refused. A repeated wish with the
    same `uploadId` gets the same photo. If the PUT is answered by 412, ask again with `metConflict`.
    """
    asked = cast("ApiRequest", request)
    outcomes = offers.offer(
        asked.user.pk, [_checked(wish) for wish in wishes.uploads], visibility=str(wishes.visibility)
    )
    return s.UploadOutcomes(results=[_told(outcome) for outcome in outcomes])


def _checked(wish: s.UploadWish) -> UploadRequest | offers.Refused:
    try:
        return UploadRequest.from_untrusted(wish.model_dump() | {"upload_id": str(wish.upload_id)})
    except FileRefused as refusal:
        return offers.Refused(str(wish.upload_id), refusal.reason)


def _told(outcome: offers.Outcome) -> s.UploadOutcome:
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
    response={201: s.Uploaded, 200: s.Uploaded, **refusals(400, 401, 403, 413, 422, 429, 503)},
)
def upload(
    request: HttpRequest,
    file: Annotated[UploadedFile, File(description="One picture of up to 4 MB.")],
    visibility: Annotated[VisibilityName, Form(description="Who it is meant for.")] = VisibilityName.PUBLIC,
) -> Status[s.Uploaded]:
    """Send one small picture through the gallery; larger ones go by `POST /uploads`."""
    asked = cast("ApiRequest", request)
    outcome = form_upload.store(asked.user.pk, file, visibility=str(visibility))
    if isinstance(outcome, offers.Refused):
        raise Problem(outcome.reason)
    there = isinstance(outcome, offers.AlreadyThere)
    told = s.Uploaded(photo_id=outcome.photo_id, already_there=there)
    return Status(HTTPStatus.OK if there else HTTPStatus.CREATED, told)
