"""Rows, originals and renditions of all photos, read side by side in the order of ids, a page at a time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar
from uuid import UUID

from gallery.photos.models import Photo
from gallery.storage.originals import originals
from thumbworker.contract import keys
from thumbworker.contract.policy import every_rendition_key, rendition_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gallery.storage.originals import Listed

T = TypeVar("T")

PAGE_SIZE = 1000
"""Keys and rows held of each kind. One LIST returns at most as many."""
ID_LENGTH = 36


@dataclass(slots=True)
class Page:
    """All that rows and listings say between two ids. ``last`` is the last id; foreign keys are whole."""

    photos: dict[UUID, Photo] = field(default_factory=dict)
    originals: dict[UUID, Listed] = field(default_factory=dict)
    renditions: dict[UUID, dict[str, int]] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    @property
    def last(self) -> UUID | None:
        """Return the last id of the page, if it has any."""
        return max([*self.photos, *self.originals, *self.renditions], default=None)


class _Stream(Generic[T]):
    """Pages of one store in the order of ids, read when they are needed."""

    def __init__(self, pages: Iterable[list[T]], id_of: Callable[[T], str]) -> None:
        self._pages = iter(pages)
        self._id_of = id_of
        self._waiting: deque[T] = deque()
        self._ended = False

    def read_on(self) -> str | None:
        """Return the id before which everything was read, or ``None`` if all was."""
        while not self._ended and (
            not self._waiting or self._id_of(self._waiting[0]) == self._id_of(self._waiting[-1])
        ):
            page = next(self._pages, None)
            if page is None:
                self._ended = True
            else:
                self._waiting.extend(page)
        return None if self._ended else self._id_of(self._waiting[-1])

    def before(self, end: str | None) -> Iterator[T]:
        """Take what lies before this id."""
        while self._waiting and (end is None or self._id_of(self._waiting[0]) < end):
            yield self._waiting.popleft()


def pages(after: UUID | None) -> Iterator[Page]:
    """Yield what lies between two ids, behind ``after``, until everything was read.

    Raises:
        OriginalsUnavailable: S3 did not respond.
    """
    start = str(after) if after else ""
    storage = originals()
    rows = _Stream(_rows(after), lambda photo: str(photo.pk))
    listed = _Stream(storage.listed(after=start, page_size=PAGE_SIZE), lambda entry: entry.name[:ID_LENGTH])
    renditions = {
        name: _Stream(
            # "~" comes after every key of that photo.
            storage.listed_renditions(name, after=start and start + "~", page_size=PAGE_SIZE),
            lambda entry: entry.name[:ID_LENGTH],
        )
        for name in rendition_names()
    }
    while True:
        ends = [rows.read_on(), listed.read_on(), *(stream.read_on() for stream in renditions.values())]
        end = min((one for one in ends if one is not None), default=None)
        page = Page(photos={photo.pk: photo for photo in rows.before(end)})
        for entry in listed.before(end):
            parsed = keys.parse_key(keys.ORIGINALS_PREFIX + entry.name)
            if parsed:
                page.originals[parsed[1]] = entry
            else:
                page.foreign.append(keys.ORIGINALS_PREFIX + entry.name)
        for name, stream in renditions.items():
            for entry in stream.before(end):
                _sort_rendition(f"{name}/{entry.name}", entry, page)
        yield page
        if end is None:
            return


def _sort_rendition(key: str, entry: Listed, page: Page) -> None:
    try:
        photo_id = UUID(entry.name[:ID_LENGTH])
    except ValueError:
        photo_id = None
    if photo_id and key in every_rendition_key(photo_id):
        page.renditions.setdefault(photo_id, {})[key] = entry.size_bytes
    else:
        page.foreign.append(key)


def _rows(after: UUID | None) -> Iterator[list[Photo]]:
    while True:
        rows = Photo.objects.select_related("owner").order_by("pk")
        page = list((rows.filter(pk__gt=after) if after else rows)[:PAGE_SIZE])
        if not page:
            return
        yield page
        after = page[-1].pk
