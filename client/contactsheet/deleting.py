"""``contactsheet delete``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contactsheet.exits import Exit

if TYPE_CHECKING:
    import argparse
    from uuid import UUID

    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

NOT_SURE = "Nothing was deleted. To delete for ever, say --forever --yes."


def delete(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Move photos to the trash, or delete them for ever; the answer for each id goes to the output."""
    if options.forever and not options.yes:
        output.words.print(NOT_SURE)
        return Exit.NOT_UNDERSTOOD
    ids: list[UUID] = list(dict.fromkeys(options.ids))
    counts = {"trashed": 0, "deleted": 0, "notFound": 0}
    for photo_id, outcome in gallery.delete(ids, forever=options.forever):
        counts[outcome] += 1
        output.line(f"{photo_id}  {outcome}")
    said = [f"{counts['deleted']} deleted for ever"] if options.forever else []
    if not options.forever:
        said = [f"{counts['trashed']} moved to the trash, where they stay for 30 days"]
    if counts["notFound"]:
        said.append(f"{counts['notFound']} not found among your photos")
    output.words.print("; ".join(said) + ".")
    return Exit.NOT_ALL if counts["notFound"] else Exit.DONE
