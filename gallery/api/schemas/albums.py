"""Albums and tags as the API tells of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from gallery.albums.models import MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH
from gallery.api.schemas.photos import PhotoIds, VisibilityName
from gallery.api.schemas.shapes import LEFT_OUT, NUL_FREE, Given, Told, Words

Title = Annotated[
    Words, Field(min_length=1, max_length=MAX_TITLE_LENGTH, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]
Description = Annotated[Words, Field(max_length=MAX_DESCRIPTION_LENGTH)]


class AlbumOut(Told):
    """An album. List its photos by `GET /photos?album=`."""

    id: UUID
    title: str = Field(examples=["Norway 2026"])
    description: str
    owner: str
    visibility: VisibilityName
    created_at: datetime
    photo_count: int = Field(description="Photos in it, those in the trash left out.")
    page_address: str


class AlbumList(Told):
    """Albums, newest first."""

    albums: list[AlbumOut]


class NewAlbum(Given):
    """An album to make."""

    title: Title = Field(examples=["Norway 2026"])
    description: Description = ""
    visibility: VisibilityName = VisibilityName.PRIVATE


class AlbumChange(Given):
    """What to change; what is left out stays."""

    title: Title = Field(LEFT_OUT)
    description: Description = Field(LEFT_OUT)
    visibility: VisibilityName = Field(LEFT_OUT)


class AlbumPhotos(Given):
    """Photos to put into an album or to take out of it; only your own can be put in."""

    add: PhotoIds = Field(LEFT_OUT)
    remove: PhotoIds = Field(LEFT_OUT)


class AlbumsQuery(Given):
    """Which albums to list."""

    public: bool = Field(False, description="Everybody's public albums instead of your own.")


class TagOut(Told):
    """A tag and how many photos that you can see have it."""

    name: str = Field(examples=["harbour"])
    photo_count: int


class TagList(Told):
    """Tags, the most used first."""

    tags: list[TagOut]


class TagsQuery(Given):
    """Which tags to list."""

    q: str = Field("", max_length=40, pattern=NUL_FREE, description="Only those that begin so.")
    limit: int = Field(50, ge=1, le=200)
