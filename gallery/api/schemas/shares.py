"""Schemas of shared albums."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.shapes import LEFT_OUT, Input, Output, Words, cleaned
from gallery.sharing.models import MAX_LABEL_LENGTH, MAX_VIEWS
from thumbworker.contract.text import INVISIBLE

LEAST_PASSWORD = 8


class RoleName(StrEnum):
    """What the holder of a share may do.

    `clean` gives originals without metadata, `download` with all that the camera wrote. `add` is `clean` and
    takes photos, too: those of guests by a link (see `GET /received`), and those that a person lends.
    """

    VIEW = "view"
    CLEAN = "clean"
    DOWNLOAD = "download"
    ADD = "add"


class NewShare(Input):
    """A link to make, or a person to share with."""

    person: Words = Field(
        LEFT_OUT,
        min_length=1,
        max_length=254,
        pattern=rf"^[^\x00]*[^{INVISIBLE}][^\x00]*$",
        description="A username or an email address. Without it, a link is made.",
    )
    role: RoleName = RoleName.VIEW
    label: Annotated[Words, Field(max_length=MAX_LABEL_LENGTH), cleaned(MAX_LABEL_LENGTH)] = Field(
        "", description="Who it is for. Only you see it."
    )
    days: int = Field(30, ge=1, le=3650, description="After how many days it ends.")
    never_ends: bool = Field(False, description="Whether it has no end; `days` is ignored then.")
    password: Words = Field(
        LEFT_OUT, min_length=LEAST_PASSWORD, max_length=200, description="A link's password."
    )
    max_views: int = Field(
        LEFT_OUT, ge=1, le=MAX_VIEWS, description="How often a link can be opened. Without this, always."
    )


class ShareOut(Output):
    """A share of one of your albums."""

    id: UUID
    album_id: UUID
    role: RoleName
    label: str
    person: str | None = Field(description="The username or address of the person; null for a link.")
    has_password: bool
    created_at: datetime
    expires_at: datetime | None = Field(description="When it ends; null if it has no end.")
    max_views: int | None
    uses: int = Field(description="How often it was opened.")
    places: int = Field(description="From how many networks, at most 1000.")
    last_used_at: datetime | None
    page_address: str = Field(description="What it opens. For a link, `linkAddress` has to be opened first.")


class NewShareOut(ShareOut):
    """A new share."""

    link_address: str | None = Field(
        description="The link to send. It is returned only here; null for a person."
    )


class ShareList(Output):
    """Shares that you have not ended, newest first (up to 500)."""

    shares: list[ShareOut]
