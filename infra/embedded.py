"""The embedded AWS: one ministack process, on loopback, with authentication enforced.

ministack saves most of its state only at a graceful stop. ``infra/embedded_server.py`` keeps the items, too.
The caller restores what else a kill lost: it applies the template at every start and nudges waiting photos.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra import ports
from infra.commands import CommandError, start

SERVER = Path(__file__).with_name("embedded_server.py")
REGION = "eu-central-1"
ROOT_ACCESS_KEY_ID = "embedded-root"
STATE_WITH_ADDRESSES = ("sqs.json", "cloudformation.json")
SAVED_ADDRESS = re.compile(r"http://localhost:\d+/")
READY_WITHIN_SECONDS = 30.0
STOP_WITHIN_SECONDS = 30.0
CLIENT_CONFIG = Config(
    signature_version="s3v4",
    # Virtual-hosted addresses would need DNS for every bucket name.
    s3={"addressing_style": "path"},
    connect_timeout=2,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 3},
)


@dataclass
class EmbeddedAws:
    """A ministack process and its folder.

    ``python`` is the interpreter of the environment with ministack. ministack writes only to ``folder``; with
    ``persist`` a later start restores what a graceful stop saved.
    """

    python: Path
    folder: Path
    port: int
    account: str = "000000000000"
    persist: bool = True
    root_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, init=False, repr=False)

    @property
    def endpoint_url(self) -> str:
        """Return the address of every service."""
        return f"http://{ports.LOOPBACK}:{self.port}"

    @property
    def log_path(self) -> Path:
        """Return the log of ministack and of the functions it runs."""
        return self.folder / "ministack.log"

    def is_running(self) -> bool:
        """Return whether its process is alive."""
        return self.process is not None and self.process.poll() is None

    def environment(self) -> dict[str, str]:
        """Return the whole environment: functions inherit it, so it holds nothing of this process."""
        temporary = self.folder / "tmp"
        return {
            "PATH": os.defpath,
            "HOME": str(temporary),
            "TMPDIR": str(temporary),
            "LANG": "C.UTF-8",
            "AUTH": "true",
            "BIND_HOST": ports.LOOPBACK,  # its default is every interface
            "GATEWAY_PORT": str(self.port),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": self.account,
            "AWS_ACCESS_KEY_ID": ROOT_ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": self.root_secret,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "PERSIST_STATE": "1" if self.persist else "0",
            "STATE_DIR": str(self.folder / "state"),
            "S3_PERSIST": "1" if self.persist else "0",
            "S3_DATA_DIR": str(self.folder / "s3"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            CommandError: it ended or did not answer within ``READY_WITHIN_SECONDS``.
        """
        self.prepare_folder()
        command = [str(self.python), "-I", str(SERVER)]
        with self.log_path.open("ab") as log:
            self.process = start(command, folder=self.folder, environment=self.environment(), log=log)
        try:
            self.wait_until_ready()
        except CommandError:
            self.kill()
            raise

    def prepare_folder(self) -> None:
        """Make its folders, readable only by their owner, and empty its TMPDIR."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        (self.folder / "tmp").mkdir(mode=0o700)
        self._set_port_in_state()

    def _set_port_in_state(self) -> None:
        """Set this run's port in saved queues: ministack finds queues and mappings by the queue's URL."""
        for name in STATE_WITH_ADDRESSES:
            path = self.folder / "state" / name
            if path.exists():
                saved = path.read_text()
                updated = SAVED_ADDRESS.sub(f"http://localhost:{self.port}/", saved)
                if updated != saved:
                    unfinished = path.with_suffix(".unfinished")
                    unfinished.write_text(updated)
                    unfinished.replace(path)

    def wait_until_ready(self) -> None:
        """Return once it answers.

        Raises:
            CommandError: it ended or did not answer within ``READY_WITHIN_SECONDS``.
        """
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while not self._answers():
            if self.process and self.process.poll() is not None:
                raise CommandError(f"The embedded AWS ended during its start. Log: {self.log_path}")
            if time.monotonic() > deadline:
                raise CommandError(f"The embedded AWS does not answer. Log: {self.log_path}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return bool(json.loads(ports.get(self.port, "/_ministack/health"))["auth"] == "enabled")
        except (OSError, http.client.HTTPException, ValueError, KeyError):
            return False

    def stop(self) -> None:
        """Stop it gracefully, which saves its state.

        Raises:
            CommandError: it had to be killed after ``STOP_WITHIN_SECONDS``.
        """
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise CommandError(f"The embedded AWS did not stop. Log: {self.log_path}") from None
        self.process = None
        shutil.rmtree(self.folder / "tmp", ignore_errors=True)

    def kill(self) -> None:
        """Kill it and the functions that it runs, as a power cut would."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def client(self, service: str) -> Any:
        """Return a client that acts as root; the same service gives the same client."""
        # Making a client takes 0.2 s. Clients are safe to share between threads.
        if service not in self._clients:
            # The service's name is not a literal here, so the typed overloads do not apply.
            session: Any = boto3.session.Session(ROOT_ACCESS_KEY_ID, self.root_secret, region_name=REGION)
            self._clients[service] = session.client(
                service, endpoint_url=self.endpoint_url, config=CLIENT_CONFIG
            )
        return self._clients[service]
