"""Schemas of albums and tags."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gallery.albums.models import MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH
from gallery.api.schemas.photos import PhotoIds, VisibilityName
from gallery.api.schemas.shapes import LEFT_OUT, NUL_FREE, Input, Output, Words, cleaned
from thumbworker.contract.text import INVISIBLE

Title = Annotated[
    Words,
    Field(min_length=1, max_length=MAX_TITLE_LENGTH, pattern=rf"^[^\x00]*[^{INVISIBLE}][^\x00]*$"),
    cleaned(MAX_TITLE_LENGTH),
]
Description = Annotated[
    Words, Field(max_length=MAX_DESCRIPTION_LENGTH), cleaned(MAX_DESCRIPTION_LENGTH, lines=True)
]


class AlbumOut(Output):
    """An album. List its photos with `GET /photos?album=`."""

    id: UUID
    title: str = Field(examples=["Norway 2026"])
    description: str
    owner: str
    visibility: VisibilityName
    created_at: datetime
    photo_count: int = Field(description="Number of photos you can see, without those in the trash.")
    page_address: str


class AlbumList(Output):
    """Albums, newest first."""

    albums: list[AlbumOut]


class NewAlbum(Input):
    """An album to create."""

    title: Title = Field(examples=["Norway 2026"])
    description: Description = ""
    visibility: VisibilityName = VisibilityName.PRIVATE


class AlbumChange(Input):
    """The fields to change."""

    title: Title = Field(LEFT_OUT)
    description: Description = Field(LEFT_OUT)
    visibility: VisibilityName = Field(LEFT_OUT)


class AlbumPhotos(Input):
    """Photos to add to an album or remove from it. You can only add your own."""

    add: PhotoIds = Field(LEFT_OUT)
    remove: PhotoIds = Field(LEFT_OUT)


class AlbumsQuery(Input):
    """Which albums to list."""

    public: bool = Field(False, description="All public albums instead of your own.")


class TagOut(Output):
    """A tag, and how many of the photos you can see have it."""

    name: str = Field(examples=["harbour"])
    photo_count: int


class TagList(Output):
    """Tags, most used first."""

    tags: list[TagOut]


class TagsQuery(Input):
    """Which tags to list."""

    q: str = Field("", max_length=40, pattern=NUL_FREE, description="Only tags that start with this.")
    limit: int = Field(50, ge=1, le=200)
