"""A progress bar and the final words of an upload."""

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

    from contactsheet.engine.folders import Found


class UploadProgress:
    """Watches an upload: one bar over all bytes, and a line for each file that is not taken."""

    def __init__(self, console: Console, found: Found) -> None:
        self._console = console
        self._sizes = {file.path: file.size_bytes for file in found.files}
        self._counted: Counter[Path] = Counter()
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
            # A log file needs the end, not the way.
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(self._words(), total=found.size_bytes or None)

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        self._bar.stop()

    def sent(self, path: Path, count_bytes: int) -> None:
        """Move the bar."""
        with self._lock:
            self._counted[path] += count_bytes
        self._bar.advance(self._task, count_bytes)

    def finished(self, result: Result) -> None:
        """Count a file, and name it where it was not taken."""
        self._finished += 1
        with self._lock:
            rest = self._sizes.get(result.path, 0) - self._counted.pop(result.path, 0)
        self._bar.update(self._task, advance=rest, description=self._words())
        if not result.is_in_the_gallery:
            say_not_taken(self._console, result)

    def waits(self, sentence: str) -> None:
        """Say why nothing moves."""
        self._bar.update(self._task, description=sentence or self._words())

    def _words(self) -> str:
        return f"{self._finished} of {len(self._sizes)}"


def say_not_taken(console: Console, result: Result) -> None:
    """Name a file that is not in the gallery, with its reason code and sentence."""
    console.print(f"{escape(str(result.path))}\n  {escape(result.sentence)} [dim]({result.reason})[/dim]")


def summary(results: Sequence[Result], *, total: int, left_alone: int) -> str:
    """Return one sentence on what came of all files."""
    counts = Counter(result.outcome for result in results)
    parts = [f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]]
    not_reached = total - len(results)
    if not_reached:
        parts.append(f"{not_reached} not reached")
    said = ", ".join(parts) or "no pictures found"
    beside = f" {left_alone} other {'file' if left_alone == 1 else 'files'} left alone." if left_alone else ""
    return said[0].upper() + said[1:] + "." + beside
