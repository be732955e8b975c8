"""``contactsheet import``: bring in an archive of another program, with what it says about the pictures.

Only what is empty in the gallery is filled in, so running it again takes nothing back that people changed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.markup import escape

from contactsheet.completing import Completing, words_of
from contactsheet.engine.interfaces import Outcome, Refusal
from contactsheet.exits import Exit
from contactsheet.output import print_failure
from contactsheet.sidecars.library import Reading, read_library
from contactsheet.uploading import json_of, upload_found

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    from rich.console import Console

    from contactsheet.engine.interfaces import Result
    from contactsheet.output import Output
    from contactsheet.sidecars.facts import Facts
    from contactsheet.sidecars.library import Library
    from contactsheet.web_gallery import WebGallery

LONGEST_CAPTION = 500
LONGEST_TITLE = 120
SAME_MOMENT = timedelta(hours=15)
"""A wall clock is no further from UTC. If a date is, someone corrected it."""
SAME_SECOND = timedelta(seconds=1)
PACKED = frozenset({".zip", ".tgz", ".gz", ".7z", ".tar"})

UNPACK = "Unpack this archive first, all of its parts into one folder."


def say_what_would_be(options: argparse.Namespace, output: Output) -> Exit:
    """Print what an import would do. Nothing is sent."""
    library = _read(options)
    output.messages.print(escape(plan(library)))
    return _refuse_packed(options, output)


def import_archive(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Upload an archive's pictures, then give each what its archive says."""
    if (status := _refuse_packed(options, output)) is not Exit.DONE:
        return status
    library = _read(options)
    status, results = upload_found(gallery, library.found, parallel=options.parallel, console=output.messages)
    if options.json:
        for result in results:
            output.line(json_of(result))
    if status in {Exit.STOPPED, Exit.UNAVAILABLE}:
        return status
    bringing = Bringing(gallery, output.messages)
    is_whole = bringing.bring(facts_by_photo(library, results))
    output.messages.print(escape(bringing.summary))
    return status if is_whole else Exit.INCOMPLETE


def plan(library: Library) -> str:
    """Return in sentences what an import would do."""
    files = library.found.files
    lines = [f"Pictures: {len(files)}, {library.found.size_bytes / 1e6:,.1f} MB."]
    counted = {"caption": "captions", "tags": "with tags", "taken_at": "dates", "is_favorite": "favorites"}
    counted["is_archived"] = "archived"
    parts = [f"{count} {name}" for field, name in counted.items() if (count := library.count(field))]
    if parts:
        lines.append(f"Their archive has {', '.join(parts)}.")
    lines += [f"Album: {title} ({count})" for title, count in sorted(library.albums.items())]
    if library.unused:
        lines.append(f"Sidecars of videos or of pictures that are missing: {library.unused}.")
    left = [result for result in library.found.left_alone if result.outcome is not Outcome.SKIPPED]
    skipped = len(library.found.left_alone) - len(left)
    if skipped:
        lines.append(f"Other files, left alone: {skipped}.")
    lines += [f"{result.path}: {result.sentence}" for result in left]
    return "\n".join(lines)


def facts_by_photo(library: Library, results: Iterable[Result]) -> dict[str, tuple[Path, Facts]]:
    """Return each photo's first file and what is said about any of its copies."""
    ids: dict[Path, str] = {}
    later: list[Result] = []
    for result in results:
        if result.photo_id:
            ids[result.path] = str(result.photo_id)
        elif result.same_as:
            later.append(result)
    found = {photo_id: (path, library.facts[path]) for path, photo_id in ids.items()}
    for result in later:
        photo_id = ids.get(result.same_as) if result.same_as else None
        if photo_id:
            path, facts = found[photo_id]
            found[photo_id] = path, facts.or_else(library.facts[result.path])
    return {photo_id: (path, facts) for photo_id, (path, facts) in found.items() if facts}


class Bringing:
    """Gives photos what their archive says."""

    def __init__(
        self, gallery: WebGallery, console: Console, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._gallery = gallery
        self._completing = Completing(gallery, console, sleep)
        self._changed = 0
        self._in_albums: dict[str, list[str]] = {}

    @property
    def summary(self) -> str:
        """Return what was done, in a sentence."""
        parts = [f"Completed from their archive: {self._changed}", f"albums: {len(self._in_albums)}"]
        if refused := self._completing.refused:
            parts.append(f"not taken: {refused}")
        return f"{', '.join(parts)}."

    def bring(self, wanted: dict[str, tuple[Path, Facts]]) -> bool:
        """Wait until each photo is processed, and change it. Return whether all was taken."""
        for photo in self._completing.processed({photo_id: path for photo_id, (path, _) in wanted.items()}):
            path, facts = wanted[photo["id"]]
            if changes := changes_of(photo, facts):
                self._completing.change(photo["id"], changes, path)
                self._changed += 1
            for title in facts.albums:
                self._in_albums.setdefault(title[:LONGEST_TITLE], []).append(photo["id"])
        self._fill_albums()
        return not self._completing.refused

    def _fill_albums(self) -> None:
        if not self._in_albums:
            return
        known = {album["title"]: album["id"] for album in reversed(self._gallery.albums())}
        for title, ids in self._in_albums.items():
            try:
                self._gallery.add_to_album(known.get(title) or self._gallery.make_album(title), ids)
            except Refusal as refusal:
                self._completing.refuse(title, refusal.reason, str(refusal))


def changes_of(photo: dict[str, Any], facts: Facts) -> dict[str, Any]:
    """Return what to change of a photo, as the API has it: only what is empty there."""
    changes: dict[str, Any] = {}
    words = words_of(photo)
    if facts.caption and not words["caption"]:
        changes["caption"] = facts.caption[:LONGEST_CAPTION]
    there = {tag.casefold() for tag in words["tags"]}
    if tags := [tag for tag in facts.tags if tag.casefold() not in there]:
        changes["tags"] = [*words["tags"], *tags]
    if facts.is_favorite and not photo["favorite"]:
        changes["favorite"] = True
    if facts.is_archived and not photo["archived"]:
        changes["archived"] = True
    return changes | _date_of(photo, facts)


def _date_of(photo: dict[str, Any], facts: Facts) -> dict[str, str]:
    """Return the archive's date if the file has none, or if someone corrected it there."""
    taken = facts.taken_at
    if taken is None or photo["isDateCorrected"]:
        return {}
    wall = taken.replace(tzinfo=None)
    if photo["takenAtLocal"]:
        in_file = datetime.fromisoformat(photo["takenAtLocal"])
        there = taken.astimezone(UTC).replace(tzinfo=None) if facts.is_instant else wall
        if abs(in_file - there) < (SAME_MOMENT if facts.is_instant else SAME_SECOND):
            return {}
    changes = {"takenAtLocal": wall.isoformat(timespec="milliseconds" if wall.microsecond else "seconds")}
    return changes | ({"takenAtOffset": taken.isoformat()[-len("+00:00") :]} if taken.tzinfo else {})


def _read(options: argparse.Namespace) -> Library:
    how = Reading(folders_as_albums=options.folders_as_albums, people_as_tags=options.people_as_tags)
    return read_library([Path(path) for path in options.paths if not _is_packed(path)], how)


def _is_packed(path: str) -> bool:
    return Path(path).suffix.lower() in PACKED


def _refuse_packed(options: argparse.Namespace, output: Output) -> Exit:
    packed = [path for path in options.paths if _is_packed(path)]
    for path in packed:
        print_failure(output.messages, UNPACK, "packed", of=path)
    return Exit.INCOMPLETE if packed else Exit.DONE
