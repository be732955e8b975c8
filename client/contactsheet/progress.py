"""The progress bar and the summary of an upload."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Self

from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from contactsheet.engine.interfaces import Outcome, Result
from contactsheet.output import print_failure

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console

    from contactsheet.engine.folders import FoundFiles

MAX_NAMED = 10
"""So many skipped files are named for each reason; ``--json`` names all."""


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
        if result.is_failure:
            print_failure(self._console, result.sentence, result.reason, of=result.path)

    def waiting(self, sentence: str) -> None:
        """Show why the upload is waiting."""
        self._bar.update(self._task, description=sentence or self._description())

    def _description(self) -> str:
        return f"{self._finished} of {len(self._sizes)}"


def summary(results: Sequence[Result], *, not_reached: int) -> str:
    """Return the outcome of all files in a sentence, and below it what was skipped and why."""
    counts = Counter(result.outcome for result in results)
    skipped = counts.pop(Outcome.SKIPPED, 0)
    parts = [f"{counts[outcome]} {outcome}" for outcome in Outcome if counts[outcome]]
    if not_reached:
        parts.append(f"{not_reached} not reached")
    text = f"{', '.join(parts) or 'No photos found'}."
    if not skipped:
        return text
    return f"{text} Skipped {skipped} other {'file' if skipped == 1 else 'files'}:\n{_skipped(results)}"


def _skipped(results: Sequence[Result]) -> str:
    """Return a line for each reason, with the first files; ``--json`` lists all of them."""
    paths: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.outcome is Outcome.SKIPPED:
            paths.setdefault((result.sentence, result.reason), []).append(str(result.path))
    lines = []
    for (sentence, reason), named in paths.items():
        more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
        lines.append(f"  {sentence} ({reason}) {', '.join(named[:MAX_NAMED])}{more}")
    return "\n".join(lines)
