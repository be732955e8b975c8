"""Schemas of photos that people lend to others' albums."""

from datetime import datetime
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from gallery.api.schemas.photos import PhotoIds, RenditionOut
from gallery.api.schemas.shapes import LEFT_OUT, Input, Output


class DecisionName(StrEnum):
    """What the album's owner decided: `declined` also if they took the photo out again."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class LentOut(Output):
    """A photo of yours in another's album, or on its way there."""

    id: UUID = Field(description="The photo.")
    album_id: UUID
    album_title: str | None = Field(description="Null if the album is no longer shared with you.")
    owner: str = Field(description="The username of the album's owner.")
    decision: DecisionName
    lent_at: datetime


class LentList(Output):
    """What you lend, the latest first (up to 500)."""

    lent: list[LentOut]


class NewLent(Input):
    """Photos of yours, and by which share you add them."""

    share_id: UUID = Field(
        description="A share of the role `add` that you hold: the id in the address of its page."
    )
    ids: PhotoIds


class LentCount(Output):
    """How many photos changed."""

    count: int


class TakenBack(Input):
    """Photos to take out of others' albums: of all, or of this one."""

    ids: PhotoIds
    album_id: UUID = LEFT_OUT


class WaitingOut(Output):
    """A photo that its owner lends to one of your albums, and that waits for you. It has no file for you."""

    id: UUID
    album_id: UUID
    lent_by: str = Field(description="The username of its owner.")
    caption: str
    alt_text: str
    lent_at: datetime
    renditions: list[RenditionOut] = Field(description="Its thumbnails, smallest first.")


class WaitingList(Output):
    """What waits for you, the earliest first (up to 100)."""

    waiting: list[WaitingOut]


class LentDecision(Input):
    """Which photos to show in the album, and which not. Neither changes a photo."""

    model_config = ConfigDict(
        json_schema_extra={"anyOf": [{"required": ["accept"]}, {"required": ["decline"]}]}
    )

    accept: PhotoIds = LEFT_OUT
    decline: PhotoIds = Field(LEFT_OUT, description="One that you accept, too, is accepted.")
    album_id: UUID = Field(LEFT_OUT, description="Without it, for every album that a photo was lent to.")

    @model_validator(mode="after")
    def decides(self) -> Self:
        """Refuse an empty decision."""
        if not (self.accept or self.decline):
            raise ValueError("Send accept or decline.")
        return self


class LentDecided(Output):
    """What became of photos. Those that didn't wait are left out."""

    accepted: list[UUID] = Field(description="Everyone you share the album with sees them.")
    declined: list[UUID] = Field(description="They can't be lent to this album again.")
