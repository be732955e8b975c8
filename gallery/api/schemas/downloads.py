"""Downloads that are not ready yet."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.photos import StateName
from gallery.api.schemas.shapes import Given, Told


class SizeName(StrEnum):
    """Longest side of a thumbnail in pixels."""

    SMALL = "320"
    MEDIUM = "800"
    LARGE = "1600"


class SizeQuery(Given):
    """Which thumbnail."""

    size: SizeName = Field(SizeName.SMALL, description="Longest side in pixels.")


class NotReady(Told):
    """The photo is still being processed; ask again as `Retry-After` says."""

    photo_id: UUID
    state: StateName
    sentence: str
