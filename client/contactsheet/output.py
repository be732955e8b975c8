"""Messages go to standard error and data to standard output, so data can be piped."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.markup import escape


class Output:
    """The command's two output streams."""

    def __init__(self) -> None:
        self.messages = Console(stderr=True, highlight=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """Write one line of data."""
        sys.stdout.write(text + "\n")


def print_failure(console: Console, sentence: str, reason: str, *, of: object = "") -> None:
    """Print what failed, with its sentence and reason code."""
    text = f"{of}\n  {sentence}" if of else sentence
    console.print(f"{escape(text)} [dim]({reason})[/dim]")
