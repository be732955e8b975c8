"""Choose the time of capture among all dates of a file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from thumbworker.imaging.capture_time import CaptureTime, read_time, with_offset_of
from thumbworker.imaging.exif import Ratio, Tags
from thumbworker.imaging.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from thumbworker.imaging.exif import Value
    from thumbworker.imaging.packets import Packets

_ORIGINAL = (0x9003, 0x9011, 0x9291)
_DIGITIZED = (0x9004, 0x9012, 0x9292)
_CHANGED = (0x0132, 0x9010, 0x9290)
"""Tags of a date, its offset and its sub-seconds."""

_TIME_ZONE_OFFSET = 0x882A
_GPS_TIME, _GPS_DATE = 0x07, 0x1D


def capture_time(
    tags: Tags, xmp: Mapping[str, tuple[str, ...]], iptc: Mapping[str, tuple[str, ...]], packets: Packets
) -> CaptureTime | None:
    """Return the time of capture; ``None`` if the file has no valid date.

    The order: taken, digitized, satellite time, the container's creation, the last change. Within one, EXIF
    comes before XMP and XMP before IPTC (Metadata Working Group, Guidelines 2.0, table 5). A date without a
    time of day counts only if no other has one.
    """
    found = list(_dates(tags, xmp, iptc, packets))
    chosen = next((date for date in found if date.has_time), found[0] if found else None)
    if chosen is None or chosen.offset_minutes is not None or not chosen.has_time:
        return chosen
    return _with_offset(chosen, tags)


def _dates(
    tags: Tags, xmp: Mapping[str, tuple[str, ...]], iptc: Mapping[str, tuple[str, ...]], packets: Packets
) -> Iterator[CaptureTime]:
    zone = _first(xmp, "offset_time_original")
    spelled = (
        _of_exif(tags, *_ORIGINAL),
        read_time(_first(xmp, "date_time_original"), zone),
        read_time(_first(xmp, "date_created")),
        _of_iptc(iptc, "date", "time"),
        _of_exif(tags, *_DIGITIZED),
        read_time(_first(xmp, "date_time_digitized")),
        read_time(_first(xmp, "create_date")),
        _of_iptc(iptc, "digital_date", "digital_time"),
        read_time(packets.texts.get("Creation Time", "")),
        _of_satellites(tags.gps),
        read_time(packets.created),
        _of_exif(tags, *_CHANGED),
        read_time(packets.changed),
    )
    return (date for date in spelled if date is not None)


def _first(properties: Mapping[str, tuple[str, ...]], name: str) -> str:
    return next(iter(properties.get(name, ())), "")


def _of_iptc(iptc: Mapping[str, tuple[str, ...]], date: str, time: str) -> CaptureTime | None:
    """Return an IPTC date. Its time must have an offset, so programs write +0000 where it is unknown."""
    clock = _first(iptc, time).removesuffix("+0000").removesuffix("+00:00")
    return read_time(f"{_first(iptc, date)} {clock}".strip())


def _text(value: Value | None) -> str:
    return decoded(value[:64].replace(b"\x00", b" ")) if isinstance(value, bytes) else ""


def _of_exif(tags: Tags, date: int, offset: int, fraction: int) -> CaptureTime | None:
    directory = tags.main if date == _CHANGED[0] else tags.exif
    texts = (_text(directory.get(date)), _text(tags.exif.get(offset)), _text(tags.exif.get(fraction)))
    return read_time(*texts)


def _of_satellites(gps: dict[int, Value]) -> CaptureTime | None:
    """Return the time of the satellite fix, which is in UTC."""
    clock = gps.get(_GPS_TIME)
    parts = [part for part in clock if isinstance(part, Ratio)] if isinstance(clock, tuple) else []
    day = read_time(_text(gps.get(_GPS_DATE)))
    if day is None or len(parts) != 3 or not all(part.denominator for part in parts):
        return None
    hours, minutes, seconds = (part.numerator / part.denominator for part in parts)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    midnight = day.wall.replace(hour=0, minute=0, second=0, microsecond=0)
    clock_time = timedelta(seconds=int(hours * 3600 + minutes * 60 + seconds))
    return CaptureTime(midnight + clock_time, 0)


def _with_offset(chosen: CaptureTime, tags: Tags) -> CaptureTime:
    """Return the time with the offset that another EXIF entry implies.

    XMP's offsets stand for XMP's dates only: programs wrote that of the computer beside the camera's wall
    clock.
    """
    for date, offset, fraction in (_ORIGINAL, _DIGITIZED, _CHANGED):
        sibling = _of_exif(tags, date, offset, fraction)
        if (
            sibling
            and sibling.offset_minutes is not None
            and abs(sibling.wall - chosen.wall) < timedelta(seconds=1)
        ):
            return CaptureTime(chosen.wall, sibling.offset_minutes)
    hours = tags.exif.get(_TIME_ZONE_OFFSET, tags.main.get(_TIME_ZONE_OFFSET))
    if isinstance(hours, tuple) and hours and isinstance(hours[0], int) and -12 <= hours[0] <= 14:
        return CaptureTime(chosen.wall, hours[0] * 60)
    satellites = _of_satellites(tags.gps)
    return with_offset_of(chosen, satellites) if satellites else chosen
