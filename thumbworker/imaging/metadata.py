"""The camera facts that are stored: an allow-list, cleaned, as text and integers.

DynamoDB has no floats, so a fraction is text as photographers write it (``1/250``, ``5.6``). The location
is separate, because it is private to the owner.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING

from thumbworker.imaging.exif import Ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.imaging.exif import Tags, Value

_MAX_TEXT_BYTES = 80
_MAX_WORDS_BYTES = 240

_DATE = re.compile(r"(\d{4})[:-](\d{2})[:-](\d{2})[ T](\d{2}):(\d{2}):(\d{2})")
_OFFSET = re.compile(r"[+-](?:0\d|1[0-4]):[0-5]\d|Z")

_EXPOSURE_PROGRAMS = {
    1: "manual",
    2: "program",
    3: "aperture priority",
    4: "shutter priority",
    5: "creative",
    6: "action",
    7: "portrait",
    8: "landscape",
}
_METERING_MODES = {
    1: "average",
    2: "centre-weighted",
    3: "spot",
    4: "multi-spot",
    5: "pattern",
    6: "partial",
}
_WHITE_BALANCES = {0: "auto", 1: "manual"}
_COLOR_SPACES = {1: "sRGB", 2: "Adobe RGB"}


def camera_facts(tags: Tags) -> dict[str, str | int]:
    """Return the allowed facts that are present and valid, at most 2.5 kB as UTF-8 JSON."""
    facts: dict[str, str | int | None] = {}
    for name, directory, tag, clean in _ALLOWED:
        value = (tags.main if directory == "main" else tags.exif).get(tag)
        facts[name] = None if value is None else clean(value)
    facts["taken_at"] = _instant(tags.exif, 0x9003, 0x9011) or _instant(tags.exif, 0x9004, 0x9012)
    facts["orientation"] = tags.orientation if tags.orientation != 1 else None
    return {name: value for name, value in facts.items() if value is not None and value != ""}


def location(tags: Tags) -> dict[str, str]:
    """Return ``latitude`` and ``longitude`` in degrees (WGS 84) and ``altitude`` in meters, as text."""
    latitude = _degrees(tags.gps.get(2), tags.gps.get(1), b"S", 90)
    longitude = _degrees(tags.gps.get(4), tags.gps.get(3), b"W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return {}  # a GPS receiver without a fix writes zeros
    place = {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
    altitude = _number(tags.gps.get(6))
    if altitude is not None and 0 <= altitude < 20_000:
        reference = tags.gps.get(5)
        below = isinstance(reference, tuple) and reference[:1] == (1,)
        place["altitude"] = f"{-altitude if below else altitude:.1f}"
    return place


def cleaned(raw: bytes, maximum: int = _MAX_TEXT_BYTES) -> str:
    """Return printable text of at most ``maximum`` bytes of UTF-8; markup stays, templates escape it.

    >>> cleaned(b"NIKON  D750" + bytes(3))
    'NIKON D750'
    """
    raw = raw.split(b"\x00", 1)[0][: 4 * maximum]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    # Control, surrogate, private-use and bidirectional characters could change the text around them.
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text)
    kept = (c for c in kept if unicodedata.category(c)[0] != "C")
    text = " ".join("".join(kept).split())
    return text.encode()[:maximum].decode(errors="ignore").rstrip()


def _text(value: Value) -> str | None:
    return cleaned(value) if isinstance(value, bytes) else None


def _words(value: Value) -> str | None:
    return cleaned(value, _MAX_WORDS_BYTES) if isinstance(value, bytes) else None


def _integer(lowest: int, highest: int) -> Callable[[Value], int | None]:
    def clean(value: Value) -> int | None:
        number = value[0] if isinstance(value, tuple) and value else None
        return number if isinstance(number, int) and lowest <= number <= highest else None

    return clean


def _named(names: dict[int, str]) -> Callable[[Value], str | None]:
    def clean(value: Value) -> str | None:
        number = value[0] if isinstance(value, tuple) and value else None
        return names.get(number) if isinstance(number, int) else None

    return clean


def _flash(value: Value) -> str | None:
    number = value[0] if isinstance(value, tuple) and value else None
    if not isinstance(number, int):
        return None
    return "fired" if number & 1 else "did not fire"


def _number(value: Value | None) -> float | None:
    first = value[0] if isinstance(value, tuple) and value else None
    if isinstance(first, Ratio):
        return first.numerator / first.denominator if first.denominator else None
    return float(first) if isinstance(first, int) else None


def _decimal(lowest: float, highest: float, digits: int = 1) -> Callable[[Value], str | None]:
    def clean(value: Value) -> str | None:
        number = _number(value)
        if number is None or not lowest <= number <= highest:
            return None
        return f"{number:.{digits}f}".removesuffix("." + "0" * digits)

    return clean


def _exposure(value: Value) -> str | None:
    """Return seconds as photographers write them: ``1/250``, ``0.6``, ``30``."""
    seconds = _number(value)
    if seconds is None or not 1e-6 <= seconds <= 86_400:
        return None
    if seconds < 0.3:
        return f"1/{round(1 / seconds)}"
    return f"{seconds:.1f}".removesuffix(".0")


def _instant(directory: dict[int, Value], date: int, offset: int) -> str | None:
    """Return an ISO 8601 time, with its UTC offset if the camera stored one."""
    raw, zone = directory.get(date), directory.get(offset)
    found = _DATE.match(cleaned(raw)) if isinstance(raw, bytes) else None
    if not found:
        return None
    try:
        moment = datetime.fromisoformat("{}-{}-{}T{}:{}:{}".format(*found.groups()))
    except ValueError:
        return None
    if moment.year < 1826:  # the oldest surviving photograph
        return None
    suffix = cleaned(zone) if isinstance(zone, bytes) else ""
    return moment.isoformat() + (suffix if _OFFSET.fullmatch(suffix) else "")


def _degrees(value: Value | None, reference: Value | None, negative: bytes, maximum: int) -> float | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    parts = [_number((part,)) for part in value if isinstance(part, Ratio)]
    sound = [part for part in parts if part is not None and part >= 0]
    if len(sound) != 3:
        return None
    degrees = sound[0] + sound[1] / 60 + sound[2] / 3600
    if degrees > maximum:
        return None
    return -degrees if isinstance(reference, bytes) and reference[:1].upper() == negative else degrees


_ALLOWED: tuple[tuple[str, str, int, Callable[[Value], str | int | None]], ...] = (
    ("make", "main", 0x010F, _text),
    ("model", "main", 0x0110, _text),
    ("lens_make", "exif", 0xA433, _text),
    ("lens_model", "exif", 0xA434, _text),
    ("exposure_time", "exif", 0x829A, _exposure),
    ("f_number", "exif", 0x829D, _decimal(0.1, 1000)),
    ("iso", "exif", 0x8827, _integer(1, 10_000_000)),
    ("focal_length", "exif", 0x920A, _decimal(0.1, 100_000)),
    ("focal_length_35mm", "exif", 0xA405, _integer(1, 65_534)),
    ("exposure_bias", "exif", 0x9204, _decimal(-20, 20)),
    ("exposure_program", "exif", 0x8822, _named(_EXPOSURE_PROGRAMS)),
    ("metering_mode", "exif", 0x9207, _named(_METERING_MODES)),
    ("white_balance", "exif", 0xA403, _named(_WHITE_BALANCES)),
    ("flash", "exif", 0x9209, _flash),
    ("color_space", "exif", 0xA001, _named(_COLOR_SPACES)),
    ("software", "main", 0x0131, _text),
    ("artist", "main", 0x013B, _text),
    ("copyright", "main", 0x8298, _text),
    ("description", "main", 0x010E, _words),
)
