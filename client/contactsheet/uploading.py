"""``contactsheet upload``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape

from contactsheet.archive import archives_in
from contactsheet.engine.folders import find_files
from contactsheet.engine.interfaces import Result, Unavailable
from contactsheet.engine.upload import UploadRun
from contactsheet.exits import Exit
from contactsheet.progress import UploadProgress, summary
from contactsheet.restoring import Restoring

if TYPE_CHECKING:
    import argparse

    from rich.console import Console

    from contactsheet.engine.folders import FoundFiles
    from contactsheet.engine.interfaces import Gallery
    from contactsheet.output import Output
    from contactsheet.web_gallery import WebGallery

STOPPED = "Stopped. Uploaded photos are kept. Run the same command again to resume."
KEPT = "Uploaded photos are kept."


def upload_paths(
    gallery: Gallery, paths: list[str], *, parallel: int, console: Console
) -> tuple[Exit, list[Result]]:
    """Upload files and folders to a gallery and print a summary."""
    found = find_files(Path(path) for path in paths)
    return upload_found(gallery, found, parallel=parallel, console=console)


def upload_found(
    gallery: Gallery, found: FoundFiles, *, parallel: int, console: Console
) -> tuple[Exit, list[Result]]:
    """Upload what was found and print a summary."""
    with UploadProgress(console, found) as progress:
        for result in found.left_alone:
            if result.is_failure:
                progress.finished(result)
        run = UploadRun(gallery, progress, parallel=parallel)
        status, message = _run(run, found)
    results = [*found.left_alone, *run.results]
    console.print(escape(summary(results, not_reached=len(found.files) - len(run.results))))
    if message:
        console.print(escape(message))
    if status is Exit.DONE and any(result.is_failure for result in results):
        status = Exit.INCOMPLETE
    return status, results


def _run(run: UploadRun, found: FoundFiles) -> tuple[Exit, str]:
    try:
        run.run(found.files)
    except KeyboardInterrupt:
        return Exit.STOPPED, STOPPED
    except Unavailable as problem:
        return Exit.UNAVAILABLE, f"{problem} {KEPT}"
    return Exit.DONE, ""


def upload(gallery: WebGallery, options: argparse.Namespace, output: Output) -> Exit:
    """Upload the paths of the command line. A folder that is an archive is restored: see ``archive``."""
    archives = archives_in(Path(path) for path in options.paths)
    if archives:
        gallery.visibility = "private"
    status, results = upload_paths(gallery, options.paths, parallel=options.parallel, console=output.messages)
    if options.json:
        for result in results:
            output.line(json_of(result))
    if status in {Exit.STOPPED, Exit.UNAVAILABLE}:
        return status
    restoring = Restoring(gallery, output.messages, keeps_visibility=options.keep_visibility)
    for archive in archives:
        uploaded = [
            str(result.photo_id)
            for result in results
            if result.photo_id and result.path.is_relative_to(archive.folder)
        ]
        if not restoring.restore(archive, uploaded):
            status = Exit.INCOMPLETE
    return status


def json_of(result: Result) -> str:
    """Return one file's outcome as a line of JSON."""
    return json.dumps(
        {
            "path": str(result.path),
            "outcome": result.outcome.replace(" ", "_"),
            "photoId": str(result.photo_id) if result.photo_id else None,
            "reason": result.reason or None,
            "sentence": result.sentence or None,
        }
    )
