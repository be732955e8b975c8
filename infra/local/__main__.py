"""Run the whole gallery on this machine until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING

from infra import ports
from infra.bytecode import BytecodeError
from infra.embedded import EmbeddedAws, EmbeddedAwsError
from infra.local.folder import PROJECT, Folder, RunsAlreadyError
from infra.local.gallery import ADMIN
from infra.local.runner import CannotRunError, Run, say
from infra.stacks import StackError
from infra.worker_zip import WorkerZipError

if TYPE_CHECKING:
    from pathlib import Path

WEB_PORT, AWS_PORT = 8000, 4566


def choose_port(variable: str, preferred: int) -> int:
    """Return the port that the variable demands, or the preferred one, or a free one.

    Raises:
        CannotRunError: the demanded port is taken or is none.
    """
    demanded = os.environ.get(variable)
    try:
        port = ports.choose(preferred, demanded)
    except ports.PortTakenError as problem:
        raise CannotRunError(f"{problem} Name another: make run {variable}={ports.any_free()}") from None
    except ValueError:
        raise CannotRunError(f"{variable}={demanded} is not a port.") from None
    if port != preferred and not demanded:
        say(f"Port {preferred} is taken by another program, so this takes {port}.")
    return port


def shown(path: Path) -> str:
    """Return a path as short as it can be said."""
    return str(path.relative_to(PROJECT) if path.is_relative_to(PROJECT) else path)


def banner(run: Run) -> str:
    """Return what tells a newcomer what to do next."""
    folder = run.folder
    password = folder.password_file.read_text().strip() if folder.password_file.exists() else None
    login = f"{ADMIN} / {password}" if password else "with an admin's account"
    return f"""
  Contactsheet is here:   {run.site_origin}/

  1. Open it, sign up, and drop photos anywhere on the page.
  2. Approve them as the moderator:  {run.site_origin}/admin/
     Sign in as {login}
  3. Look again without an account: what you approved is public.

  Photos and accounts stay in {shown(folder.path)}/ between runs; logs are in \
{shown(folder.logs)}/.
  Commands of the gallery:  make manage ARGS=help     Stop:  Ctrl-C
"""


def run_gallery(folder: Folder, lock: IO[str]) -> int:
    """Run until stopped and return the exit status; write into the lock who runs."""
    python = PROJECT / ".venvs" / "embedded" / "bin" / "python"
    aws = EmbeddedAws(python, folder.aws, choose_port("AWS_PORT", AWS_PORT))
    run = Run(folder, choose_port("PORT", WEB_PORT), aws)
    lock.write(f"The gallery already runs here: {run.site_origin}/ (process {os.getpid()}).")
    lock.flush()
    aws.log_path.unlink(missing_ok=True)
    run.processes.listen_to_signals()
    ended: str | None = None
    try:
        run.start()
        say(banner(run))
        ended = run.until_stopped()
        say(f"The {ended} ended by itself. Stopping the rest ..." if ended else "Stopping ...")
    finally:
        run.stop()
    say("Stopped. Everything is kept for the next run.")
    return 1 if ended else 0


def main() -> int:
    """Take the lock, run, and turn what goes wrong into words."""
    folder = Folder.chosen()
    try:
        with folder.lock() as lock:
            folder.prepare()
            return run_gallery(folder, lock)
    except (
        CannotRunError,
        EmbeddedAwsError,
        StackError,
        RunsAlreadyError,
        BytecodeError,
        WorkerZipError,
    ) as problem:
        say(str(problem))
    return 1


if __name__ == "__main__":
    sys.exit(main())
