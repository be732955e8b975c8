"""``contactsheet delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactsheet.exits import Exit

if TYPE_CHECKING:
    import argparse
    from uuid import UUID

    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

NOT_CONFIRMED = "Nothing was deleted. To delete permanently, add --yes to --forever."


def delete(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Move photos to the trash or delete them permanently; print the outcome for each id."""
    if options.forever and not options.yes:
        output.messages.print(NOT_CONFIRMED)
        return Exit.USAGE_ERROR
    ids: list[UUID] = list(dict.fromkeys(options.ids))
    counts = {"trashed": 0, "deleted": 0, "notFound": 0, "takenDown": 0}
    for photo_id, outcome in gallery.delete(ids, forever=options.forever):
        counts[outcome] += 1
        output.line(f"{photo_id}  {outcome}")
    parts = [
        f"{counts['deleted']} deleted permanently"
        if options.forever
        else f"{counts['trashed']} moved to trash"
    ]
    if counts["notFound"]:
        parts.append(f"{counts['notFound']} not found in your photos")
    if counts["takenDown"]:
        parts.append(f"{counts['takenDown']} kept because they were taken down")
    output.messages.print(f"{', '.join(parts)}.")
    return Exit.INCOMPLETE if counts["notFound"] or counts["takenDown"] else Exit.DONE
