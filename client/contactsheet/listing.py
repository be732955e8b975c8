"""``contactsheet list``, and the filters that listing and downloading share."""

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
    """Add the options that choose photos."""
    parser.add_argument("--state", action="append", choices=STATES, help="only in this state (repeatable)")
    parser.add_argument("--tag", action="append", help="only with this tag (repeatable: with all of them)")
    parser.add_argument("--album", metavar="ID", help="only in this album")
    parser.add_argument("--search", metavar="WORDS", help="only with these words")
    parser.add_argument("--trashed", action="store_true", help="what lies in the trash instead")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N, the newest")


def chosen(gallery: WebGallery, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Give one's own photos that the filters choose, newest first."""
    query: dict[str, Any] = {
        "state": options.state,
        "tag": options.tag,
        "album": options.album,
        "q": options.search,
        "trashed": "true" if options.trashed else None,
    }
    wanted = {name: value for name, value in query.items() if value}
    return islice(gallery.photos(wanted), options.limit)


def list_photos(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """List one's own photos: id, state, instant of upload, size and name; or the API's JSON."""
    for photo in chosen(gallery, options):
        output.line(json.dumps(photo) if options.json else _line(photo))
    return Exit.DONE


def _line(photo: dict[str, Any]) -> str:
    size_kilobytes = -(-(photo["sizeBytes"] or 0) // 1000)
    uploaded = photo["createdAt"][:16].replace("T", " ")
    name = photo["fileName"] or photo["caption"]
    return f"{photo['id']}  {photo['state']:<8}  {uploaded}  {size_kilobytes:>6} kB  {name}"
