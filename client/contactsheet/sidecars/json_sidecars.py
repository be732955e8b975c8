"""JSON beside pictures: of Google Takeout, and of immich-go's archives.

Neither is documented by its maker. Google's names are cut at 46 characters before ``.json``, count copies
behind the end of the name (``a.jpg(1).json`` for ``a(1).jpg``), and belong to edited pictures as well
(``a-edited.jpg``, in the language of the account).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contactsheet.sidecars.facts import ONE_MEGABYTE, Facts, NotASidecar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LONGEST_NAME = 46
"""Google cuts the name of a sidecar at so many characters, not counting ``.json``."""
SUFFIX = ".supplemental-metadata"
COUNTED = re.compile(r"^(?P<rest>.*?)(?P<count>\(\d+\))?$", re.DOTALL)
NOT_IN_NAMES = re.compile(r"[&<>:\"/\\|?*'%]")
NO_ALBUM = re.compile(r"Photos from \d{4}|\d{4}-\d\d-\d\d")
"""Folders of Google's own making, which older archives describe as albums."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def read(path: Path) -> dict[str, Any]:
    """Return the object in the file.

    Raises:
        NotASidecar: It is no JSON object, or too long for one.
        OSError: It can't be read.
    """
    with path.open("rb") as file:
        data = file.read(ONE_MEGABYTE + 1)
    try:
        found = json.loads(data) if len(data) <= ONE_MEGABYTE else None
    except (ValueError, RecursionError) as problem:
        raise NotASidecar(path.name) from problem
    if not isinstance(found, dict):
        raise NotASidecar(path.name)
    return found


class Names:
    """A folder's ``.json`` names, found by the pictures that they may belong to."""

    def __init__(self, sidecars: Iterable[str]) -> None:
        self._by_rest: dict[tuple[str, str], list[str]] = {}
        for name in sidecars:
            if found := COUNTED.match(name[: -len(".json")]):
                self._by_rest.setdefault((found["rest"].lower(), found["count"] or ""), []).append(name)

    def of(self, picture: str) -> list[str]:
        """Return the names that may belong to a picture, the closest first."""
        for base, count in _bases(picture):
            full = (base + SUFFIX).lower()
            shortest = min(len(base.encode()), LONGEST_NAME)
            fitting = [
                name
                for end in range(len(full), 0, -1)
                if len(full[:end].encode()) >= shortest
                for name in self._by_rest.get((full[:end], count), [])
            ]
            if fitting:
                return fitting
        return []


def _bases(picture: str) -> Iterator[tuple[str, str]]:
    """Yield the names that the sidecar may have been named after, each with the count of the copy."""
    yield picture, ""
    stem, dot, extension = picture.rpartition(".")
    counted = COUNTED.match(stem)
    if counted and counted["count"]:
        yield counted["rest"] + dot + extension, counted["count"]
        stem = counted["rest"]
    original, dash, _edited = stem.rpartition("-")
    if dash and original:
        yield original + dot + extension, (counted and counted["count"]) or ""


def belongs(found: dict[str, Any], sidecar: str, picture: str) -> bool:
    """Return whether a sidecar whose name was cut is this picture's: several long names may begin alike."""
    is_whole = len(sidecar) - len(".json") >= len(picture)
    return is_whole or plain(_text(found, "title")).startswith(plain(picture.rpartition(".")[0]))


def title(found: dict[str, Any]) -> str:
    """Return the name that the picture had before its sidecar's name was cut."""
    return plain(_text(found, "title"))


def plain(name: str) -> str:
    """Return a name without case, and with one sign for all that a file name can't have."""
    return NOT_IN_NAMES.sub("_", name.lower())


def facts(found: dict[str, Any]) -> Facts:
    """Return what a sidecar of Google's or immich-go's says."""
    return _of_immich(found) if "fileName" in found and "title" not in found else _of_google(found)


def title_of_album(found: dict[str, Any]) -> str:
    """Return the title if the file describes an album of Google's, whatever the file is called; or empty."""
    inner = found.get("albumData")
    described = inner if isinstance(inner, dict) else found
    is_picture = "photoTakenTime" in described or "url" in described
    name = _text(described, "title")
    return "" if is_picture or NO_ALBUM.fullmatch(name) else name


def people(found: dict[str, Any]) -> tuple[str, ...]:
    """Return the names of the people that someone recognized in the picture."""
    return tuple(filter(None, (_text(person, "name") for person in _objects(found, "people"))))


def _of_google(found: dict[str, Any]) -> Facts:
    return Facts(
        caption=_text(found, "description"),
        taken_at=_google_time(found.get("photoTakenTime")),
        is_instant=True,
        is_favorite=found.get("favorited") is True,
        is_archived=found.get("archived") is True,
        is_trashed=found.get("trashed") is True,
    )


def _google_time(found: Any) -> datetime | None:
    if not isinstance(found, dict):
        return None
    try:
        taken = EPOCH + timedelta(seconds=int(found.get("timestamp", "")))
    except (TypeError, ValueError, OverflowError):
        return None
    return taken if taken != EPOCH else None  # what Google writes for want of a date


def _of_immich(found: dict[str, Any]) -> Facts:
    try:
        taken = datetime.fromisoformat(_text(found, "dateTaken"))
    except ValueError:
        taken = None
    return Facts(
        caption=_text(found, "description"),
        tags=tuple(filter(None, (_text(tag, "name") for tag in _objects(found, "tags")))),
        albums=tuple(filter(None, (_text(album, "title") for album in _objects(found, "albums")))),
        taken_at=taken,
        is_instant=bool(taken and taken.tzinfo),
        is_favorite=found.get("favorited") is True,
        is_archived=found.get("archived") is True,
        is_trashed=found.get("trashed") is True,
    )


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""


def _objects(found: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = found.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
