"""``contactsheet upload``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from contactsheet.engine import folders
from contactsheet.engine.interfaces import Result, Unavailable
from contactsheet.engine.upload import UploadRun
from contactsheet.exits import Exit
from contactsheet.progress import UploadProgress, summary

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from contactsheet.engine.folders import Found
    from contactsheet.engine.interfaces import Gallery
    from contactsheet.output import Output

RUN_AGAIN = "Nothing is lost; run the same command again to go on."


def bring(
    gallery: Gallery, named: list[str], *, parallel: int, console: Console
) -> tuple[Exit, list[Result]]:
    """Bring files and folders into a gallery and tell how it went."""
    found = folders.find(Path(name) for name in named)
    with UploadProgress(console, found) as progress:
        for unreadable in found.unreadable:
            progress.finished(unreadable)
        run = UploadRun(gallery, progress, parallel=parallel)
        status, said = _ended(run, found)
    results = [*found.unreadable, *run.results]
    total = len(found.files) + len(found.unreadable)
    console.print(escape(summary(results, total=total, left_alone=found.left_alone)))
    if said:
        console.print(escape(said))
    if status is Exit.DONE and not all(result.is_in_the_gallery for result in results):
        status = Exit.NOT_ALL
    return status, results


def _ended(run: UploadRun, found: Found) -> tuple[Exit, str]:
    try:
        run.run(found.files)
    except KeyboardInterrupt:
        return Exit.STOPPED, f"Stopped. {RUN_AGAIN}"
    except Unavailable as silence:
        said = str(silence)
        return Exit.UNAVAILABLE, said if "again" in said else f"{said} {RUN_AGAIN}"
    return Exit.DONE, ""


def upload(gallery: Gallery, options: argparse.Namespace, output: Output) -> Exit:
    """Upload what is named."""
    status, results = bring(gallery, options.paths, parallel=options.parallel, console=output.words)
    if options.json:
        for result in results:
            output.line(as_json(result))
    return status


def as_json(result: Result) -> str:
    """Return a result as one line."""
    return json.dumps(
        {
            "path": str(result.path),
            "outcome": result.outcome.replace(" ", "_"),
            "photoId": str(result.photo_id) if result.photo_id else None,
            "reason": result.reason or None,
            "sentence": result.sentence or None,
        }
    )
