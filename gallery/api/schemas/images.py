"""Imports by URL."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictStr, model_validator

from gallery.api.schemas.photos import EXAMPLE_ID, RenditionOut, VisibilityName
from gallery.api.schemas.shapes import LEFT_OUT, Given, Told
from gallery.imports.requests import MAX_IMPORTS_AT_ONCE
from thumbworker.contract.imports import MAX_URL_LENGTH

HOST = r"^https?://[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?"
PORT = r"(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
# Printable ASCII without " < > and the backslash, which readers of addresses disagree about.
REST = r"([/?#][!#-;=?-\[\]-~]*)?$"

Url = Annotated[
    StrictStr,
    Field(
        max_length=MAX_URL_LENGTH,
        pattern=HOST + PORT + REST,
        description="An http or https address in ASCII: names in Punycode, all else percent-encoded.",
        examples=["https://upload.example.org/harbour.jpg"],
    ),
]


class ImportWish(Given):
    """One address, or a list of them."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["urls"]}]})

    url: Url = Field(LEFT_OUT)
    urls: list[Url] = Field(LEFT_OUT, min_length=1, max_length=MAX_IMPORTS_AT_ONCE)
    visibility: VisibilityName = VisibilityName.PUBLIC

    @model_validator(mode="after")
    def _one_of_both(self) -> "ImportWish":
        if (self.url is None) == (self.urls is None):
            raise ValueError("Send either url or urls.")
        return self


class ImportAccepted(Told):
    """The picture will be fetched; look at `statusAddress`."""

    outcome: Literal["accepted"] = "accepted"
    request_id: UUID = Field(examples=[str(EXAMPLE_ID)], description="Also the id of the photo.")
    origin_url: str
    status_address: str


class ImportRefused(Told):
    """One address is not taken; the others may be."""

    outcome: Literal["refused"] = "refused"
    origin_url: str
    reason: str = Field(examples=["quota_exceeded"])
    sentence: str


ImportOutcome = Annotated[ImportAccepted | ImportRefused, Field(discriminator="outcome")]


class ImportsAccepted(Told):
    """What came of each address, in the order sent; `requestId` is that of a single one."""

    request_id: UUID | None
    results: list[ImportOutcome]


class ImportStatusName(StrEnum):
    """How far an import is."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ImageOut(Told):
    """An import: how far it is, and the picture once it is there."""

    request_id: UUID
    status: ImportStatusName
    reason: str | None = Field(description="Why it failed, or why the last try did: a stable code.")
    sentence: str = Field(description="Where it stands, for people.")
    retry_count: int = Field(description="How often the picture was asked for.")
    created_at: datetime
    origin_url: str
    photo_address: str = Field(description="The photo in this API.")
    page_address: str = Field(description="The photo's page.")
    download_address: str = Field(description="Leads to the original.")
    thumbnail_address: str = Field(description="Leads to a thumbnail.")
    renditions: list[RenditionOut]
