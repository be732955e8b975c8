"""Photos as the API tells of them, and what may be changed."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StrictStr

from gallery.albums.models import MAX_TAG_LENGTH
from gallery.albums.tagging import MAX_TAGS
from gallery.api.schemas.shapes import LEFT_OUT, NUL_FREE, Given, Instant, Told, Words
from gallery.photos.models import WORDS_MARK_LENGTH
from gallery.storage.catalogue import BATCH_SIZE
from gallery.storage.signed_urls import LIFETIME_SECONDS, WINDOW_SECONDS
from thumbworker.contract import policy

DEFAULT_LIMIT = 60
EXAMPLE_ID = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")

PhotoIds = Annotated[list[UUID], Field(min_length=1, max_length=BATCH_SIZE, examples=[[str(EXAMPLE_ID)]])]
Caption = Annotated[Words, Field(max_length=500, examples=["Harbour at dawn"])]
TagWord = Annotated[StrictStr, Field(max_length=MAX_TAG_LENGTH, pattern=r"^[\w][\w .'-]*$")]
Tags = Annotated[list[TagWord], Field(max_length=MAX_TAGS, examples=[["harbour", "blue hour"]])]


WordsMark = Annotated[
    StrictStr,
    Field(pattern=rf"^[0-9a-f]{{{WORDS_MARK_LENGTH}}}$", examples=["5a9f41d2c07be8360d1f4b6a93c2e758"]),
]


class StateName(StrEnum):
    """Where a photo stands."""

    AWAITING = "awaiting"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED = "failed"


class VisibilityName(StrEnum):
    """Who a photo is meant for."""

    PUBLIC = "public"
    PRIVATE = "private"


class View(StrEnum):
    """Which photos a list is about."""

    MINE = "mine"
    PUBLIC = "public"
    REVIEW = "review"


class RenditionOut(Told):
    """A thumbnail."""

    name: str = Field(examples=[policy.CURRENT.renditions[0].name])
    width: int
    height: int
    size_bytes: int
    content_type: str = Field(examples=[policy.CURRENT.renditions[0].content_type])
    address: str = Field(
        description=(
            "Signed address, to be fetched without a token. It expires after "
            f"{WINDOW_SECONDS // 60} to {LIFETIME_SECONDS // 60} minutes; ask for the photo again then."
        )
    )


class PhotoOut(Told):
    """A photo. What only its owner may know is `null` for others."""

    id: UUID = Field(examples=[str(EXAMPLE_ID)])
    state: StateName
    reason: str | None = Field(description="Why it failed: a stable code; for its owner.")
    sentence: str = Field(description="Where the photo stands, for people.")
    visibility: VisibilityName
    caption: str
    tags: list[str]
    words_mark: str = Field(description="Mark of this caption and these tags; send it to approve them.")
    owner: str = Field(description="Name of the account.", examples=["alice"])
    page_address: str
    width: int | None = Field(description="Pixels, upright.")
    height: int | None
    created_at: datetime
    taken_at: datetime | None
    thumbhash: str | None
    dominant_color: str | None = Field(examples=["#28343c"])
    renditions: list[RenditionOut] = Field(description="Empty until the photo is processed.")
    file_name: str | None
    content_type: str | None
    size_bytes: int | None
    sha256: str | None = Field(description="Digest of the original in hexadecimal digits.")
    origin_url: str | None = Field(description="Where an imported photo came from.")
    trashed_at: datetime | None


class AlbumRef(Told):
    """An album that a photo lies in."""

    id: UUID
    title: str


class PhotoDetail(PhotoOut):
    """A photo with what its camera said."""

    metadata: dict[str, str] = Field(description="What the camera said.", examples=[{"model": "X100"}])
    location: dict[str, str] | None = Field(description="Latitude and longitude in degrees; for its owner.")
    albums: list[AlbumRef] = Field(description="The caller's albums that hold the photo.")


class PhotoPage(Told):
    """One page of photos, newest first."""

    photos: list[PhotoOut]
    next_cursor: str | None = Field(description="Send it as `cursor` for the next page; null on the last.")


class PhotoQuery(Given):
    """Which photos to list."""

    view: View = Field(View.MINE, description="Your own, everybody's public ones, or the moderators' queue.")
    cursor: str = Field("", pattern=r"^([A-Za-z0-9_-]{32})?$", description="`nextCursor` of the last page.")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=BATCH_SIZE)
    id: list[UUID] = Field([], max_length=BATCH_SIZE, description="Only these.")
    state: list[StateName] = Field([], description="Only in one of these states.")
    owner: str = Field("", max_length=150, pattern=NUL_FREE, description="Only of this account.")
    visibility: VisibilityName | None = None
    tag: list[str] = Field([], max_length=MAX_TAGS, description="Only with all of these tags.")
    album: UUID | None = Field(None, description="Only in this album.")
    q: str = Field("", max_length=100, pattern=NUL_FREE, description="Only with these words.")
    taken_from: Instant | None = Field(None, description="Taken at this instant or later.")
    taken_until: Instant | None = Field(None, description="Taken before this instant.")
    uploaded_from: Instant | None = Field(None, description="Uploaded at this instant or later.")
    uploaded_until: Instant | None = Field(None, description="Uploaded before this instant.")
    trashed: bool = Field(False, description="What lies in your trash, instead of what does not.")


class SearchQuery(Given):
    """What to search for, in captions, tags and the names of your own files."""

    q: str = Field(min_length=1, max_length=100, pattern=NUL_FREE, examples=["harbour"])
    cursor: str = Field("", pattern=r"^([A-Za-z0-9_-]{32})?$")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=BATCH_SIZE)


class PhotoChange(Given):
    """What to change; what is left out stays."""

    caption: Caption = Field(LEFT_OUT)
    visibility: VisibilityName = Field(LEFT_OUT)
    tags: Tags = Field(LEFT_OUT, description="All tags the photo shall have.")


class DeleteQuery(Given):
    """How to delete."""

    forever: bool = Field(False, description="Skip the trash; there is no way back.")


class BulkDelete(Given):
    """Which photos to delete."""

    ids: PhotoIds
    forever: StrictBool = Field(False, description="Skip the trash; there is no way back.")


class DeletionOutcome(StrEnum):
    """What came of one photo."""

    TRASHED = "trashed"
    DELETED = "deleted"
    NOT_FOUND = "notFound"


class BulkDeletion(Told):
    """What came of one photo of a bulk delete."""

    id: UUID
    outcome: DeletionOutcome


class BulkDeletions(Told):
    """What came of each photo, in the order asked."""

    results: list[BulkDeletion]


class Decision(StrEnum):
    """What a moderator decides."""

    APPROVE = "approve"
    REJECT = "reject"
    RECONSIDER = "reconsider"


class Review(Given):
    """A moderator's decision."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {"properties": {"decision": {"const": Decision.APPROVE.value}}},
            "then": {"required": ["wordsMark"]},
        }
    )

    decision: Decision
    words_mark: WordsMark = Field(
        LEFT_OUT, description="`wordsMark` of the photo as you read it; required to approve."
    )
    reason: Annotated[Words, Field(max_length=500)] = Field(
        "", description="Told to the owner of a rejected photo."
    )
