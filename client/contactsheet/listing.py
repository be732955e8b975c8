"""``contactsheet list``, and the filters that ``list`` and ``download`` share."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from contactsheet.exits import Exit

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

STATES = ("awaiting", "pending", "approved", "rejected", "failed")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Add the filter options."""
    parser.add_argument("--state", action="append", choices=STATES, help="only this state (repeatable)")
    parser.add_argument("--tag", action="append", help="only photos with this tag (repeat to require all)")
    parser.add_argument("--album", metavar="ID", help="only this album")
    parser.add_argument("--favorites", action="store_true", help="only your favorites")
    parser.add_argument("--archived", action="store_true", help="only photos in your archive")
    parser.add_argument("--search", metavar="TEXT", help="only photos that match this text")
    parser.add_argument("--trashed", action="store_true", help="only photos in the trash")
    parser.add_argument("--limit", type=int, metavar="N", help="only the N newest photos")


def filtered_photos(
    gallery: WebGallery, options: argparse.Namespace, *, every_file: bool
) -> Iterator[dict[str, Any]]:
    """Yield your own photos that match the filters, newest first.

    Unless ``every_file``, raw files that the gallery shows by their JPEG are left out.
    """
    query: dict[str, Any] = {
        "state": options.state,
        "tag": options.tag,
        "album": options.album,
        "favorite": "true" if options.favorites else None,
        "archived": "true" if options.archived else None,
        "q": options.search,
        "trashed": "true" if options.trashed else None,
        "stacked": "true" if every_file else None,
    }
    return islice(gallery.photos({name: value for name, value in query.items() if value}), options.limit)


def list_photos(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Print id, state, upload time, size and name of each photo, or the API's JSON."""
    for photo in filtered_photos(gallery, options, every_file=True):
        output.line(json.dumps(photo) if options.json else _line(photo))
    return Exit.DONE


def _line(photo: dict[str, Any]) -> str:
    size_kilobytes = -(-(photo["sizeBytes"] or 0) // 1000)
    uploaded = photo["createdAt"][:16].replace("T", " ")
    name = photo["fileName"] or photo["caption"]
    return f"{photo['id']}  {photo['state']:<8}  {uploaded}  {size_kilobytes:>6} kB  {name}"
