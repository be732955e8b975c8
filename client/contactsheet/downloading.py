"""``contactsheet download``: one's own photos, several at once, each whole or not at all."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from rich.markup import escape
from rich.progress import Progress

from contactsheet.engine.ahead import ahead
from contactsheet.engine.content import BLOCK_BYTES
from contactsheet.engine.interfaces import Refusal, Unavailable
from contactsheet.exits import Exit
from contactsheet.listing import chosen
from contactsheet.places import ORIGINAL, Place, Places
from contactsheet.transport import STORE_SILENT, retry_after_seconds

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

SIZES = (ORIGINAL, "320", "800", "1600")
MAX_LOOKS = 30
"""How often to ask for a photo that is still being processed; the gallery says 2 seconds apart."""
MAX_TRIES = 3

STILL_PROCESSING = "This photo is still being processed. Run the same command again in a minute."
NOT_WHOLE = "What arrived is not what was uploaded. Run the same command again."
NO_SUCH_PHOTO = "There is no such photo of yours."


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one photo."""

    photo_id: str
    word: str
    path: Path | None = None
    reason: str = ""
    sentence: str = ""


class Downloader:
    """Fetches photos to their places; used by several threads."""

    def __init__(
        self, gallery: WebGallery, size: str, *, pause: Callable[[float], object] | None = None
    ) -> None:
        self._gallery = gallery
        self._size = size
        self._pause = pause or threading.Event().wait

    def end(self, place: Place | Ended) -> Ended:
        """Fetch a photo unless it is there.

        Raises:
            Unavailable: the gallery or its store does not answer.
        """
        if isinstance(place, Ended):
            return place
        if place.is_filled:
            return Ended(place.photo_id, "already there", place.path)
        try:
            self._fetch(place)
        except Refusal as refusal:
            return _not_downloaded(place.photo_id, refusal)
        return Ended(place.photo_id, "downloaded", place.path)

    def _fetch(self, place: Place) -> None:
        unfinished = place.path.with_name(f".{place.photo_id}.part")
        try:
            for _ in range(MAX_TRIES):
                if self._is_received(place, unfinished):
                    unfinished.replace(place.path)
                    return
        finally:
            unfinished.unlink(missing_ok=True)
        raise Refusal("not_whole", NOT_WHOLE)

    def _is_received(self, place: Place, unfinished: Path) -> bool:
        digest = hashlib.sha256()
        try:
            with self._gallery.transport.fetch(self._address(place.photo_id)) as answer:
                if answer.status_code != HTTPStatus.OK:
                    return False
                with unfinished.open("wb") as file:
                    for block in answer.iter_content(BLOCK_BYTES):
                        file.write(block)
                        digest.update(block)
                    return place.takes(file.tell(), digest.hexdigest())
        except requests.RequestException as problem:
            raise Unavailable(STORE_SILENT) from problem

    def _address(self, photo_id: str) -> str:
        """Return a fresh address, after waiting for a photo that is being processed."""
        for _ in range(MAX_LOOKS):
            if self._size == ORIGINAL:
                answer = self._gallery.original(photo_id)
            else:
                answer = self._gallery.thumbnail(photo_id, self._size)
            if answer.status_code != HTTPStatus.ACCEPTED:
                return str(answer.headers["Location"])
            self._pause(retry_after_seconds(answer))
        raise Refusal("still_processing", STILL_PROCESSING)


def download(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Download the named photos, or all that the filters choose; their paths go to the output."""
    options.to.mkdir(parents=True, exist_ok=True)
    photos = list(gallery.photos_of(options.ids) if options.ids else chosen(gallery, options))
    places = _placed(Places(options.to, options.size), photos)
    downloader = Downloader(gallery, options.size)
    counts: Counter[str] = Counter()
    with (
        Progress(console=output.words, transient=True, disable=not output.words.is_terminal) as bar,
        ThreadPoolExecutor(options.parallel) as pool,
    ):
        task = bar.add_task("Downloading", total=len(photos))
        for ended in ahead(pool, downloader.end, places, distance=4 * options.parallel):
            bar.advance(task)
            _tell(ended, counts, output)
    there = {photo["id"] for photo in photos}
    for photo_id in map(str, options.ids):
        if photo_id not in there:
            _tell(_not_downloaded(photo_id, Refusal("not_found", NO_SUCH_PHOTO)), counts, output)
    said = ", ".join(f"{count} {word}" for word, count in counts.items()) or "nothing to download"
    output.words.print(said[0].upper() + said[1:] + ".")
    return Exit.NOT_ALL if counts["not downloaded"] else Exit.DONE


def _placed(places: Places, photos: Iterable[dict[str, Any]]) -> Iterator[Place | Ended]:
    for photo in photos:
        try:
            yield places.place(photo)
        except Refusal as refusal:
            yield _not_downloaded(photo["id"], refusal)


def _not_downloaded(photo_id: str, refusal: Refusal) -> Ended:
    return Ended(photo_id, "not downloaded", None, refusal.reason, refusal.sentence)


def _tell(ended: Ended, counts: Counter[str], output: Output) -> None:
    counts[ended.word] += 1
    if ended.path:
        output.line(str(ended.path))
    else:
        output.words.print(f"{ended.photo_id}\n  {escape(ended.sentence)} [dim]({ended.reason})[/dim]")
