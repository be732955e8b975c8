"""Downloads that are not ready yet."""

from enum import StrEnum
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.photos import StateName
from gallery.api.schemas.shapes import Given, Told
from thumbworker.contract import policy

SIZES = tuple(spec.name for spec in sorted(policy.CURRENT.renditions, key=lambda spec: spec.longest_side))
"""Names of the renditions, smallest first."""

SizeName = StrEnum("SizeName", [(f"SIDE_{name}", name) for name in SIZES])  # type: ignore[misc]
SizeName.__doc__ = "Longest side of a thumbnail in pixels."


class SizeQuery(Given):
    """Which thumbnail."""

    size: SizeName = Field(SizeName(SIZES[0]), description="Longest side in pixels.")


class NotReady(Told):
    """The photo is still being processed; ask again as `Retry-After` says."""

    photo_id: UUID
    state: StateName
    sentence: str
