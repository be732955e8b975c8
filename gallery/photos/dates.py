"""Correct the date of capture. What the owner says counts; what the file says stays beside it.

Lists, months and searches go by ``taken_local`` and ``taken_at``. While a correction stands, what the worker
reads in the file is kept in ``file_taken_local`` and ``file_taken_at``, so one can go back to it.

``stack_key`` follows the file's own clock: by it a camera names what belongs together. A change applies to
the photo and the raws that are stacked under it and have its date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from django.db import transaction

from gallery.photos import month_counts
from gallery.photos.actions import Outcome, unchangeable
from gallery.photos.models import Photo
from gallery.photos.signals import words_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

# From before the first photograph; some who scan paintings will have to write the date into the caption.
_LEAP = "(?:(?:18|19|20|21)(?:0[48]|[2468][048]|[13579][26])|2000)-02-29"
_DAY = (
    "(?:18|19|20|21)[0-9]{2}-"
    "(?:(?:0[13578]|1[02])-31|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]"
WALL_PATTERN = rf"^(?:{_DAY}|{_LEAP})T{_TIME}:[0-5][0-9](?:\.[0-9]{{1,6}})?$"
"""A wall clock as programs write it: of the years 1800 to 2199, to the second or finer, without a zone."""
OFFSET_PATTERN = rf"^[+-]{_TIME}$"
EARLIEST, LATEST = datetime(1800, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - wall clocks
LONGEST_SHIFT = timedelta(days=146_097)
"""400 years: from any date that can be set to any other."""

COLUMNS = ("taken_local", "taken_at", "file_taken_local", "file_taken_at", "is_date_corrected")


@dataclass(frozen=True, slots=True)
class Date:
    """A wall clock without a zone, and its offset from UTC if that is known."""

    wall: datetime
    offset: timedelta | None = None

    @property
    def instant(self) -> datetime | None:
        """Return the instant in UTC, if the offset is known."""
        return None if self.offset is None else self.wall.replace(tzinfo=UTC) - self.offset

    @property
    def offset_text(self) -> str:
        """Return the offset as ``+02:00``; empty if it is unknown.

        >>> Date(EARLIEST, timedelta(hours=-9, minutes=-30)).offset_text
        '-09:30'
        """
        return "" if self.offset is None else offset_text(self.offset)


def offset_text(offset: timedelta) -> str:
    """Return an offset from UTC as ``+02:00``."""
    return timezone(offset).tzname(None).removeprefix("UTC") or "+00:00"


def date_said(wall: str, offset: str = "") -> Date:
    """Return the date of a wall clock in ISO 8601, with or without seconds, and an offset such as ``+02:00``.

    Raises:
        ValueError: that is no date, or none that a photo can have.

    >>> date_said("2026-05-01T07:00", "-05:00").instant
    datetime.datetime(2026, 5, 1, 12, 0, tzinfo=datetime.timezone.utc)
    """
    seconds = ":00" if re.fullmatch(r".*T\d\d:\d\d", wall, re.ASCII) else ""
    if not re.fullmatch(WALL_PATTERN, wall + seconds) or (
        offset and not re.fullmatch(OFFSET_PATTERN, offset)
    ):
        raise ValueError("A date looks like 2026-05-01T12:00:00, an offset like +02:00.")
    said = datetime.fromisoformat(wall + offset)
    return Date(said.replace(tzinfo=None), said.utcoffset())


def text_of(date: Date) -> dict[str, str]:
    """Return the arguments of ``date_said``."""
    return {"wall": date.wall.isoformat(), "offset": date.offset_text}


def date_of(row: Mapping[str, Any]) -> Date | None:
    """Return the date that counts, of a row with these ``COLUMNS``."""
    return _date(row["taken_local"], row["taken_at"])


def date_of_photo(photo: Photo) -> Date | None:
    """Return the date of a photo that counts."""
    return _date(photo.taken_local, photo.taken_at)


def date_of_file(photo: Photo) -> Date | None:
    """Return the date of the file, of a photo whose date is corrected."""
    return _date(photo.file_taken_local, photo.file_taken_at)


def _date(wall: datetime | None, instant: datetime | None) -> Date | None:
    if wall is None:
        return None
    return Date(wall, None if instant is None else wall.replace(tzinfo=UTC) - instant)


def with_correction(row: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the worker read in the file as columns: its date beside the owner's, if there is one.

    ``row`` has the ``COLUMNS`` as they are, locked.
    """
    if not row["is_date_corrected"]:
        return dict(facts)
    others = {name: value for name, value in facts.items() if name not in {"taken_local", "taken_at"}}
    return others | {"file_taken_local": facts["taken_local"], "file_taken_at": facts["taken_at"]}


def set_date(photo_id: UUID, date: Date | None) -> tuple[Outcome, Date | None]:
    """Set the date, or go back to the file's own. Return the correction before, if there was one."""
    before: list[Date | None] = []

    def wanted(row: Mapping[str, Any]) -> Date | None:
        before.append(date_of(row) if row["is_date_corrected"] else None)
        return date

    return _change(photo_id, wanted), before[0] if before else None


def shift_date(photo_id: UUID, by: timedelta) -> Outcome:
    """Move the date by a time, as of a camera whose clock was wrong. An offset from UTC stays as it is."""

    def shifted(row: Mapping[str, Any]) -> Date | Outcome:
        now = date_of(row)
        if now is None:
            return Outcome.NO_DATE
        try:
            wall = now.wall + by
        except OverflowError:
            return Outcome.DATE_OUT_OF_RANGE
        return Date(wall, now.offset) if EARLIEST <= wall < LATEST else Outcome.DATE_OUT_OF_RANGE

    return _change(photo_id, shifted)


def _change(photo_id: UUID, wanted: Callable[[Mapping[str, Any]], Date | Outcome | None]) -> Outcome:
    """Give the photo what ``wanted`` makes of its row, and the raws under it; ``None`` is the file's own.

    A raw that its owner gave another date keeps it.
    """
    with transaction.atomic():
        mine = Photo.objects.filter(pk=photo_id).values_list("taken_local", flat=True).first()
        stacked = Photo.objects.stacked_under(photo_id).values_list("pk", "taken_local")
        raws = [raw_id for raw_id, wall in stacked if _second(wall) == _second(mine)]
        outcome = _change_one(photo_id, wanted)
        if outcome is not Outcome.DONE:
            return outcome
        for raw_id in raws:
            _change_one(raw_id, wanted)
        words_changed.send(Photo, photo_ids=[photo_id, *raws])
    return Outcome.DONE


def _second(wall: datetime | None) -> datetime | None:
    # One of the two files of a capture may have its fraction of a second.
    return wall and wall.replace(microsecond=0)


def _change_one(photo_id: UUID, wanted: Callable[[Mapping[str, Any]], Date | Outcome | None]) -> Outcome:
    photo = Photo.objects.select_for_update(no_key=True).filter(pk=photo_id).first()
    if photo is None or not photo.has_picture:
        return unchangeable(photo)
    row = {name: getattr(photo, name) for name in {*COLUMNS, *month_counts.COUNTED_COLUMNS}}
    date = wanted(row)
    if isinstance(date, Outcome):
        return date
    prefix = "file_taken" if photo.is_date_corrected else "taken"
    own = {"local": row[f"{prefix}_local"], "at": row[f"{prefix}_at"]}
    # Who sets what the file says has nothing corrected.
    is_own = date is None or date == _date(own["local"], own["at"])
    changes = {
        "taken_local": own["local"] if date is None else date.wall,
        "taken_at": own["at"] if date is None else date.instant,
        "file_taken_local": None if is_own else own["local"],
        "file_taken_at": None if is_own else own["at"],
        "is_date_corrected": not is_own,
    }
    Photo.objects.filter(pk=photo_id).update(**changes)
    month_counts.count(
        photo.owner_id,
        before=month_counts.month_counted(row),
        after=month_counts.month_counted(row | changes),
    )
    return Outcome.DONE
