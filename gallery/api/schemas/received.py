"""Schemas of photos that guests sent."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from gallery.api.schemas.photos import PhotoIds, RenditionOut, StateName
from gallery.api.schemas.shapes import LEFT_OUT, Input, Output


class ReceivedOut(Output):
    """A photo that a guest sent by a link, and that waits for you. Get its original with `GET /download/`."""

    id: UUID
    file_name: str
    size_bytes: int
    state: StateName = Field(description="`awaiting` until it was read, and `failed` if it can't be.")
    reason: str | None = Field(description="Why it couldn't be read.")
    sent_by: str = Field(description="The name that the guest typed.", examples=["Aunt Vera"])
    sent_at: datetime
    waits_until: datetime = Field(description="Then it moves to your trash, unless you decide before.")
    album_id: UUID | None = Field(description="The album that it was sent for; null if that was deleted.")
    share_id: UUID | None = Field(description="The link by which it came; null with its album.")
    renditions: list[RenditionOut] = Field(description="Its thumbnails, smallest first.")


class ReceivedList(Output):
    """What waits for you, the earliest first (up to 100)."""

    received: list[ReceivedOut]


class ReceivedDecision(Input):
    """Which photos to take over, and which to move to the trash."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    accept: PhotoIds = LEFT_OUT
    decline: PhotoIds = Field(LEFT_OUT, description="One that you accept, too, is accepted.")

    @model_validator(mode="after")
    def decides(self) -> Self:
        """Refuse an empty decision."""
        if not (self.accept or self.decline):
            raise ValueError("Send accept or decline.")
        return self


class ReceivedOutcome(Output):
    """What became of photos. Those that didn't wait, or can't be read and were accepted, are left out."""

    accepted: list[UUID] = Field(description="They are yours, private at first, and in their album.")
    had: list[UUID] = Field(
        description="You have these files already: yours are in the album now, and these in the trash."
    )
    declined: list[UUID] = Field(description="They are in the trash.")
