"""XMP beside pictures, as Lightroom, darktable, digiKam, Immich and others write it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from contactsheet.sidecars.facts import ONE_MEGABYTE, Facts, NotASidecar

if TYPE_CHECKING:
    from pathlib import Path

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
DESCRIPTIONS = (f"{DC}description", f"{DC}title")
SUBJECT = f"{DC}subject"
RATING = "{http://ns.adobe.com/xap/1.0/}Rating"
FAVORITE = "5"
KEYWORD_PATHS = "{http://ns.adobe.com/lightroom/1.0/}hierarchicalSubject"
IN_ALBUM = "Albums|"
"""How the gallery's zip begins the keyword that names an album. A title may have such bars, too."""
DATES = (
    "{http://ns.adobe.com/exif/1.0/}DateTimeOriginal",
    "{http://ns.adobe.com/photoshop/1.0/}DateCreated",
    "{http://ns.adobe.com/exif/1.0/}DateTimeDigitized",
)
FRACTION = re.compile(r"\.(\d+)")


def facts(path: Path) -> Facts:
    """Return what the sidecar says.

    Raises:
        NotASidecar: It is no XMP.
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        data = file.read(ONE_MEGABYTE + 1)
    if len(data) > ONE_MEGABYTE or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise NotASidecar(path.name)
    try:
        # Without a document type there are no entities to expand, and a megabyte is little.
        root = ET.fromstring(data)  # noqa: S314
    except (ET.ParseError, LookupError, ValueError) as problem:
        raise NotASidecar(path.name) from problem
    described = [root] if root.tag == f"{RDF}Description" else list(root.iter(f"{RDF}Description"))
    if not described:
        raise NotASidecar(path.name)
    return Facts(
        caption=next(filter(None, (_value(described, name) for name in DESCRIPTIONS)), ""),
        tags=_list(described, SUBJECT),
        albums=_albums(described),
        taken_at=next(filter(None, (_date(_value(described, name)) for name in DATES)), None),
        is_favorite=_value(described, RATING) == FAVORITE,
    )


def _albums(described: list[ET.Element]) -> tuple[str, ...]:
    paths = _list(described, KEYWORD_PATHS)
    titles = (path.removeprefix(IN_ALBUM).strip() for path in paths if path.startswith(IN_ALBUM))
    return tuple(dict.fromkeys(filter(None, titles)))


def _list(described: list[ET.Element], name: str) -> tuple[str, ...]:
    items = [item for one in described for item in one.iterfind(f"{name}//{RDF}li")]
    return tuple(dict.fromkeys(text for item in items if (text := (item.text or "").strip())))


def _value(described: list[ET.Element], name: str) -> str:
    """Return a property, written as an attribute, an element or in the first language of a list."""
    for one in described:
        if text := one.get(name, "").strip():
            return text
        for element in one.iterfind(name):
            if text := (element.text or "").strip():
                return text
            if found := _list([one], name):
                return found[0]
    return ""


def _date(text: str) -> datetime | None:
    """Return a date with its time of day. ISO 8601 lets fractions have any number of digits, Python six."""
    if "T" not in text:
        return None
    try:
        return datetime.fromisoformat(FRACTION.sub(lambda found: f".{found[1][:6]:0<6}", text))
    except ValueError:
        return None
