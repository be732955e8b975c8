"""Schemas of uploads."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictStr

from gallery.api.schemas.photos import EXAMPLE_ID, VisibilityName
from gallery.api.schemas.shapes import Input, Output, Whole, Words
from gallery.core import reasons
from gallery.uploads.file_checks import MAX_UPLOADS_AT_ONCE


class UploadWish(Input):
    """A file to upload."""

    upload_id: UUID = Field(description="An id you choose. The same id gets the same photo.")
    name: Annotated[Words, Field(examples=["IMG_0042.jpg"])]
    size_bytes: Whole = Field(examples=[2_413_331])
    content_type: StrictStr = Field("", examples=["image/jpeg"])
    sha256: StrictStr = Field(
        description="SHA-256 of the bytes, in base64.",
        examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    )
    met_conflict: StrictBool = Field(
        False, description="The PUT returned 412: check whether the file is already there."
    )


class UploadWishes(Input):
    """Files to upload."""

    uploads: list[UploadWish] = Field(min_length=1, max_length=MAX_UPLOADS_AT_ONCE)
    visibility: VisibilityName = VisibilityName.PUBLIC


class Offered(Output):
    """PUT the file to `url` with exactly these headers, before `expiresAt`."""

    outcome: Literal["offered"] = "offered"
    upload_id: UUID
    photo_id: UUID = Field(examples=[str(EXAMPLE_ID)])
    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime


class AlreadyThere(Output):
    """You already have this file."""

    outcome: Literal["alreadyThere"] = "alreadyThere"
    upload_id: UUID
    photo_id: UUID


class Refused(Output):
    """One file was refused; others may be accepted."""

    outcome: Literal["refused"] = "refused"
    upload_id: UUID
    reason: str = Field(examples=[reasons.TOO_LARGE.code])
    sentence: str


UploadOutcome = Annotated[Offered | AlreadyThere | Refused, Field(discriminator="outcome")]


class UploadOutcomes(Output):
    """The outcome for each file. Files with the same `uploadId` get one outcome."""

    results: list[UploadOutcome]


class Uploaded(Output):
    """The file is stored. Its thumbnails are being created."""

    photo_id: UUID
    already_there: bool = Field(description="You already had this file.")
