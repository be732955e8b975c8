"""Run the whole gallery on this machine until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra import ports, worker_zip
from infra.embedded import EmbeddedAws, EmbeddedAwsError
from infra.local import aws as local_aws
from infra.local.environment import web_environment
from infra.local.folder import PROJECT, Folder, RunsAlreadyError, write_secret
from infra.local.gallery import ADMIN
from infra.local.processes import Processes
from infra.provision import Outputs, ProvisionError

if TYPE_CHECKING:
    from pathlib import Path

WEB_PORT, AWS_PORT = 8000, 4566
SERVES_WITHIN_SECONDS = 30.0


class CannotRunError(Exception):
    """The gallery cannot run here; the text is for the person who tried."""


@dataclass
class Run:
    """One run of the gallery: its ports and the processes behind them."""

    folder: Folder
    web_port: int
    aws: EmbeddedAws
    processes: Processes = field(default_factory=lambda: Processes({}))
    is_whole: bool = False

    @property
    def site_origin(self) -> str:
        """Return the address that people open."""
        return f"http://{ports.LOOPBACK}:{self.web_port}"

    def start(self) -> None:
        """Start everything and return once pages are served."""
        in_order = self.folder.was_stopped_in_order()
        say("Packing the worker ...")
        code = worker_zip.build()
        say("Starting the embedded AWS ...")
        outputs = local_aws.start(self.aws, local_aws.parameters(self.site_origin, code))
        local_aws.warm_worker(self.aws, outputs)
        self.folder.mark_running()
        write_secret(self.folder.aws_config_file, local_aws.web_role_config(self.aws, outputs))
        self.processes.environment = web_environment(
            self.folder, outputs, site_origin=self.site_origin, endpoint_url=self.aws.endpoint_url
        )
        self.folder.save_environment(self.processes.environment)
        say("Preparing the gallery ...")
        self.command([sys.executable, "-m", "infra.local.gallery"])
        if not in_order:
            self.look_after_unclean_stop(outputs)
        self.is_whole = True
        self.start_web()

    def look_after_unclean_stop(self, outputs: Outputs) -> None:
        """Have the worker make again what a kill took from the embedded AWS."""
        say("The last run was not stopped in order. Looking whether everything is there ...")
        local_aws.nudge_items_without_original(self.aws, outputs)
        self.command([sys.executable, "manage.py", "fsck", "--nudge"])

    def command(self, command: list[str]) -> None:
        """Run a command in the web's environment; its words go to a log.

        Raises:
            CannotRunError: it failed.
        """
        log = self.folder.logs / "prepare.log"
        with log.open("ab") as output:
            done = subprocess.run(  # noqa: S603  # our own command lines
                command,
                cwd=PROJECT,
                env=self.processes.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise CannotRunError(f"{' '.join(command[1:])} failed:\n{tail(log)}")

    def start_web(self) -> None:
        """Start web and scheduler and wait for the first page.

        Raises:
            CannotRunError: there is none within ``SERVES_WITHIN_SECONDS``.
        """
        python = sys.executable
        self.processes.start("web", [python, "-m", "gunicorn", *self.gunicorn_options(), "gallery.wsgi"])
        scheduler_log = self.folder.logs / "scheduler.log"
        self.processes.start("scheduler", [python, "-m", "infra.local.scheduler"], log=scheduler_log)
        deadline = time.monotonic() + SERVES_WITHIN_SECONDS
        while not serves(self.web_port):
            if time.monotonic() > deadline:
                raise CannotRunError(f"The web does not answer on port {self.web_port}.")
            time.sleep(0.05)

    def gunicorn_options(self) -> list[str]:
        """Return gunicorn's options: one process, threads, loopback only."""
        return [
            f"--bind={ports.LOOPBACK}:{self.web_port}",
            "--workers=1",
            "--threads=8",
            "--graceful-timeout=5",
            "--log-level=warning",
            f"--access-logfile={self.folder.logs / 'access.log'}",
        ]

    def until_stopped(self) -> str | None:
        """Return what ended by itself, or ``None`` when a person asked to stop."""
        return self.processes.wait(also=lambda: None if self.aws.is_running() else "embedded AWS")

    def stop(self) -> None:
        """Stop web and scheduler, then the embedded AWS, which saves its state."""
        self.processes.stop()
        running = self.aws.is_running()
        self.aws.stop()
        # Otherwise the next start must look again whether everything is there.
        if running and self.is_whole:
            self.folder.mark_stopped()


def serves(port: int) -> bool:
    """Tell whether the web answers at all."""
    connection = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status < 600
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def say(words: str) -> None:
    """Tell the person at the terminal."""
    print(words, flush=True)  # noqa: T201  # this is the program's voice


def tail(path: Path, lines: int = 30) -> str:
    """Return the last lines of a log."""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def choose_port(variable: str, preferred: int) -> int:
    """Return the port that the variable demands, or the preferred one, or a free one.

    Raises:
        CannotRunError: the demanded port is taken or is none.
    """
    try:
        return ports.choose(preferred, os.environ.get(variable))
    except ports.PortTakenError as problem:
        raise CannotRunError(f"{problem} Name another: make run {variable}={ports.any_free()}") from None
    except ValueError:
        raise CannotRunError(f"{variable}={os.environ[variable]} is not a port.") from None


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

  Photos and accounts stay in {folder.path.relative_to(PROJECT)}/ between runs; logs are in \
{folder.logs.relative_to(PROJECT)}/.
  Commands of the gallery:  make manage ARGS=help     Stop:  Ctrl-C
"""


def run_gallery(folder: Folder) -> int:
    """Run until stopped and return the exit status."""
    python = PROJECT / ".venvs" / "embedded" / "bin" / "python"
    aws = EmbeddedAws(python, folder.aws, choose_port("AWS_PORT", AWS_PORT))
    run = Run(folder, choose_port("PORT", WEB_PORT), aws)
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
    folder = Folder()
    try:
        with folder.lock() as lock:
            folder.prepare()
            lock.write(
                f"The gallery already runs here, as process {os.getpid()}. Stop that one with Ctrl-C first."
            )
            lock.flush()
            return run_gallery(folder)
    except (
        CannotRunError,
        EmbeddedAwsError,
        ProvisionError,
        RunsAlreadyError,
        worker_zip.WorkerZipError,
    ) as problem:
        say(str(problem))
    return 1


if __name__ == "__main__":
    sys.exit(main())
