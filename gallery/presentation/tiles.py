"""Join what people decided (rows) and what the worker saw (items) into what a page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from gallery.core.database_waits import best_effort
from gallery.photos.states import State, Visibility
from gallery.presentation.lens import Lens
from gallery.presentation.sentences import state_label, state_sentence, words_label
from gallery.presentation.stacks import stacks_of
from gallery.processing.settle import is_behind, settle
from gallery.storage import catalogue, signed_urls
from thumbworker.contract import policy
from thumbworker.contract.items import Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from uuid import UUID

    from django.contrib.auth.models import AnonymousUser

    from gallery.accounts.models import User
    from gallery.photos.models import Photo
    from gallery.presentation.stacks import StackedFile
    from gallery.sharing.models import Grant
    from thumbworker.contract.items import MadeRendition, PhotoItem

MOVED_FIELDS = (
    *("state", "reason", "quarter_turns", "turning_at", "width", "height", "taken_at", "processed_at"),
    *(
        "taken_local",
        "file_taken_local",
        "file_taken_at",
        "content_type",
        "size_bytes",
        "sha256",
        "format",
        "stack_key",
    ),
)
"""Columns that settling may set."""
RATIO_STEP = 5
RATIO_LOWEST, RATIO_HIGHEST = 40, 400
RATIO_UNKNOWN = 150
ROW_PIXELS = (124, 240, 300)
"""The height of a row on a phone, in a window and in a wide one, as in ``theme.css``."""
PHONE_SHARE = 0.8
"""Phones may show a tile from fewer pixels than it has: it looks the same there, and is a sixth to load."""
DENSE_SHARE = 0.55
"""The same where a phone has three pixels to one: no eye tells more than two, and it is a third to load."""
TILE_RENDITION = policy.CURRENT.renditions[0].name
AVIF = "image/avif"


@dataclass(frozen=True, slots=True)
class Tile:
    """One photo as a page shows it; sides in pixels of the upright original, 0 when unknown.

    ``name`` is its caption or what stands for it, and ``alt`` says what it shows, as far as that was written.
    Every browser shows ``src``, ``srcset`` and ``full_src``. ``avif_srcset`` has the AVIF ones too: it is for
    a ``<source type="image/avif">``, which browsers without AVIF skip, and so is ``full_avif_src``. Both are
    empty if there is no AVIF. ``download`` is as in ``Lens``. ``stack`` has the files of the photo's stack,
    for their owner only, as ``words_label`` tells of new words and ``original_type`` of an original that they
    may look at. On a timeline, ``month`` is the first day of the month that the photo begins.
    """

    photo_id: UUID
    page_url: str
    state: str
    state_label: str
    state_sentence: str
    caption: str
    name: str
    alt: str
    owner_username: str
    owner_name: str
    is_mine: bool
    visibility: str
    uploaded_at: datetime
    trashed_at: datetime | None
    width: int
    height: int
    ratio_class: str
    thumbhash: str = ""
    dominant_color: str = ""
    src: str = ""
    srcset: str = ""
    avif_srcset: str = ""
    full_src: str = ""
    full_avif_src: str = ""
    full_width: int = 0
    full_height: int = 0
    original_type: str = ""
    download: str = ""
    stack: tuple[StackedFile, ...] = ()
    words_label: str = ""
    is_favorite: bool = False
    is_archived: bool = False
    month: date | None = None
    taken_local: datetime | None = None
    is_turning: bool = False

    @property
    def sizes(self) -> str:
        """Return the ``sizes`` of the tile's image in rows: its share of a row before the row is filled."""
        ratio = int(self.ratio_class.removeprefix("ratio-")) / 100
        phone, window, wide = ROW_PIXELS
        return (
            f"(max-width: 48em) and (min-resolution: 2.1dppx) {ratio * phone * DENSE_SHARE:.0f}px, "
            f"(max-width: 48em) {ratio * phone * PHONE_SHARE:.0f}px, "
            f"(max-width: 100em) {ratio * window:.0f}px, {ratio * wide:.0f}px"
        )

    @property
    def is_public(self) -> bool:
        """Return whether everyone can see the photo."""
        return (
            self.state == State.APPROVED and self.visibility == Visibility.PUBLIC and self.trashed_at is None
        )

    @property
    def is_stack(self) -> bool:
        """Return whether a raw is stacked under this photo."""
        return bool(self.stack) and self.stack[0].photo_id == self.photo_id


def ratio_class(width: int, height: int) -> str:
    """Return the style class of an aspect ratio, in steps of 0.05.

    >>> ratio_class(3000, 2000)
    'ratio-150'
    """
    percent = round(100 * width / height / RATIO_STEP) * RATIO_STEP if width and height else RATIO_UNKNOWN
    return f"ratio-{min(max(percent, RATIO_LOWEST), RATIO_HIGHEST)}"


def tiles_of(
    photos: Sequence[Photo],
    viewer: User | AnonymousUser,
    *,
    move_on: bool = False,
    with_imports: bool = False,
    grant: Grant | None = None,
) -> tuple[list[Tile], catalogue.Reading]:
    """Return tiles for at most 100 photos by one BatchGetItem, without any call to S3.

    A ``grant`` shows the same to every viewer, and leads to its own pages.

    With ``move_on`` those that still await are settled by the same reading first. The reading holds
    the imports that may move on, and ``with_imports`` those that are over too.
    """
    importing = [
        photo.pk
        for photo in photos
        if (move_on and photo.is_being_imported) or (with_imports and photo.origin_url)
    ]
    reading = catalogue.read((photo.pk for photo in photos), import_ids=importing)
    if move_on:
        still_open = [
            photo
            for photo in photos
            if not photo.has_picture or ((item := reading.items.get(photo.pk)) and is_behind(photo, item))
        ]
        ids = [photo.pk for photo in still_open]
        moved: set[UUID] = (
            best_effort("settle", lambda: settle(ids, reading=reading), set()) if ids else set()
        )
        for photo in photos:
            if photo.pk in moved:
                photo.refresh_from_db(fields=MOVED_FIELDS)
    signer = signed_urls.signer()
    stacks = {} if grant else stacks_of(photos, viewer)
    return [
        _tile(Lens(photo, viewer, grant=grant), ready_item(photo, reading), signer, stacks.get(photo.pk, ()))
        for photo in photos
    ], reading


def ready_item(photo: Photo, reading: catalogue.Reading) -> PhotoItem | None:
    """Return the catalogue item of a photo that can be shown."""
    item = reading.items.get(photo.pk)
    return item if item and item.status is Status.READY and photo.has_picture else None


def _page_url(lens: Lens) -> str:
    if lens.grant:
        return reverse("shared-photo", args=[lens.grant.pk, lens.photo.pk])
    return reverse("photo", args=[lens.photo.pk])


def _tile(
    lens: Lens,
    ready: PhotoItem | None,
    signer: signed_urls.UrlSigner | None,
    stack: tuple[StackedFile, ...],
) -> Tile:
    photo = lens.photo
    pictures: dict[str, str | int] = {}
    if ready and signer:
        pictures = _pictures(ready.pictures, signer)
    width = ready.width if ready else photo.width or 0
    height = ready.height if ready else photo.height or 0
    name = photo.caption or _nameless(lens)
    return Tile(
        photo_id=photo.pk,
        page_url=_page_url(lens),
        state=photo.state if lens.shows_state else State.APPROVED,
        state_label=state_label(photo) if lens.shows_state else "",
        state_sentence=state_sentence(photo, is_mine=lens.is_mine) if lens.shows_state else "",
        caption=photo.caption,
        name=name,
        alt=photo.alt_text or name,
        owner_username=photo.owner.username,
        owner_name=photo.owner.shown_name,
        is_mine=lens.is_mine,
        visibility=photo.visibility if lens.shows_state else Visibility.PRIVATE,
        uploaded_at=photo.created_at,
        trashed_at=photo.trashed_at,
        width=width,
        height=height,
        ratio_class=ratio_class(width, height),
        thumbhash=ready.thumbhash if ready else "",
        dominant_color=ready.dominant_color if ready else "",
        original_type=lens.original_type if ready else "",
        download=lens.download,
        stack=stack,
        taken_local=photo.taken_local,
        words_label=words_label(photo) if lens.is_mine else "",
        is_favorite=lens.is_favorite,
        is_archived=lens.is_archived,
        is_turning=bool(ready and photo.quarter_turns > ready.quarter_turns),
        **pictures,  # type: ignore[arg-type]
    )


def _nameless(lens: Lens) -> str:
    """Return what a photo without a caption is called."""
    if lens.shows_file_name:
        return lens.photo.file_name
    return _("Photo by %(name)s") % {"name": lens.photo.owner.shown_name}


def _pictures(renditions: Sequence[MadeRendition], signer: signed_urls.UrlSigner) -> dict[str, str | int]:
    if not renditions:
        return {}
    addresses = {made.name: signer.url(made.key) for made in renditions}
    everywhere = [made for made in renditions if made.content_type != AVIF] or list(renditions)
    smallest = next((made for made in everywhere if made.name == TILE_RENDITION), everywhere[0])
    largest = max(renditions, key=lambda made: (made.width, made.content_type == AVIF))
    pictures: dict[str, str | int] = {
        "src": addresses[smallest.name],
        "srcset": _srcset(everywhere, addresses),
        "full_src": addresses[max(everywhere, key=lambda made: made.width).name],
        "full_width": largest.width,
        "full_height": largest.height,
    }
    if len(everywhere) < len(renditions):
        pictures |= {
            "avif_srcset": _srcset(renditions, addresses),
            "full_avif_src": addresses[largest.name],
        }
    return pictures


def _srcset(renditions: Sequence[MadeRendition], addresses: dict[str, str]) -> str:
    """Return each width once, with its smallest rendition: a small original has fewer distinct widths."""
    by_width = {made.width: addresses[made.name] for made in reversed(renditions)}
    return ", ".join(f"{address} {width}w" for width, address in sorted(by_width.items()))
