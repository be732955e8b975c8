"""Run the whole gallery on this machine until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

from infra import ports
from infra.commands import CommandError, say
from infra.embedded import EmbeddedAws
from infra.local.folder import PROJECT, Folder
from infra.local.gallery import ADMIN
from infra.local.runner import Run

if TYPE_CHECKING:
    from pathlib import Path

WEB_PORT, AWS_PORT = 8000, 4566


def shown(path: Path) -> str:
    """Return the path relative to the project if possible."""
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)


def banner(run: Run) -> str:
    """Return the text that tells a newcomer what to do next."""
    folder = run.folder
    password = folder.password_file.read_text().strip() if folder.password_file.exists() else None
    login = f"{ADMIN} / {password}" if password else "an admin"
    return f"""
  Contactsheet is running:  {run.site_origin}/

  1. Open it, sign up, and drop photos anywhere on the page.
  2. Approve them as a moderator:  {run.site_origin}/admin/
     Sign in as {login}
  3. Sign out: the photos you approved are public.

  Photos and accounts are kept in {shown(folder.path)}/; logs are in \
{shown(folder.logs)}/.
  Gallery commands:  make manage ARGS=help     Stop:  Ctrl-C
"""


def run_gallery(folder: Folder, lock: IO[str]) -> int:
    """Run until stopped and return the exit status; write this run's address to the lock."""
    python = PROJECT / ".venvs" / "embedded" / "bin" / "python"
    aws = EmbeddedAws(python, folder.aws, ports.choose("AWS_PORT", AWS_PORT))
    run = Run(folder, ports.choose("PORT", WEB_PORT), aws)
    lock.write(f"The gallery is already running: {run.site_origin}/ (process {os.getpid()}).")
    lock.flush()
    aws.log_path.unlink(missing_ok=True)
    run.processes.listen_to_signals()
    ended: str | None = None
    try:
        run.start()
        say(banner(run))
        ended = run.until_stopped()
        say(f"The {ended} process ended unexpectedly. Stopping the others ..." if ended else "Stopping ...")
    finally:
        run.stop()
    say("Stopped. Photos and accounts are kept for the next run.")
    return 1 if ended else 0


def main() -> int:
    """Take the lock and run; print errors."""
    folder = Folder.chosen()
    try:
        with folder.lock() as lock:
            folder.prepare()
            return run_gallery(folder, lock)
    except CommandError as problem:
        say(str(problem))
    return 1


if __name__ == "__main__":
    sys.exit(main())
