"""Schemas of actions on many photos."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, model_validator

from gallery.api.schemas.photos import EXAMPLE_ID, Offset, StoredTag, Tags, TagWord, VisibilityName, WallClock
from gallery.api.schemas.shapes import LEFT_OUT, Input, Instant, Output, Whole
from gallery.batches.actions import MAX_PHOTOS
from gallery.core import reasons
from gallery.photos.dates import LONGEST_SHIFT

BatchIds = Annotated[list[UUID], Field(min_length=1, max_length=MAX_PHOTOS, examples=[[str(EXAMPLE_ID)]])]


class BatchKind(StrEnum):
    """What is done with each photo."""

    TRASH = "trash"
    RESTORE = "restore"
    PURGE = "purge"
    FAVORITE = "favorite"
    UNFAVORITE = "unfavorite"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    SET_VISIBILITY = "set_visibility"
    ADD_TAGS = "add_tags"
    REMOVE_TAGS = "remove_tags"
    RENAME_TAG = "rename_tag"
    ADD_TO_ALBUM = "add_to_album"
    REMOVE_FROM_ALBUM = "remove_from_album"
    SHIFT_DATE = "shift_date"
    SET_DATE = "set_date"
    ROTATE_LEFT = "rotate_left"
    ROTATE_RIGHT = "rotate_right"


MAX_SHIFT = LONGEST_SHIFT // timedelta(seconds=1)


class BatchDate(Input):
    """A time of capture."""

    local: WallClock
    offset: Offset = Field(LEFT_OUT, description="Leave it out if it is unknown.")


SomeTags = Annotated[Tags, Field(min_length=1)]
Yes = Literal[True]
PHOTOS_AND_ACTION = 2


class BatchRequest(Input):
    """Photos, and one thing to do with them."""

    model_config = ConfigDict(
        json_schema_extra={"minProperties": PHOTOS_AND_ACTION, "maxProperties": PHOTOS_AND_ACTION}
    )

    ids: BatchIds
    trash: Yes = LEFT_OUT
    restore: Yes = LEFT_OUT
    purge: Yes = Field(LEFT_OUT, description="Only photos in the trash.")
    favorite: StrictBool = Field(LEFT_OUT, description="Mark them as favorites, or take the mark off.")
    archived: StrictBool = Field(LEFT_OUT, description="Archive them, or put them back to the timeline.")
    visibility: VisibilityName = LEFT_OUT
    add_tags: SomeTags = LEFT_OUT
    remove_tags: SomeTags = LEFT_OUT
    add_to_album: UUID = LEFT_OUT
    remove_from_album: UUID = LEFT_OUT
    shift_date_seconds: Whole = Field(
        LEFT_OUT,
        ge=-MAX_SHIFT,
        le=MAX_SHIFT,
        description="Shift the time of capture. An offset from UTC stays.",
        examples=[3600],
    )
    set_date: BatchDate = Field(LEFT_OUT, description="Give all of them this time of capture.")
    rotate_left: Yes = Field(LEFT_OUT, description="By 90 degrees. The thumbnails follow within seconds.")
    rotate_right: Yes = LEFT_OUT
    file_date: Yes = Field(LEFT_OUT, description="Go back to the time that the file says.")

    @model_validator(mode="after")
    def has_one_action(self) -> Self:
        """Check that there is exactly one action."""
        if len(self.model_fields_set) != PHOTOS_AND_ACTION:
            raise ValueError("Send ids and exactly one action.")
        return self

    @property
    def action(self) -> str:
        """Return the name of the action."""
        (name,) = self.model_fields_set - {"ids"}
        return name


class BatchRefusal(Output):
    """A photo that was not changed."""

    id: UUID
    reason: str = Field(
        description="A reason code, as on the page of problems.", examples=[reasons.NOT_FOUND.code]
    )


class BatchOut(Output):
    """How far an action is. Photos that are processed and not refused were changed as wanted."""

    id: UUID = Field(examples=[str(EXAMPLE_ID)])
    kind: BatchKind
    total: int
    processed: int
    done: int
    is_finished: bool
    is_canceled: bool
    can_undo: bool
    refused: list[BatchRefusal] = Field(description="The first 500.")


class TagRename(Input):
    """A tag of your photos, and what it shall be called."""

    tag: StoredTag = Field(examples=["harbour"])
    to: TagWord = Field(examples=["harbor"])
    merge: StrictBool = Field(False, description="Also if some of your photos have the other tag already.")


class TagRemoval(Input):
    """A tag of your photos."""

    tag: StoredTag = Field(examples=["harbour"])


class TrashOut(Output):
    """What is in your trash."""

    photo_count: int
    size_bytes: int = Field(description="Of all files, so what emptying it frees.")
    as_of: datetime = Field(description="Send it as `until`, so that nothing is taken that came later.")


class TrashRequest(Input):
    """Which photos of the trash."""

    until: Instant = Field(description="Only what was in the trash at this time: `asOf` of the trash.")
