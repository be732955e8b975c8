"""Uploads: wishes, offers and refusals."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictInt, StrictStr

from gallery.api.schemas.photos import EXAMPLE_ID, VisibilityName
from gallery.api.schemas.shapes import Given, Told, Words
from gallery.uploads.file_checks import MAX_UPLOADS_AT_ONCE


class UploadWish(Given):
    """One file that shall be uploaded."""

    upload_id: UUID = Field(description="Chosen by you; the same id gets the same photo.")
    name: Annotated[Words, Field(examples=["IMG_0042.jpg"])]
    size_bytes: StrictInt = Field(examples=[2_413_331])
    content_type: StrictStr = Field("", examples=["image/jpeg"])
    sha256: StrictStr = Field(
        description="SHA-256 of the bytes, in base64.",
        examples=["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    )
    met_conflict: StrictBool = Field(
        False, description="The PUT was answered by 412: look whether the file is there already."
    )


class UploadWishes(Given):
    """Files that shall be uploaded."""

    uploads: list[UploadWish] = Field(min_length=1, max_length=MAX_UPLOADS_AT_ONCE)
    visibility: VisibilityName = VisibilityName.PUBLIC


class Offered(Told):
    """PUT the file to `url` with exactly these headers, before `expiresAt`."""

    outcome: Literal["offered"] = "offered"
    upload_id: UUID
    photo_id: UUID = Field(examples=[str(EXAMPLE_ID)])
    url: str
    method: Literal["PUT"] = "PUT"
    headers: dict[str, str]
    expires_at: datetime


class AlreadyThere(Told):
    """You have this very file already."""

    outcome: Literal["alreadyThere"] = "alreadyThere"
    upload_id: UUID
    photo_id: UUID


class Refused(Told):
    """One file is not taken; the others may be."""

    outcome: Literal["refused"] = "refused"
    upload_id: UUID
    reason: str = Field(examples=["too_large"])
    sentence: str


UploadOutcome = Annotated[Offered | AlreadyThere | Refused, Field(discriminator="outcome")]


class UploadOutcomes(Told):
    """What came of each wish; wishes with the same upload id are answered once."""

    results: list[UploadOutcome]


class Uploaded(Told):
    """The file is stored; its thumbnail is being made."""

    photo_id: UUID
    already_there: bool = Field(description="You had this very file already.")
