"""Schemas of actions on many photos."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.photos import EXAMPLE_ID, Tags, VisibilityName
from gallery.api.schemas.shapes import LEFT_OUT, Input, Output
from gallery.batches.actions import MAX_PHOTOS
from gallery.core import reasons

BatchIds = Annotated[list[UUID], Field(min_length=1, max_length=MAX_PHOTOS, examples=[[str(EXAMPLE_ID)]])]


class BatchKind(StrEnum):
    """What is done with each photo."""

    TRASH = "trash"
    RESTORE = "restore"
    PURGE = "purge"
    SET_VISIBILITY = "set_visibility"
    ADD_TAGS = "add_tags"
    REMOVE_TAGS = "remove_tags"
    ADD_TO_ALBUM = "add_to_album"
    REMOVE_FROM_ALBUM = "remove_from_album"


class BatchRequest(Input):
    """An action and its photos."""

    kind: BatchKind
    ids: BatchIds
    tags: Tags = Field(LEFT_OUT, description="For `add_tags` and `remove_tags`.")
    album_id: UUID = Field(LEFT_OUT, description="For `add_to_album` and `remove_from_album`.")
    visibility: VisibilityName = Field(LEFT_OUT, description="For `set_visibility`.")


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
