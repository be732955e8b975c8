"""Give uploaded photos what their archive says: captions, tags, dates, marks, and albums in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contactsheet.completing import Completing, words_of
from contactsheet.engine.interfaces import Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console

    from contactsheet.archive import Archive
    from contactsheet.web_gallery import WebGallery

WORDS = ("caption", "altText", "tags")
SAME = (*WORDS, "favorite", "archived", "rotation")
"""What the API and an archive name alike."""


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
        self._completing = Completing(gallery, console, sleep)
        self._restored = self._albums = self._searches = 0

    def restore(self, archive: Archive, uploaded: Iterable[str]) -> bool:
        """Restore photos, of which these are there, and then albums. Return whether all was taken."""
        ids = self._restore_photos(archive, set(uploaded))
        self._restore_albums(archive, ids)
        self._restore_searches(archive)
        self._console.print(
            f"Restored: {self._restored} photos, {self._albums} albums, {self._searches} saved searches."
        )
        return not self._completing.refused

    def _restore_photos(self, archive: Archive, uploaded: set[str]) -> dict[str, str]:
        """Restore each photo once it is processed. Return its id here by the one of the archive.

        What is said of a photo is found by its bytes: people move and rename files.
        """
        known, ids = archive.by_hash(), dict[str, str]()
        for photo in self._completing.processed({photo_id: photo_id for photo_id in uploaded}):
            if said := known.get(photo["sha256"]):
                ids[said["id"]] = photo["id"]
                changes = self._changes(photo, said)
                name = said["file"] or said["fileName"]
                self._restored += not changes or self._completing.change(photo["id"], changes, name)
        return ids

    def _changes(self, photo: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        words = words_of(photo)
        there = photo | {name: words[name] for name in WORDS}
        changes = {name: said[name] for name in SAME if name in said and said[name] != there[name]}
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
                self._completing.refuse(said["title"], refusal.reason, str(refusal))

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

    def _restore_searches(self, archive: Archive) -> None:
        left = list(self._gallery.archive()["smartAlbums"])
        for said in archive.smart_albums:
            search = {name: said[name] for name in ("title", "query")}
            try:
                if search in left:
                    left.remove(search)
                else:
                    self._gallery.save_search(**search)
                self._searches += 1
            except Refusal as refusal:
                self._completing.refuse(said["title"], refusal.reason, str(refusal))


def _date(photo: dict[str, Any]) -> dict[str, Any]:
    date = {"takenAtLocal": photo["takenAtLocal"]}
    return date | ({"takenAtOffset": photo["takenAtOffset"]} if photo["takenAtOffset"] else {})
