"""Run other programs, and the error that ends a command of this folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import IO


class CommandError(Exception):
    """The command can't go on; the text says why and is shown to the user."""


def say(text: str) -> None:
    """Print progress at once."""
    print(text, flush=True)  # noqa: T201  # this is the command's output


def run(
    command: Sequence[str],
    failure: str,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    within_seconds: float | None = None,
) -> str:
    """Run a program that reads nothing, and return what it prints.

    Raises:
        CommandError: it failed or took too long; the text is ``failure`` and the end of its output.
    """
    try:
        ended = subprocess.run(  # noqa: S603  # our own command lines
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise CommandError(f"{failure} It took longer than {error.timeout / 60:.0f} minutes.") from error
    if ended.returncode:
        raise CommandError(f"{failure}\n{ended.stdout.strip()[-3000:]}")
    return ended.stdout


def start(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], log: IO[bytes] | None
) -> subprocess.Popen[bytes]:
    """Start a program that dies with this process; without ``log`` it writes to the terminal."""
    guard = Path(__file__).with_name("die_with_parent.py")
    return subprocess.Popen(  # noqa: S603  # our own command lines
        [sys.executable, str(guard), *command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT if log else None,
        # A group of its own: Ctrl-C in the terminal must reach only the process that stops it.
        start_new_session=True,
    )
