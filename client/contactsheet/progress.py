"""The progress bar and the summary of an upload."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Self

from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from contactsheet.engine.interfaces import Outcome, Result

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from contactsheet.engine.folders import FoundFiles


class UploadProgress:
    """Shows one bar for all bytes, and a line for each file that fails."""

    def __init__(self, console: Console, found: FoundFiles) -> None:
        self._console = console
        self._sizes = {file.path: file.size_bytes for file in found.files}
        self._sent_bytes: Counter[Path] = Counter()
        self._lock = threading.Lock()
        self._finished = 0
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            # A log file needs the summary only.
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(self._description(), total=found.size_bytes or None)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Hide the bar."""
        self._bar.stop()

    def sent(self, path: Path, count_bytes: int) -> None:
        """Advance the bar."""
        with self._lock:
            self._sent_bytes[path] += count_bytes
        self._bar.advance(self._task, count_bytes)

    def finished(self, result: Result) -> None:
        """Count a file, and print it if it failed."""
        self._finished += 1
        with self._lock:
            rest = self._sizes.get(result.path, 0) - self._sent_bytes.pop(result.path, 0)
        self._bar.update(self._task, advance=rest, description=self._description())
        if not result.is_in_the_gallery:
            print_failure(self._console, result)

    def waiting(self, sentence: str) -> None:
        """Show why the upload is waiting."""
        self._bar.update(self._task, description=sentence or self._description())

    def _description(self) -> str:
        return f"{self._finished} of {len(self._sizes)}"


def print_failure(console: Console, result: Result) -> None:
    """Print a file that is not in the gallery, with its sentence and reason code."""
    console.print(f"{escape(str(result.path))}\n  {escape(result.sentence)} [dim]({result.reason})[/dim]")


def summary(results: Sequence[Result], *, total: int, skipped: int) -> str:
    """Return the outcome of all files in a sentence."""
    counts = Counter(result.outcome for result in results)
    parts = [f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]]
    if total > len(results):
        parts.append(f"{total - len(results)} not reached")
    text = f"{', '.join(parts) or 'No photos found'}."
    return f"{text} Skipped {skipped} other {'file' if skipped == 1 else 'files'}." if skipped else text
