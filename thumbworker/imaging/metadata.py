"""What is stored of a file's metadata: an allow-list, cleaned, as text and integers.

DynamoDB has no floats, so a fraction is text as photographers write it (``1/250``, ``5.6``). The location
and the words are separate, because they are private to the owner.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from thumbworker.imaging import iptc, xmp
from thumbworker.imaging.exif import Ratio, Tags, read_tags
from thumbworker.imaging.packets import Packets
from thumbworker.imaging.taken import capture_time
from thumbworker.imaging.text import cleaned
from thumbworker.imaging.words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from thumbworker.imaging.exif import Value
    from thumbworker.imaging.words import Words

_MAX_WORDS_BYTES = 240

_ORIENTATION = 0x0112
_MOST_SHORT_ISO = 65_535
_SENSITIVITY_TYPE = 0x8830
_STANDARD_OUTPUT, _RECOMMENDED_INDEX, _ISO_SPEED = 0x8831, 0x8832, 0x8833
_ISO_TAGS = (_ISO_SPEED, _RECOMMENDED_INDEX, _STANDARD_OUTPUT)
_ISO_BY_TYPE = {
    1: _STANDARD_OUTPUT,
    2: _RECOMMENDED_INDEX,
    3: _ISO_SPEED,
    4: _RECOMMENDED_INDEX,
    5: _ISO_SPEED,
    6: _ISO_SPEED,
    7: _ISO_SPEED,
}
"""The tag that repeats the first one's value, by the type of sensitivity."""

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


@dataclass(frozen=True, slots=True)
class Metadata:
    """The camera facts, the location and the words of a file.

    ``words`` has what differs from the facts: title, description, artist, copyright, rating and keywords.
    """

    facts: dict[str, str | int]
    location: dict[str, str] = field(default_factory=dict)
    words: Words = field(default_factory=dict)


def metadata_of(tags: Tags, packets: Packets) -> Metadata:
    """Return all that is stored of a file's tags and packets."""
    if packets.exif and not tags.main:
        # Written by ImageMagick into PNG text. Browsers don't turn by it, so its orientation is left out.
        late = read_tags(packets.exif)
        tags = dataclasses.replace(
            late, main={tag: late.main[tag] for tag in late.main if tag != _ORIENTATION}
        )
    properties = xmp.read_properties(packets.xmp) if packets.xmp else {}
    records = iptc.read_resources(packets.resources) if packets.resources else iptc.NONE
    if packets.records and not records.values:
        records = iptc.read_records(packets.records)
    facts = camera_facts(tags)
    facts.pop("taken_at", None)
    taken = capture_time(tags, properties, records.values, packets)
    if taken:
        facts["taken_at"] = str(taken)
    words = words_of(tags, properties, records, packets)
    return Metadata(
        facts, location(tags), {name: word for name, word in words.items() if word != facts.get(name)}
    )


def camera_facts(tags: Tags) -> dict[str, str | int]:
    """Return the allowed facts that EXIF has and that are valid, at most 2.5 kB as UTF-8 JSON."""
    facts: dict[str, str | int | None] = {}
    for name, directory, tag, clean in _ALLOWED:
        value = (tags.main if directory == "main" else tags.exif).get(tag)
        facts[name] = None if value is None else clean(value)
    facts["iso"] = _iso(tags, facts["iso"])
    taken = capture_time(tags, {}, {}, Packets())
    facts["taken_at"] = str(taken) if taken else None
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


def _iso(tags: Tags, short: str | int | None) -> str | int | None:
    """Return the sensitivity: 65,535 in its first tag means more, and others have it (Exif 3.0, annex G)."""
    if isinstance(short, int) and short < _MOST_SHORT_ISO:
        return short
    kind = tags.exif.get(_SENSITIVITY_TYPE)
    first = _ISO_BY_TYPE.get(kind[0] if isinstance(kind, tuple) and isinstance(kind[0], int) else 0)
    for tag in (first, *_ISO_TAGS):
        value = None if tag is None else tags.exif.get(tag)
        found = None if value is None else _integer(1, 10_000_000)(value)
        if found:
            return found
    return short


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
