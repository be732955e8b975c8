"""``contactsheet download``: your own photos, in parallel, each complete or not at all."""

from __future__ import annotations

import argparse
import hashlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests
from rich.progress import Progress

from contactsheet.archive import ArchiveWriter
from contactsheet.destinations import ORIGINAL, Destination, DestinationFolder
from contactsheet.engine.content import BLOCK_BYTES
from contactsheet.engine.interfaces import STORE_UNAVAILABLE, Refusal, Unavailable
from contactsheet.engine.prefetch import prefetch
from contactsheet.exits import Exit
from contactsheet.listing import filtered_photos
from contactsheet.output import print_failure
from contactsheet.transport import retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

MAX_CHECKS = 30
"""How often to ask for a photo that is still being processed; the gallery asks for 2 seconds in between."""
MAX_ATTEMPTS = 3

STILL_PROCESSING = "This photo is still being processed. Run the same command again in a minute."
NOT_COMPLETE = "The download doesn't match the uploaded photo. Run the same command again."
ALL_ALONE = "Nothing was downloaded. --all takes no IDs, no --size and no filters but --album."
NOT_FOUND = "You don't have a photo with this ID."


def size_name(text: str) -> str:
    """Return the text if it can be a size. The gallery decides which sizes it has."""
    if text != ORIGINAL and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"use {ORIGINAL} or a number of pixels")
    return text


@dataclass(frozen=True, slots=True)
class DownloadResult:
    """The outcome of one photo."""

    photo_id: str
    outcome: str
    path: Path | None = None
    reason: str = ""
    sentence: str = ""


class Downloader:
    """Downloads photos to their destinations; used by several threads."""

    def __init__(
        self, gallery: WebGallery, size: str, *, sleep: Callable[[float], object] | None = None
    ) -> None:
        self._gallery = gallery
        self._size = size
        self._sleep = sleep or threading.Event().wait

    def download(self, destination: Destination | DownloadResult) -> DownloadResult:
        """Download a photo unless it is there already; pass a result through.

        Raises:
            Unavailable: The gallery or its store does not respond.
        """
        if isinstance(destination, DownloadResult):
            return destination
        if destination.is_complete:
            return DownloadResult(destination.photo_id, "already there", destination.path)
        try:
            self._fetch(destination)
        except Refusal as refusal:
            return _not_downloaded(destination.photo_id, refusal)
        return DownloadResult(destination.photo_id, "downloaded", destination.path)

    def _fetch(self, destination: Destination) -> None:
        destination.path.parent.mkdir(exist_ok=True)
        unfinished = destination.path.with_name(f".{destination.photo_id}.part")
        try:
            for _ in range(MAX_ATTEMPTS):
                if self._fetch_once(destination, unfinished):
                    unfinished.replace(destination.path)
                    return
        finally:
            unfinished.unlink(missing_ok=True)
        raise Refusal("not_whole", NOT_COMPLETE)

    def _fetch_once(self, destination: Destination, unfinished: Path) -> bool:
        digest = hashlib.sha256()
        try:
            with self._gallery.transport.fetch(self._address(destination.photo_id)) as answer:
                if answer.status_code != HTTPStatus.OK:
                    return False
                with unfinished.open("wb") as file:
                    for block in answer.iter_content(BLOCK_BYTES):
                        file.write(block)
                        digest.update(block)
                    return destination.matches(file.tell(), digest.hexdigest())
        except requests.RequestException as problem:
            raise Unavailable(STORE_UNAVAILABLE) from problem

    def _address(self, photo_id: str) -> str:
        """Return a fresh address; wait while the photo is being processed."""
        for _ in range(MAX_CHECKS):
            answer = self._gallery.address(photo_id, self._size)
            if answer.status_code != HTTPStatus.ACCEPTED:
                return str(answer.headers["Location"])
            self._sleep(retry_after_seconds(answer))
        raise Refusal("still_processing", STILL_PROCESSING)


def download(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Download the given photos, or all that match the filters, and print their paths."""
    if options.all and (options.ids or not _is_unfiltered(options)):
        output.messages.print(ALL_ALONE)
        return Exit.USAGE_ERROR
    options.to.mkdir(parents=True, exist_ok=True)
    archive = ArchiveWriter(options.to, gallery.archive()) if options.all else None
    if options.ids:
        photos = list(gallery.photos_by_id(options.ids))
    elif archive or _is_one_album(options):
        photos = [_listed(photo) for photo in gallery.archive_photos(options.album or "")]
    else:
        photos = list(filtered_photos(gallery, options, every_file=options.size == ORIGINAL))
    said = {photo["id"]: photo for photo in photos}
    destinations = _destinations(DestinationFolder(options.to, options.size), photos)
    downloader = Downloader(gallery, options.size)
    counts: Counter[str] = Counter()
    with (
        Progress(console=output.messages, transient=True, disable=not output.messages.is_terminal) as bar,
        ThreadPoolExecutor(options.parallel) as pool,
    ):
        task = bar.add_task("Downloading", total=len(photos))
        for result in prefetch(pool, downloader.download, destinations, distance=4 * options.parallel):
            bar.advance(task)
            _report(result, counts, output)
            if archive:
                archive.add(said[result.photo_id], result.path)
    if archive:
        archive.write()
    found = {photo["id"] for photo in photos}
    for photo_id in map(str, options.ids):
        if photo_id not in found:
            _report(_not_downloaded(photo_id, Refusal("not_found", NOT_FOUND)), counts, output)
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    output.messages.print(f"{summary or 'No photos to download'}.")
    return Exit.INCOMPLETE if counts["not downloaded"] else Exit.DONE


def _is_one_album(options: argparse.Namespace) -> bool:
    """Return whether originals of an album are wanted and nothing else: then they are named as in a zip."""
    return bool(options.album) and _is_unfiltered(options)


def _is_unfiltered(options: argparse.Namespace) -> bool:
    names = ("state", "tag", "favorites", "archived", "search", "trashed", "limit")
    return options.size == ORIGINAL and not any(getattr(options, name) for name in names)


def _listed(photo: dict[str, Any]) -> dict[str, Any]:
    """Return a photo of an archive with what a destination needs."""
    about = photo["about"]
    return {**photo, "fileName": about["fileName"], "sha256": about["sha256"]}


def _destinations(
    folder: DestinationFolder, photos: Iterable[dict[str, Any]]
) -> Iterator[Destination | DownloadResult]:
    for photo in photos:
        if photo.get("sentence") and "about" in photo:
            yield _not_downloaded(photo["id"], Refusal("not_available", photo["sentence"]))
            continue
        try:
            yield folder.destination_of(photo)
        except Refusal as refusal:
            yield _not_downloaded(photo["id"], refusal)


def _not_downloaded(photo_id: str, refusal: Refusal) -> DownloadResult:
    return DownloadResult(photo_id, "not downloaded", None, refusal.reason, str(refusal))


def _report(result: DownloadResult, counts: Counter[str], output: Output) -> None:
    counts[result.outcome] += 1
    if result.path:
        output.line(str(result.path))
    else:
        print_failure(output.messages, result.sentence, result.reason, of=result.photo_id)
