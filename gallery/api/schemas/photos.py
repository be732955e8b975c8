"""Schemas of photos and their changes."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, StrictStr, model_validator

from gallery.albums.models import MAX_TAG_COLUMN, MAX_TAG_LENGTH
from gallery.albums.tagging import LETTER, MAX_TAGS, SEPARATORS
from gallery.api.schemas.shapes import LEFT_OUT, NUL_FREE, Day, Input, Instant, Output, Words, cleaned
from gallery.photos.dates import OFFSET_PATTERN, WALL_PATTERN
from gallery.photos.models import MAX_APPEAL_LENGTH, WORDS_MARK_LENGTH
from gallery.storage.catalogue import BATCH_SIZE
from gallery.storage.signed_urls import LIFETIME_SECONDS, WINDOW_SECONDS
from thumbworker.contract import policy
from thumbworker.contract.text import INVISIBLE

DEFAULT_LIMIT = 60
EXAMPLE_ID = UUID("6f1c2a52-6c9f-4c2e-9d3a-0a4f5b8f0c11")

PhotoIds = Annotated[list[UUID], Field(min_length=1, max_length=BATCH_SIZE, examples=[[str(EXAMPLE_ID)]])]
Caption = Annotated[Words, Field(max_length=500, examples=["Harbor at dawn"]), cleaned(500, lines=True)]
TAG_REST = rf"[^{SEPARATORS}\x00-\x1f\x7f]*"
TAG_PATTERN = f"^{TAG_REST}(?:{LETTER}){TAG_REST}$"
TagWord = Annotated[StrictStr, Field(max_length=MAX_TAG_LENGTH, pattern=TAG_PATTERN)]
StoredTag = Annotated[StrictStr, Field(max_length=MAX_TAG_COLUMN, pattern=TAG_PATTERN)]
"""A tag as it is spelled after cleaning, which can make it longer."""
Tags = Annotated[list[TagWord], Field(max_length=MAX_TAGS, examples=[["harbor", "blue hour"]])]


WallClock = Annotated[StrictStr, Field(pattern=WALL_PATTERN, examples=["2026-04-30T06:51:00.250"])]
Rotation = Literal[0, 90, 180, 270]
Offset = Annotated[StrictStr, Field(pattern=OFFSET_PATTERN, examples=["+02:00"])]

WordsMark = Annotated[
    StrictStr,
    Field(pattern=rf"^[0-9a-f]{{{WORDS_MARK_LENGTH}}}$", examples=["5a9f41d2c07be8360d1f4b6a93c2e758"]),
]


class StateName(StrEnum):
    """The state of a photo."""

    AWAITING = "awaiting"
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    FAILED = "failed"


class VisibilityName(StrEnum):
    """Who can see a photo."""

    PUBLIC = "public"
    PRIVATE = "private"


class View(StrEnum):
    """Which photos to list."""

    MINE = "mine"
    PUBLIC = "public"
    REVIEW = "review"


class RenditionOut(Output):
    """A thumbnail."""

    name: str = Field(examples=[policy.CURRENT.renditions[0].name])
    width: int
    height: int
    size_bytes: int
    content_type: str = Field(examples=[policy.CURRENT.renditions[0].content_type])
    address: str = Field(
        description=(
            "Signed URL, fetched without a token. It expires after "
            f"{WINDOW_SECONDS // 60} to {LIFETIME_SECONDS // 60} minutes; then get the photo again."
        )
    )


class StackedFileOut(Output):
    """A file of a stack: a photo of its own, with its own original."""

    id: UUID
    file_name: str = Field(examples=["IMG_0042.CR3"])
    format: str = Field(description="What the file contains.", examples=["CR3"])
    size_bytes: int


class NewWordsState(StrEnum):
    """What became of new words."""

    WAITING = "waiting"
    REJECTED = "rejected"


class NewWords(Output):
    """Words that others don't see: they wait for review, or were rejected."""

    caption: str
    alt_text: str
    tags: list[str]
    state: NewWordsState
    reason: str = Field(description="Why they were rejected.")


class PhotoOut(Output):
    """A photo. Fields for its owner only are `null` for others."""

    id: UUID = Field(examples=[str(EXAMPLE_ID)])
    state: StateName
    reason: str | None = Field(description="Why it failed: a stable code. For its owner only.")
    sentence: str = Field(description="The state as a sentence for people.")
    visibility: VisibilityName
    caption: str
    alt_text: str = Field(description="What the photo shows, for people who can't see it.")
    tags: list[str]
    words_mark: str = Field(
        description=(
            "Identifies caption, alternative text, tags and owner's name; of `newWords`, if they wait. "
            "Send it to approve them."
        )
    )
    new_words: NewWords | None = Field(
        description=(
            "The words that its owner wrote last, if others don't see them. For its owner and "
            "moderators only."
        )
    )
    owner: str = Field(description="The owner's username.", examples=["alice"])
    owner_name: str = Field(
        description="The owner's name as people read it: an approved display name, or the username.",
        examples=["Alice Bergström"],
    )
    page_address: str
    width: int | None = Field(description="Pixels, after rotation to upright.")
    height: int | None
    created_at: datetime
    taken_at: str | None = Field(
        description=(
            "When it was taken: in UTC with `Z` if the offset is known, else the local time without a zone."
        ),
        pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?$",
    )
    taken_at_local: str | None = Field(
        description="The local time of capture, without a zone, with sub-seconds if the camera wrote them.",
        examples=["2026-04-30T06:51:00.250"],
    )
    taken_at_offset: str | None = Field(
        description="The offset of `takenAtLocal` from UTC. Null if it is unknown.", examples=["+02:00"]
    )
    is_date_corrected: bool = Field(
        description="Whether its owner corrected the time of capture. `metadata` has what the file says."
    )
    rotation: Rotation = Field(
        description=(
            "By how many degrees clockwise its owner rotated it. Thumbnails, `width` and `height` follow "
            "within seconds; the original stays as it is."
        )
    )
    thumbhash: str | None
    dominant_color: str | None = Field(examples=["#28343c"])
    renditions: list[RenditionOut] = Field(description="Empty until the photo is processed.")
    file_name: str | None
    content_type: str | None
    size_bytes: int | None
    sha256: str | None = Field(description="SHA-256 of the original, in hexadecimal.")
    origin_url: str | None = Field(description="The URL of an imported photo.")
    trashed_at: datetime | None
    decided_at: datetime | None = Field(
        description="When a moderator approved or rejected it. For its owner only."
    )
    can_ask_again: bool | None = Field(
        description="Whether you can ask for another review, once, of a rejected photo. For its owner only."
    )
    review_hint: str | None = Field(
        description="What a moderator should know before deciding, as a sentence. For moderators only."
    )
    favorite: bool | None = Field(description="Whether you marked it as a favorite. For its owner only.")
    archived: bool | None = Field(
        description="Whether you left it out of the timeline of your photos. For its owner only."
    )
    stack: list[StackedFileOut] | None = Field(
        description=(
            "The files of its stack: first the JPEG or HEIF that is shown, then the camera raw files of the "
            "same name and local time. Empty if it is in none. For its owner only."
        )
    )


class AlbumRef(Output):
    """An album that contains a photo."""

    id: UUID
    title: str


class PhotoDetail(PhotoOut):
    """A photo with its camera data."""

    metadata: dict[str, str] = Field(
        description=(
            "Camera data. "
            "For its owner, also title, description, artist, copyright, software and rating in the file."
        ),
        examples=[{"model": "X100"}],
    )
    location: dict[str, str] | None = Field(
        description="Latitude and longitude in degrees. For its owner only."
    )
    file_tags: list[str] | None = Field(
        description=(
            "Keywords in the file that aren't tags of the photo. To add them, send them in `tags` with its "
            "own tags. For its owner only."
        ),
        examples=[["norway"]],
    )
    incomplete: int | None = Field(
        description="Missing share of the image in thousandths; 0 if it is whole. For its owner only."
    )
    albums: list[AlbumRef] = Field(description="The caller's albums that contain the photo.")


class PhotoPage(Output):
    """One page of photos: of lists the newest upload first, of a search the latest capture first."""

    photos: list[PhotoOut]
    next_cursor: str | None = Field(
        description="Send it as `cursor` for the next page. Null on the last page."
    )


class PhotoQuery(Input):
    """Which photos to list."""

    view: View = Field(View.MINE, description="Your own, all public photos, or the review queue.")
    cursor: str = Field(
        "", pattern=r"^([A-Za-z0-9_-]{32})?$", description="`nextCursor` of the previous page."
    )
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=BATCH_SIZE)
    id: list[UUID] = Field([], max_length=BATCH_SIZE, description="Only these photos.")
    state: list[StateName] = Field([], description="Only photos in one of these states.")
    owner: str = Field("", max_length=150, pattern=NUL_FREE, description="Only photos of this user.")
    visibility: VisibilityName | None = None
    favorite: bool | None = Field(None, description="Only your favorites, or only others.")
    archived: bool | None = Field(None, description="Only photos that you archived, or only others.")
    tag: list[str] = Field([], max_length=MAX_TAGS, description="Only photos with all of these tags.")
    album: UUID | None = Field(None, description="Only photos in this album.")
    q: str = Field(
        "", max_length=200, pattern=NUL_FREE, description="Only photos that this search finds: see `/search`."
    )
    taken_from: Instant | None = Field(
        None,
        description="Taken at this time or later. A local time without an offset is compared as if in UTC.",
    )
    taken_until: Instant | None = Field(None, description="Taken before this time, compared in the same way.")
    taken_day_from: Day | None = Field(
        None, description="Taken on this day or later, by the local time of capture."
    )
    taken_day_until: Day | None = Field(None, description="Taken before this day, by the local time.")
    uploaded_from: Instant | None = Field(None, description="Uploaded at this time or later.")
    uploaded_until: Instant | None = Field(None, description="Uploaded before this time.")
    trashed: bool = Field(False, description="Your trash instead of your other photos.")
    stacked: bool = Field(
        False,
        description=(
            "Also raw files that are stacked under a listed photo. They are listed anyway if you ask by `id`."
        ),
    )


class SearchQuery(Input):
    """Words, phrases and filters to find photos by."""

    q: str = Field(min_length=1, max_length=200, pattern=NUL_FREE, examples=["harbor"])
    cursor: str = Field("", pattern=r"^([A-Za-z0-9_-]{32})?$")
    limit: int = Field(DEFAULT_LIMIT, ge=1, le=BATCH_SIZE)


class PhotoChange(Input):
    """The fields to change."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"takenAtOffset": ["takenAtLocal"]}})

    caption: Caption = Field(LEFT_OUT)
    alt_text: Caption = Field(LEFT_OUT, description="What the photo shows, for people who can't see it.")
    visibility: VisibilityName = Field(LEFT_OUT)
    tags: Tags = Field(LEFT_OUT, description="Replaces all tags.")
    favorite: StrictBool = Field(LEFT_OUT, description="Whether it is one of your favorites.")
    archived: StrictBool = Field(
        LEFT_OUT, description="Whether it is left out of the timeline of your photos, and of nothing else."
    )
    stacked: StrictBool = Field(
        LEFT_OUT,
        description="Whether a raw file and the JPEG or HEIF of the same name and time are one stack.",
    )
    taken_at_local: WallClock | None = Field(
        None,
        description=(
            "The local time of capture, without a zone, of the years 1800 to 2199, also of raw files "
            "that are stacked under the photo. Null for what the file says."
        ),
    )
    taken_at_offset: Offset = Field(
        LEFT_OUT, description="The offset of `takenAtLocal` from UTC. Leave it out if it is unknown."
    )

    rotation: Rotation = Field(LEFT_OUT, description="By how many degrees clockwise to show it rotated.")

    @model_validator(mode="after")
    def has_time_of_its_offset(self) -> Self:
        """Check that an offset comes with its time."""
        if "taken_at_offset" in self.model_fields_set and "taken_at_local" not in self.model_fields_set:
            raise ValueError("Send takenAtOffset with takenAtLocal.")
        return self


class DeleteQuery(Input):
    """How to delete."""

    forever: bool = Field(False, description="Skip the trash. This cannot be undone.")


class BulkDelete(Input):
    """Which photos to delete."""

    ids: PhotoIds
    forever: StrictBool = Field(False, description="Skip the trash. This cannot be undone.")


class DeletionOutcome(StrEnum):
    """The outcome for one photo."""

    TRASHED = "trashed"
    DELETED = "deleted"
    NOT_FOUND = "notFound"
    TAKEN_DOWN = "takenDown"


class BulkDeletion(Output):
    """The outcome for one photo of a bulk delete."""

    id: UUID
    outcome: DeletionOutcome


class BulkDeletions(Output):
    """The outcome for each photo, in the order sent."""

    results: list[BulkDeletion]


class Decision(StrEnum):
    """A moderator's decision."""

    APPROVE = "approve"
    REJECT = "reject"
    REJECT_WORDS = "rejectWords"
    RECONSIDER = "reconsider"


class Review(Input):
    """A review of a photo."""

    model_config = ConfigDict(
        json_schema_extra={
            "if": {
                "properties": {"decision": {"enum": [Decision.APPROVE.value, Decision.REJECT_WORDS.value]}}
            },
            "then": {"required": ["wordsMark"]},
        }
    )

    decision: Decision
    words_mark: WordsMark = Field(
        LEFT_OUT,
        description="`wordsMark` of the photo you reviewed. Required to approve, and to reject new words.",
    )
    reason: Annotated[Words, Field(max_length=500), cleaned(500, lines=True)] = Field(
        "", description="Shown to the owner of a rejected photo or of rejected words."
    )


class AskAgain(Input):
    """A request for another review."""

    words: Annotated[Words, Field(max_length=MAX_APPEAL_LENGTH), cleaned(MAX_APPEAL_LENGTH)] = Field(
        "", description="A word to the moderator."
    )


class Takedown(Input):
    """Why a photo is taken down."""

    reason: Annotated[
        Words,
        Field(min_length=1, max_length=500, pattern=rf"^[^\x00]*[^{INVISIBLE}][^\x00]*$"),
        cleaned(500, lines=True),
    ] = Field(description="Shown to the owner.")


class TakedownOut(Output):
    """A photo that was taken down."""

    id: UUID = Field(examples=[str(EXAMPLE_ID)])
    is_complete: bool = Field(
        description="False if some copies are still being removed, which can take up to 15 minutes."
    )
