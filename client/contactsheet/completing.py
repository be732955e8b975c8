"""Change uploaded photos once the gallery has processed them, and tell what it doesn't take."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.progress import Progress

from contactsheet.engine.interfaces import Refusal
from contactsheet.engine.upload import Backoff
from contactsheet.output import print_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from rich.console import Console

    from contactsheet.web_gallery import WebGallery

STILL_PROCESSING = "This photo is still being processed. Run the same command again in a minute."
NOT_PROCESSED = "The gallery could not read this photo, so it has no caption, date or album."
GONE = "This photo is not in the gallery any more."


class Completing:
    """What imports and restored archives share. ``refused`` counts what was not taken."""

    def __init__(
        self, gallery: WebGallery, console: Console, sleep: Callable[[float], object] | None = None
    ) -> None:
        self.refused = 0
        self._gallery, self._console = gallery, console
        self._sleep = sleep or threading.Event().wait

    def processed(self, names: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Yield each of the photos (names by ids) once it is processed, and refuse the others."""
        left = dict(names)
        backoff = Backoff(self._sleep, time.monotonic)
        with Progress(console=self._console, transient=True, disable=not self._console.is_terminal) as bar:
            task = bar.add_task("Captions, dates, marks", total=len(names))
            while left and not backoff.is_exhausted:
                asked = [UUID(photo_id) for photo_id in sorted(left)]
                there = {photo["id"]: photo for photo in self._gallery.photos_by_id(asked)}
                done = [photo_id for photo_id in left if there.get(photo_id, {}).get("state") != "awaiting"]
                for photo_id in done:
                    name = left.pop(photo_id)
                    if photo_id not in there:
                        self.refuse(name, "gone", GONE)
                    elif there[photo_id]["state"] == "failed":
                        self.refuse(name, "not_processed", NOT_PROCESSED)
                    else:
                        yield there[photo_id]
                    bar.update(task, completed=len(names) - len(left))
                if done:
                    backoff.reset()
                elif left:
                    backoff.wait()
        for name in left.values():
            self.refuse(name, "still_processing", STILL_PROCESSING)

    def change(self, photo_id: str, changes: dict[str, Any], name: object) -> bool:
        """Change a photo, or else what of it the gallery takes. Return whether it took all."""
        try:
            self._gallery.change(photo_id, changes)
        except Refusal:
            # Each alone: one word must not cost the date.
            taken = [self._changed(photo_id, part, name) for part in _parts(changes)]
            return all(taken)
        return True

    def _changed(self, photo_id: str, changes: dict[str, Any], name: object) -> bool:
        try:
            self._gallery.change(photo_id, changes)
        except Refusal as refusal:
            self.refuse(name, refusal.reason, str(refusal))
            return False
        return True

    def refuse(self, name: object, reason: str, sentence: str) -> None:
        """Tell what was not taken, and why."""
        self.refused += 1
        print_failure(self._console, sentence, reason, of=name)


def words_of(photo: dict[str, Any]) -> dict[str, Any]:
    """Return the caption and tags that its owner wrote last, which may wait for review."""
    return photo["newWords"] or photo


def _parts(changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each change alone, a date with its offset."""
    date = {name: value for name, value in changes.items() if name.startswith("takenAt")}
    return [{name: changes[name]} for name in changes if name not in date] + ([date] if date else [])
