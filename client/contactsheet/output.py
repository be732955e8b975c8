"""Words go to the error stream, data to the output stream, so that data can be piped."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from rich.console import Console


def _words() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Output:
    """Where a command speaks."""

    words: Console = field(default_factory=_words)

    def line(self, text: str) -> None:
        """Give one line of data."""
        sys.stdout.write(text + "\n")
