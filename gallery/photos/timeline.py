"""The timeline: photos by the wall clock of capture, or of the upload in UTC where that is unknown.

The order is an expression with an index, not a column: it follows from two columns that others write, so no
writer can forget it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce

from gallery.photos.fields import WallClockField
from gallery.photos.paging import PAGE_SIZE, Page, decode_cursor, encode_cursor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper

    from gallery.photos.models import Photo
    from gallery.photos.querysets import PhotoQuerySet


class ClockInUtc(Func):
    """What a clock in UTC shows at an instant. SQLite stores instants so."""

    template = "(%(expressions)s AT TIME ZONE 'UTC')"
    output_field = WallClockField()

    def as_sqlite(self, compiler: Any, connection: BaseDatabaseWrapper, **_: Any) -> Any:
        """Return the column itself."""
        return self.as_sql(compiler, connection, template="%(expressions)s")


def timeline_at() -> Coalesce:
    """Return the expression of a photo's place on the timeline, as the index has it."""
    return Coalesce(F("taken_local"), ClockInUtc("created_at"), output_field=WallClockField())


def at_of(photo: Photo) -> datetime:
    """Return a photo's place on the timeline, without a zone."""
    return photo.taken_local or photo.created_at.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Month:
    """A month with photos."""

    first_day: date
    count: int

    @property
    def name(self) -> str:
        """Return the month for an address, as ``2009-05``."""
        return self.first_day.isoformat()[:7]

    @property
    def following(self) -> datetime:
        """Return the first moment after the month; of the calendar's last month, its last moment."""
        if self.name == "9999-12":
            return datetime.max  # noqa: DTZ901 - a wall clock
        year, month = divmod(self.first_day.year * 12 + self.first_day.month, 12)
        return datetime(year, month + 1, 1)  # noqa: DTZ001 - a wall clock


def month_named(untrusted: str) -> Month | None:
    """Return the month of an address; ``None`` if there is no such month."""
    try:
        return Month(date.fromisoformat(f"{untrusted}-01"), 0) if len(untrusted) == 7 else None
    except ValueError:
        return None


def page_on_timeline(
    photos: PhotoQuerySet, untrusted_cursor: str = "", *, until: datetime | None = None, size: int = PAGE_SIZE
) -> Page:
    """Return one page of the photos by one query, latest first, from the cursor or ``until`` on."""
    ordered = on_timeline(photos.one_per_stack())
    if position := decode_cursor(untrusted_cursor):
        ordered = before(ordered, position[0].replace(tzinfo=None), position[1])
    elif until:
        ordered = ordered.annotate(at=timeline_at()).filter(at__lt=until)
    found = list(ordered[: size + 1])
    shown = found[:size]
    if len(found) <= size:
        return Page(shown, "")
    return Page(shown, encode_cursor(at_of(shown[-1]).replace(tzinfo=UTC), shown[-1].pk))


def of_month(photos: PhotoQuerySet, month: Month) -> PhotoQuerySet:
    """Keep the photos of one month."""
    first = datetime.combine(month.first_day, datetime.min.time())
    return photos.annotate(at=timeline_at()).filter(at__gte=first, at__lt=month.following)


def on_timeline(photos: PhotoQuerySet) -> PhotoQuerySet:
    """Order the photos latest first. The id makes the order total."""
    return photos.annotate(at=timeline_at()).order_by("-at", "-id")


def before(photos: PhotoQuerySet, at: datetime, photo_id: UUID) -> PhotoQuerySet:
    """Keep photos after the given position in this order."""
    return photos.annotate(at=timeline_at()).filter(Q(at__lt=at) | Q(id__lt=photo_id), at__lte=at)


def after(photos: PhotoQuerySet, at: datetime, photo_id: UUID) -> PhotoQuerySet:
    """Keep photos before the given position in this order, the nearest first."""
    later = photos.annotate(at=timeline_at()).filter(Q(at__gt=at) | Q(id__gt=photo_id), at__gte=at)
    return later.order_by("at", "id")


def headings(photos: Iterable[Photo], previous: datetime | None) -> dict[UUID, date]:
    """Return the photos that begin a month, with its first day; ``previous`` is the place before them."""
    found: dict[UUID, date] = {}
    last = previous.date().replace(day=1) if previous else None
    for photo in photos:
        month = at_of(photo).date().replace(day=1)
        if month != last:
            found[photo.pk] = last = month
    return found
