"""Messages go to standard error and data to standard output, so data can be piped."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from rich.console import Console


def _message_console() -> Console:
    return Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True, slots=True)
class Output:
    """The command's two output streams."""

    messages: Console = field(default_factory=_message_console)

    def line(self, text: str) -> None:
        """Write one line of data."""
        sys.stdout.write(text + "\n")
