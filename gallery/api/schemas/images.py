"""Schemas of imports by URL."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictStr, model_validator

from gallery.api.schemas.photos import EXAMPLE_ID, RenditionOut, VisibilityName
from gallery.api.schemas.shapes import LEFT_OUT, Input, Output
from gallery.core import reasons
from gallery.imports.requests import MAX_IMPORTS_AT_ONCE
from thumbworker.contract.web_urls import MAX_URL_LENGTH

# Spelled out, since regular expressions of Rust, Python and JavaScript differ about `\s`.
SPACES = r"\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
HOST = rf"^[Hh][Tt][Tt][Pp][Ss]?://[^{SPACES}\"#%/:<>?@\[\\\]^`{{|}}]+"
PORT = r"(:([0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
# URL parsers treat backslashes differently.
REST = r"([/?#][^\\\x00-\x1f\x7f]*)?$"

Url = Annotated[
    StrictStr,
    Field(
        max_length=MAX_URL_LENGTH,
        pattern=HOST + PORT + REST,
        description="An http or https URL as browsers accept it, without a user name or backslashes.",
        examples=["https://upload.example.org/harbor.jpg"],
    ),
]


class ImportWish(Input):
    """One URL or a list of URLs."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["url"]}, {"required": ["urls"]}]})

    url: Url = Field(LEFT_OUT)
    urls: list[StrictStr] = Field(
        LEFT_OUT,
        min_length=1,
        max_length=MAX_IMPORTS_AT_ONCE,
        description="URLs like `url`. Each one that is not is refused by itself.",
    )
    visibility: VisibilityName = VisibilityName.PUBLIC

    @model_validator(mode="after")
    def _one_of_both(self) -> "ImportWish":
        if (self.url is None) == (self.urls is None):
            raise ValueError("Send either url or urls.")
        return self


class ImportAccepted(Output):
    """The image will be fetched. Follow `statusAddress`."""

    outcome: Literal["accepted"] = "accepted"
    request_id: UUID = Field(examples=[str(EXAMPLE_ID)], description="Also the id of the photo.")
    origin_url: str
    status_address: str


class ImportRefused(Output):
    """One URL was refused; others may be accepted."""

    outcome: Literal["refused"] = "refused"
    origin_url: str
    reason: str = Field(examples=[reasons.QUOTA_EXCEEDED.code])
    sentence: str


ImportOutcome = Annotated[ImportAccepted | ImportRefused, Field(discriminator="outcome")]


class ImportsAccepted(Output):
    """The outcome of each URL, in the order sent. `requestId` is null if there are several."""

    request_id: UUID | None
    results: list[ImportOutcome]


class ImportStatusName(StrEnum):
    """The status of an import."""

    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class ImageOut(Output):
    """An import and its status, with the thumbnails once it is completed."""

    request_id: UUID
    status: ImportStatusName
    reason: str | None = Field(description="Why the import or its last attempt failed: a stable code.")
    sentence: str = Field(description="The status as a sentence for people.")
    retry_count: int = Field(description="Number of attempts to fetch the image.")
    created_at: datetime
    origin_url: str
    photo_address: str = Field(description="URL of the photo in this API.")
    page_address: str = Field(description="URL of the photo's page.")
    download_address: str = Field(description="Redirects to the original.")
    thumbnail_address: str = Field(description="Redirects to a thumbnail.")
    renditions: list[RenditionOut]
