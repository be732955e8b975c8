"""When a photo was taken: the wall clock of the place, and the instant where the offset is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from gallery.processing.settle import wall_and_instant

if TYPE_CHECKING:
    from gallery.photos.models import Photo
    from thumbworker.contract.items import PhotoItem


@dataclass(frozen=True, slots=True)
class Taken:
    """A naive wall clock, and the instant if its offset from UTC is known."""

    wall: datetime
    instant: datetime | None

    def __str__(self) -> str:
        """Return the instant in UTC with ``Z``, else the wall clock without a zone, to the second."""
        if self.instant is None:
            return self.wall.isoformat(timespec="seconds")
        return self.instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"

    @property
    def local(self) -> str:
        """Return the wall clock, with sub-seconds if there are any."""
        return self.wall.isoformat(timespec="milliseconds" if self.wall.microsecond else "seconds")

    @property
    def offset(self) -> str | None:
        """Return the offset from UTC, such as ``+02:00``; ``None`` if it is unknown.

        >>> Taken(datetime(2026, 5, 1, 7), datetime(2026, 5, 1, 12, tzinfo=UTC)).offset
        '-05:00'
        """
        if self.instant is None:
            return None
        minutes = (self.wall - self.instant.astimezone(UTC).replace(tzinfo=None)) // timedelta(minutes=1)
        hours, rest = divmod(abs(minutes), 60)
        return f"{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def taken(photo: Photo, item: PhotoItem | None) -> Taken | None:
    """Return when the photo was taken; ``None`` if that is unknown.

    Rows of older versions have no wall clock, and their instant may be a local time: then the item counts.
    """
    if photo.taken_local is not None:
        return Taken(photo.taken_local, photo.taken_at)
    if photo.taken_at is None or item is None:
        return None
    wall, instant = wall_and_instant(item)
    return Taken(wall, instant) if wall else None
