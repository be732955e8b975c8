"""Schemas of albums and tags."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictBool

from gallery.albums.models import MAX_DESCRIPTION_LENGTH, MAX_TITLE_LENGTH
from gallery.api.schemas.photos import PhotoIds, VisibilityName, WordsMark
from gallery.api.schemas.shapes import LEFT_OUT, NUL_FREE, Input, Output, Words, cleaned
from gallery.search.query import MAX_LENGTH
from thumbworker.contract.text import INVISIBLE

Title = Annotated[
    Words,
    Field(min_length=1, max_length=MAX_TITLE_LENGTH, pattern=rf"^[^\x00]*[^{INVISIBLE}][^\x00]*$"),
    cleaned(MAX_TITLE_LENGTH),
]
Description = Annotated[
    Words, Field(max_length=MAX_DESCRIPTION_LENGTH), cleaned(MAX_DESCRIPTION_LENGTH, lines=True)
]


class WordsStateName(StrEnum):
    """Whether a moderator has read an album's words."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"


class OrderName(StrEnum):
    """The order of an album's photos: last added first, by date taken with the oldest first, or by hand."""

    ADDED = "added"
    TAKEN = "taken"
    HAND = "hand"


class AlbumOut(Output):
    """An album. List its photos in its order with `GET /photos?album=`."""

    id: UUID
    title: str = Field(examples=["Norway 2026"])
    description: str
    owner: str = Field(description="The owner's username.")
    owner_name: str = Field(description="The owner's name as people read it.", examples=["Alice Bergström"])
    visibility: VisibilityName
    order: OrderName
    cover_id: UUID | None = Field(
        description="The photo that stands for the album, of those that you can see: the one that its owner "
        "chose, or that was added last."
    )
    created_at: datetime
    changed_at: datetime | None = Field(
        description="When anything of it changed last, also what others don't see. Only for your own albums."
    )
    photo_count: int = Field(description="Number of photos you can see, without those in the trash.")
    page_address: str
    words_state: WordsStateName | None = Field(
        description="Whether a moderator has read your title and description. Until then, others see what "
        "was approved before. Only for your own albums."
    )
    review_note: str | None = Field(
        description="Why the title and description were rejected. Only for your own."
    )


class AlbumList(Output):
    """Albums, newest first."""

    albums: list[AlbumOut]


class AlbumWords(Output):
    """The title and description of an album, for moderators."""

    id: UUID
    title: str
    description: str
    owner: str
    words_state: WordsStateName
    words_mark: str = Field(description="Identifies these words and the owner's name. Send it to decide.")
    words_at: datetime = Field(description="When the owner last changed the words.")
    public_title: str = Field(description="The title that others see; empty if none was approved.")
    public_description: str
    review_note: str
    page_address: str


class AlbumWordsList(Output):
    """Albums whose words wait for review, the longest waiting first (up to 100)."""

    albums: list[AlbumWords]


class WordsDecisionName(StrEnum):
    """A decision about an album's words."""

    APPROVE = "approve"
    REJECT = "reject"


class AlbumReview(Input):
    """A moderator's decision about an album's title and description."""

    decision: WordsDecisionName
    words_mark: WordsMark = Field(description="`wordsMark` of the words that you read.")
    reason: Annotated[Words, Field(max_length=500), cleaned(500, lines=True)] = Field(
        "", description="Shown to the owner of rejected words."
    )


class NewAlbum(Input):
    """An album to create."""

    title: Title = Field(examples=["Norway 2026"])
    description: Description = ""
    visibility: VisibilityName = VisibilityName.PRIVATE


class NewSmartAlbum(Input):
    """A search to save under a name."""

    title: Title = Field(examples=["Harbors"])
    query: Annotated[
        Words,
        Field(min_length=1, max_length=MAX_LENGTH, pattern=rf"^[^\x00]*[^{INVISIBLE}][^\x00]*$"),
        cleaned(MAX_LENGTH),
    ] = Field(description="As you would type it on the search page.", examples=["harbor"])


class SmartAlbumOut(Output):
    """A saved search. List what it finds now with `GET /photos?q=`."""

    id: UUID
    title: str = Field(examples=["Harbors"])
    query: str = Field(examples=["harbor"])
    created_at: datetime
    page_address: str


class AlbumChange(Input):
    """The fields to change."""

    title: Title = Field(LEFT_OUT)
    description: Description = Field(LEFT_OUT)
    visibility: VisibilityName = Field(LEFT_OUT)
    order: OrderName = Field(LEFT_OUT)


class AlbumPlace(Input):
    """A photo of an album, and where it goes."""

    id: UUID
    after: UUID = Field(
        LEFT_OUT, description="The photo right before it. Without this, the photo becomes the first."
    )


class AlbumCover(Input):
    """The photo that stands for an album."""

    id: UUID = Field(LEFT_OUT, description="Without this, the cover is the photo that was added last.")


class AlbumPhotos(Input):
    """Photos to add to an album or remove from it. You can only add your own."""

    add: PhotoIds = Field(LEFT_OUT)
    remove: PhotoIds = Field(LEFT_OUT)
    in_given_order: StrictBool = Field(
        False, description="Add them in the order of `add`, the last as the newest, not in that of uploads."
    )


class AlbumSort(StrEnum):
    """The order of a list of albums: newest first, last changed first, or by title."""

    NEW = "new"
    CHANGED = "changed"
    NAME = "name"


class AlbumsQuery(Input):
    """Which albums to list."""

    public: bool = Field(False, description="All public albums instead of your own.")
    sort: AlbumSort = Field(
        AlbumSort.NEW, description="The order of your own albums. Public ones are listed newest first."
    )


class TagOut(Output):
    """A tag, and how many of the photos you can see have it."""

    name: str = Field(examples=["harbour"])
    photo_count: int = Field(description="200 means 200 or more.")


class TagList(Output):
    """Tags, most used first."""

    tags: list[TagOut]


class TagsQuery(Input):
    """Which tags to list."""

    q: str = Field("", max_length=40, pattern=NUL_FREE, description="Only tags that start with this.")
    limit: int = Field(50, ge=1, le=200)
