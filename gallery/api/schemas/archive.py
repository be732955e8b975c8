"""Schemas of archives: all that a person takes along. ``contactsheet.json`` has the same."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from gallery.api.schemas.albums import OrderName
from gallery.api.schemas.photos import EXAMPLE_ID, Rotation, StateName, VisibilityName
from gallery.api.schemas.shapes import Input, Output
from gallery.downloads.documents import FORMAT
from gallery.downloads.listing import PAGE_SIZE


class ArchivePlace(Output):
    """That a photo is in an album. By hand, the order is that of `rank`, then `entry`; else of `entry`."""

    id: UUID = Field(description="The album.")
    rank: int
    entry: int = Field(description="Grows with each photo that is added to any album.")
    is_cover: bool


class ArchiveMove(Output):
    """A change of a photo's state."""

    at: str = Field(examples=["2026-05-01T06:12:00+00:00"])
    move: str = Field(examples=["processed"])
    from_: str = Field(alias="from", examples=["awaiting"])
    to: str = Field(examples=["pending"])
    reason: str
    by_owner: bool = Field(description="Whether its owner did it. Others are not named.")


class ArchiveAbout(Output):
    """What its owner says about a photo, and what became of it."""

    file_name: str
    sha256: str
    content_type: str
    caption: str = Field(description="As its owner wrote it last, read by a moderator or not.")
    alt_text: str = Field(description="As its owner wrote it last: what the photo shows.")
    tags: list[str]
    favorite: bool
    archived: bool
    visibility: VisibilityName
    state: StateName
    rotation: Rotation
    taken_at_local: str | None
    taken_at_offset: str | None
    is_date_corrected: bool
    stands_alone: bool = Field(description="Whether a raw file is no stack with the JPEG of its name.")
    origin_url: str | None
    uploaded_at: str
    sent_by: str | None = Field(description="The name that a guest typed who sent it. Null for all others.")
    sent_for: str | None = Field(description="The title of the album that a guest sent it for.")
    albums: list[ArchivePlace]
    history: list[ArchiveMove]


class ArchivePhoto(Output):
    """A photo to download, and what is said about it."""

    id: UUID = Field(examples=[str(EXAMPLE_ID)])
    names: list[str] = Field(
        description=(
            "Names that its file can have on every system, the best first. Take the first that no other "
            "file of the folder has, whatever its case."
        )
    )
    folder: str = Field(description="The folder of the album it was put into first. Empty at the top.")
    size_bytes: int
    modified_at: str = Field(description="When it was taken by the local time, else when it was uploaded.")
    sentence: str | None = Field(description="Why it can't be downloaded. Null if it can.")
    about: ArchiveAbout


class ArchivePage(Output):
    """One page of an archive's photos."""

    photos: list[ArchivePhoto]
    next_cursor: str | None = Field(description="Send it as `cursor`. Null on the last page.")


class ArchiveAlbum(Output):
    """An album, as its owner wrote it. Which photos it has, the photos say."""

    id: UUID
    title: str
    description: str
    visibility: VisibilityName
    order: OrderName
    created_at: str


class ArchiveSmartAlbum(Output):
    """A saved search."""

    title: str
    query: str


class ArchiveOut(Output):
    """What an archive says beside photos."""

    format: Literal[FORMAT]  # type: ignore[valid-type]  # one name in one place
    version: int
    exported_at: str
    gallery: str
    owner: str
    albums: list[ArchiveAlbum]
    smart_albums: list[ArchiveSmartAlbum]


class ArchiveQuery(Input):
    """Which photos of the archive."""

    album: UUID | None = Field(None, description="Only this album, in its order and without folders.")
    cursor: str = Field(
        "", pattern=r"^([A-Za-z0-9_-]{32})?$", description="`nextCursor` of the previous page."
    )
    limit: int = Field(PAGE_SIZE, ge=1, le=100)
