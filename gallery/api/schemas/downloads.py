"""Schemas of downloads."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.photos import StateName
from gallery.api.schemas.shapes import Input, Output
from thumbworker.contract import policy

SIZES = tuple(spec.name for spec in policy.CURRENT.renditions if not spec.other_side)
"""Names of the renditions, smallest first."""

SizeName = StrEnum("SizeName", [(f"SIDE_{name}", name) for name in SIZES])  # type: ignore[misc]
SizeName.__doc__ = "Longest side of a thumbnail in pixels."


class SizeQuery(Input):
    """The thumbnail to download."""

    size: SizeName = Field(SizeName(SIZES[0]), description="Longest side in pixels.")


class NotReady(Output):
    """The photo is still being processed. Repeat the request after `Retry-After` seconds."""

    photo_id: UUID
    state: StateName
    sentence: str
