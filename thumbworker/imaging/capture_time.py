"""The time of capture as files spell it: the wall clock of the place, and the offset from UTC if it is known.

Exif (CIPA DC-008, 4.6.6 F) has ``YYYY:MM:DD HH:MM:SS`` and a separate ``±HH:MM``. Real files also have
dashes, slashes, dots, blanks for zeros, an offset within the date, no seconds, ISO 8601, and the date of
PNG (RFC 5322). A local time is never turned into an instant: without an offset the wall clock is all that
is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_OLDEST_YEAR, _LAST_YEAR = 1826, 9999
"""Of the oldest surviving photograph, and the last that ``datetime`` has."""

_NO_CLOCK = datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock
"""Written by devices whose clock was never set."""

_MAX_LENGTH = 64
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

_SHIFT = r"[+\-\u2212]\s*(?:\d{1,2}(?::\d{2}){0,2}|[2-9]\d{2}|\d{4}|\d{6})"
_ZONE = rf"(?P<zone>z|utc|gmt|(?:utc|gmt)?\s*{_SHIFT})(?:\[[\w/+\-]+\])?"
_CLOCK = (
    r"(?P<hour>[\d ]?\d)\s*[:.h]\s*(?P<minute>[\d ]?\d)"
    r"(?:\s*[:.]\s*(?P<second>[\d ]?\d)(?:[.,:](?P<fraction>\d+))?)?(?:\s*(?P<half>[ap])\.?m\.?)?"
    rf"(?:\s*{_ZONE})?"
)
_DATES = tuple(
    re.compile(date + rf"(?:(?:\s*t\s*|,?\s+|:|(?<=日))(?:{_CLOCK}))?", re.ASCII)
    for date in (
        r"(?P<year>\d{4})\s*(?P<sign>[:/.\-])\s*(?P<month>[\d ]?\d)\s*(?P=sign)\s*(?P<day>[\d ]?\d)",
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<year>\d{4})年\s*(?P<month>\d{1,2})月\s*(?P<day>\d{1,2})日",
        r"(?P<first>\d{1,2})(?P<sign>[/.\-])(?P<second_number>\d{1,2})(?P=sign)(?P<year>\d{4})",
        r"(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})[ \-](?P<name>[a-z]{3})[a-z]*[ \-](?P<year>\d{4})",
    )
)
_COMPACT = re.compile(
    r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)[t ]?(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
    rf"(?:[.,](?P<fraction>\d+))?(?:\s*{_ZONE})?",
    re.ASCII,
)
_C_STYLE = re.compile(
    r"[a-z]{3}\s+(?P<name>[a-z]{3})\s+(?P<day>\d{1,2})\s+(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
    rf"(?:\s+(?:{_ZONE}|[a-z]{{2,5}}))?\s+(?P<year>\d{{4}})",
    re.ASCII,
)
_EXIF_AND_MORE = re.compile(
    r"(?P<year>\d{4})[:-](?P<month>\d\d)[:-](?P<day>\d\d)[ t]"
    r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?!\d).*",
    re.ASCII,
)
_SPELLINGS = (*_DATES, _COMPACT, _C_STYLE, _EXIF_AND_MORE)
_OFFSET = re.compile(
    r"(?:utc|gmt)?\s*([+\-\u2212])\s*(\d{1,2}(?=:|$)|\d\d|[2-9])(?::?(\d{2}))?(?::?\d{2})?", re.ASCII
)

_LEAST_OFFSET, _MOST_OFFSET = -12 * 60, 14 * 60
_CLOCK_AND_SATELLITES = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """A wall clock without a zone, its offset from UTC in minutes if known, and if it has a time of day."""

    wall: datetime
    offset_minutes: int | None = None
    has_time: bool = True

    def __str__(self) -> str:
        """Return ISO 8601, with the offset if there is one: ``2026-05-01T12:34:56+02:00``."""
        text = self.wall.isoformat(timespec="milliseconds" if self.wall.microsecond else "seconds")
        if self.offset_minutes is None:
            return text
        hours, minutes = divmod(abs(self.offset_minutes), 60)
        return f"{text}{'-' if self.offset_minutes < 0 else '+'}{hours:02}:{minutes:02}"


def read_time(text: str, offset: str = "", fraction: str = "") -> CaptureTime | None:
    """Return the time that a text spells, with an offset and sub-seconds that stand apart; ``None`` if none.

    >>> print(read_time("2007/06/30 18:45:17"), read_time("2026:02:01 12:00:00", "-5:00"))
    2007-06-30T18:45:17 2026-02-01T12:00:00-05:00
    """
    text = text.replace("\x00", " ").strip().strip("\"'").rstrip(" :").lower()
    if len(text) > _MAX_LENGTH:
        return None
    found = next((match for spelling in _SPELLINGS if (match := spelling.fullmatch(text))), None)
    if found is None:
        return None
    parts = found.groupdict()
    day = _day(parts)
    clock = _clock(parts)
    if day is None or clock is None:
        return None
    digits = re.match(r"\s*(\d{1,6})", parts.get("fraction") or fraction, re.ASCII)
    wall = day + clock + timedelta(microseconds=int(digits[1].ljust(6, "0")) // 1000 * 1000 if digits else 0)
    if wall == _NO_CLOCK or wall > datetime.now(UTC).replace(tzinfo=None) + timedelta(days=1):
        return None  # a clock that was never set, or set wrong
    zone = parts.get("zone")
    has_time = parts.get("hour") is not None
    return CaptureTime(wall, read_offset(zone or offset) if has_time else None, has_time)


def _day(parts: dict[str, str | None]) -> datetime | None:
    year, month, day = parts["year"], parts.get("month"), parts.get("day")
    if parts.get("name"):
        name = parts["name"]
        month = str(_MONTHS.index(name) + 1) if name in _MONTHS else "0"
    elif parts.get("first"):
        # The order differs by country, so it must show: by dots, or by a number above 12.
        first, second = str(parts["first"]), str(parts["second_number"])
        if parts["sign"] == "." or int(first) > 12 or first == second:
            day, month = first, second
        elif int(second) > 12:
            month, day = first, second
    if not _OLDEST_YEAR <= int(year or 0) < _LAST_YEAR:
        return None
    try:
        return datetime(int(year or 0), int(month or 0), int(day or 0))  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def _clock(parts: dict[str, str | None]) -> timedelta | None:
    """Return the time of day; 24:00 ends the day (ISO 8601-1, 4.3.8), and a leap second is cut.

    24:15 is a quarter past midnight of the same day, as Android's ``kk`` counts hours from 1 to 24.
    """
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    half = parts.get("half")
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 24 or minute > 59 or second > 60:
        return None
    if hour == 24 and (minute or second):
        hour = 0
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))


def read_offset(text: str) -> int | None:
    """Return an offset from UTC in minutes; ``None`` if the text is none that a place uses.

    >>> [read_offset(text) for text in ("-5:00", "+0530", "+09", "Z", "+99:99", "+020")]
    [-300, 330, 540, 0, None, None]
    """
    text = text.replace("\x00", " ").strip().lower()
    if text in {"z", "utc", "gmt"}:
        return 0
    found = _OFFSET.fullmatch(text[:_MAX_LENGTH])
    if not found:
        return None
    sign, hours, minutes = found[1], int(found[2]), int(found[3] or 0)
    offset = (hours * 60 + minutes) * (1 if sign == "+" else -1)
    return offset if minutes < 60 and _LEAST_OFFSET <= offset <= _MOST_OFFSET else None


def with_offset_of(time: CaptureTime, universal: CaptureTime) -> CaptureTime:
    """Return the time with the offset that a clock in UTC implies, if that is one that some place could use.

    Offsets are multiples of a quarter of an hour. A satellite fix is seconds old, or it is stale: if both
    clocks differ from a quarter by more than a minute, the offset stays unknown.
    """
    difference = time.wall - universal.wall
    minutes = round(difference / timedelta(minutes=15)) * 15
    if abs(difference - timedelta(minutes=minutes)) > _CLOCK_AND_SATELLITES:
        return time
    if not _LEAST_OFFSET <= minutes <= _MOST_OFFSET:
        return time
    return CaptureTime(time.wall, minutes, time.has_time)
