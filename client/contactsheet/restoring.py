"""Give uploaded photos what their archive says: captions, tags, dates, marks, and albums in their order."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from rich.markup import escape
from rich.progress import Progress

from contactsheet.engine.interfaces import Refusal
from contactsheet.engine.upload import Backoff
from contactsheet.output import print_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console

    from contactsheet.archive import Archive
    from contactsheet.web_gallery import WebGallery

SAME = ("caption", "tags", "favorite", "archived", "rotation")
"""What the API and an archive name alike."""
STILL_PROCESSING = "This photo is still being processed. Run the same command again in a minute."
FAILED = "The gallery could not read this photo, so it has no caption, date or album."
SEARCHES = "Saved searches are not brought along. Make them again:"


class Restoring:
    """Makes a gallery equal to an archive, as far as its owner decides. Running it again changes nothing."""

    def __init__(
        self,
        gallery: WebGallery,
        console: Console,
        *,
        keeps_visibility: bool,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        self._gallery, self._console, self._keeps_visibility = gallery, console, keeps_visibility
        self._sleep = sleep or threading.Event().wait
        self._restored = self._albums = self._refused = 0

    def restore(self, archive: Archive, uploaded: Iterable[str]) -> bool:
        """Restore photos, of which these are there, and then albums. Return whether all was taken."""
        ids = self._restore_photos(archive, set(uploaded))
        self._restore_albums(archive, ids)
        self._console.print(f"Restored: {self._restored} photos, {self._albums} albums.")
        for search in archive.smart_albums:
            self._console.print(escape(f"{SEARCHES} {search['title']}: {search['query']}"))
        return not self._refused

    def _restore_photos(self, archive: Archive, left: set[str]) -> dict[str, str]:
        """Wait until each photo is processed, and restore it. Return its id here by the one of the archive.

        What is said of a photo is found by its bytes: people move and rename files.
        """
        known, ids, total = archive.by_hash(), dict[str, str](), len(left)
        backoff = Backoff(self._sleep, time.monotonic)
        with Progress(console=self._console, transient=True, disable=not self._console.is_terminal) as bar:
            task = bar.add_task("Captions, dates, marks", total=total)
            while left and not backoff.is_exhausted:
                done = [
                    photo
                    for photo in self._gallery.photos_by_id([UUID(photo_id) for photo_id in sorted(left)])
                    if photo["state"] != "awaiting"
                ]
                for photo in done:
                    left.discard(photo["id"])
                    if said := known.get(photo["sha256"]):
                        ids[said["id"]] = photo["id"]
                        self._restore(photo, said)
                    bar.update(task, completed=total - len(left))
                if done:
                    backoff.reset()
                elif left:
                    backoff.wait()
        for photo_id in left:
            self._refuse(photo_id, "still_processing", STILL_PROCESSING)
        return ids

    def _restore(self, photo: dict[str, Any], said: dict[str, Any]) -> None:
        name = said["file"] or said["fileName"]
        if photo["state"] == "failed":
            self._refuse(name, "not_processed", FAILED)
            return
        changes = self._changes(photo, said)
        # Each alone if the gallery doesn't take them together: one word must not cost the date.
        if not changes or self._changed(photo["id"], changes, ""):
            self._restored += 1
            return
        for part in _parts(changes):
            self._changed(photo["id"], part, name)

    def _changed(self, photo_id: str, changes: dict[str, Any], name: str) -> bool:
        try:
            self._gallery.change(photo_id, changes)
        except Refusal as refusal:
            if name:
                self._refuse(name, refusal.reason, str(refusal))
            return False
        return True

    def _changes(self, photo: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        words = photo["newWords"] or photo
        there = photo | {"caption": words["caption"], "tags": words["tags"]}
        changes = {name: said[name] for name in SAME if said[name] != there[name]}
        if said["isDateCorrected"] and _date(said) != _date(photo):
            changes |= _date(said)
        if said["standsAlone"]:
            changes["stacked"] = False
        if self._keeps_visibility and said["visibility"] != photo["visibility"]:
            changes["visibility"] = said["visibility"]
        return changes

    def _restore_albums(self, archive: Archive, ids: dict[str, str]) -> None:
        left = list(self._gallery.archive()["albums"])
        for said in archive.albums:
            # Albums may have one title; each is taken once.
            there = next((album for album in left if album["title"] == said["title"]), None)
            if there:
                left.remove(there)
            try:
                self._restore_album(archive, said, there["id"] if there else None, ids)
                self._albums += 1
            except Refusal as refusal:
                self._refuse(said["title"], refusal.reason, str(refusal))

    def _restore_album(
        self, archive: Archive, said: dict[str, Any], album_id: str | None, ids: dict[str, str]
    ) -> None:
        album_id = album_id or self._gallery.new_album(said["title"], said["description"])
        # First the order: by hand, what is added later comes behind.
        self._gallery.change_album(album_id, {"order": said["order"]})
        photos = [ids[photo["id"]] for photo in archive.members(said["id"]) if photo["id"] in ids]
        self._gallery.add_to_album(album_id, photos, in_given_order=True)
        cover = archive.cover(said["id"])
        if cover and cover["id"] in ids:
            self._gallery.choose_cover(album_id, ids[cover["id"]])
        if self._keeps_visibility:
            self._gallery.change_album(album_id, {"visibility": said["visibility"]})

    def _refuse(self, name: str, reason: str, sentence: str) -> None:
        self._refused += 1
        print_failure(self._console, sentence, reason, of=name)


def _date(photo: dict[str, Any]) -> dict[str, Any]:
    date = {"takenAtLocal": photo["takenAtLocal"]}
    return date | ({"takenAtOffset": photo["takenAtOffset"]} if photo["takenAtOffset"] else {})


def _parts(changes: dict[str, Any]) -> list[dict[str, Any]]:
    """Return each change alone, a date with its offset."""
    date = {name: value for name, value in changes.items() if name.startswith("takenAt")}
    return [{name: changes[name]} for name in changes if name not in date] + ([date] if date else [])
