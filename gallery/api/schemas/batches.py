"""Schemas of actions on many photos."""

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

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
    visibility: VisibilityName = LEFT_OUT
    add_tags: SomeTags = LEFT_OUT
    remove_tags: SomeTags = LEFT_OUT
    add_to_album: UUID = LEFT_OUT
    remove_from_album: UUID = LEFT_OUT

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
