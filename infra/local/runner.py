"""One run of the gallery: starts its processes in order and stops them in reverse."""

from __future__ import annotations

import http.client
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra import ports, worker_zip
from infra.commands import CommandError, run, say
from infra.local import aws as local_aws
from infra.local.environment import web_environment
from infra.local.folder import PROJECT, write_secret
from infra.local.processes import Processes

if TYPE_CHECKING:
    from infra.embedded import EmbeddedAws
    from infra.local.folder import Folder

SERVES_WITHIN_SECONDS = 30.0


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
        """Return the gallery's address."""
        return f"http://{ports.LOOPBACK}:{self.web_port}"

    def start(self) -> None:
        """Start all processes and return once pages are served."""
        reason = self.reason_to_check_photos()
        say("Packaging the worker ...")
        code = worker_zip.build()
        say("Starting the embedded AWS ...")
        outputs = local_aws.start(self.aws, local_aws.parameters(self.site_origin, code))
        local_aws.warm_worker(self.aws, outputs)
        self.folder.running_marker.touch()
        write_secret(self.folder.aws_config_file, local_aws.web_role_config(self.aws, outputs))
        self.processes.environment = web_environment(
            self.folder, outputs, site_origin=self.site_origin, endpoint_url=self.aws.endpoint_url
        )
        self.folder.save_environment(self.processes.environment)
        say("Preparing the gallery ...")
        self.prepare("-m", "infra.local.gallery")
        if reason:
            self.check_photos(reason)
        self.is_whole = True
        self.start_web()

    def reason_to_check_photos(self) -> str:
        """Return why the embedded AWS may have lost something since the last run, or nothing."""
        if self.folder.running_marker.exists():
            return "The last run was not stopped cleanly."
        if local_aws.is_state_lost(self.aws):
            return "The embedded AWS has lost its state."
        return ""

    def check_photos(self, reason: str) -> None:
        """Have the worker rebuild what the embedded AWS lost."""
        say(f"{reason} Checking photos ...")
        try:
            self.prepare("manage.py", "fsck", "--repair", "--late-after", "0")
        except CommandError as problem:
            # The gallery can be used all the same.
            say(f"{problem}\nmake manage ARGS=fsck names what is damaged.")

    def prepare(self, *arguments: str) -> None:
        """Run Python in the web's environment; its output goes to a log.

        Raises:
            CommandError: it failed.
        """
        said = run(
            [sys.executable, *arguments],
            f"{' '.join(arguments)} failed.",
            folder=PROJECT,
            environment=self.processes.environment,
        )
        with (self.folder.logs / "prepare.log").open("a") as log:
            log.write(said)

    def start_web(self) -> None:
        """Start web and scheduler and wait for the first page.

        Raises:
            CommandError: there is none within ``SERVES_WITHIN_SECONDS``.
        """
        python = sys.executable
        self.processes.start("web", [python, "-m", "gunicorn", *self.gunicorn_options(), "gallery.wsgi"])
        scheduler_log = self.folder.logs / "scheduler.log"
        self.processes.start("scheduler", [python, "-m", "infra.local.scheduler"], log=scheduler_log)
        deadline = time.monotonic() + SERVES_WITHIN_SECONDS
        while not serves(self.web_port):
            if time.monotonic() > deadline:
                raise CommandError(f"The web server does not answer on port {self.web_port}.")
            time.sleep(0.05)

    def gunicorn_options(self) -> list[str]:
        """Return gunicorn's options: one process, threads, loopback only."""
        return [
            f"--bind={ports.LOOPBACK}:{self.web_port}",
            "--workers=1",
            "--threads=8",
            # A URL with a hundred ids is 4 kB; API Gateway allows 10.
            "--limit-request-line=8190",
            "--graceful-timeout=5",
            # gunicorn's 2 s is our own Retry-After: a script that polls would lose its connection.
            "--keep-alive=75",
            "--log-level=warning",
            f"--access-logfile={self.folder.logs / 'access.log'}",
        ]

    def until_stopped(self) -> str | None:
        """Return the process that ended by itself, or ``None`` on a request to stop."""
        return self.processes.wait(also=lambda: None if self.aws.is_running() else "embedded AWS")

    def stop(self) -> None:
        """Stop web and scheduler, then the embedded AWS, which saves its state."""
        self.processes.stop()
        running = self.aws.is_running()
        self.aws.stop()
        # Otherwise the next start must check all photos.
        if running and self.is_whole:
            self.folder.running_marker.unlink(missing_ok=True)


def serves(port: int) -> bool:
    """Return whether the web server answers."""
    with suppress(OSError, http.client.HTTPException):
        ports.get(port, "/")
        return True
    return False
