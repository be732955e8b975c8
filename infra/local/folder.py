"""Files that a local run keeps in ``var/``: the lock, the secret key, markers of a running gallery."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO

from infra.commands import CommandError

PROJECT = Path(__file__).resolve().parents[2]
FOLDER_VARIABLE = "CONTACTSHEET_FOLDER"
"""Environment variable with another folder than ``var/``, for a second gallery."""


class Folder:
    """The folder of a local run; secrets in it are readable only by its owner."""

    def __init__(self, path: Path = PROJECT / "var") -> None:
        self.path = path
        self.aws = path / "aws"
        """The folder of the embedded AWS."""
        self.run = path / "run"
        """Files that are valid only while the gallery runs."""
        self.logs = path / "log"
        """Logs, which are deleted at every start."""
        self.environment_file = self.run / "environment.json"
        """The environment of the running gallery."""
        self.aws_config_file = self.run / "aws-config"
        """The AWS configuration with which a process assumes the web's role."""
        self.running_marker = self.run / "running"
        """Removed only by a clean stop, when everything is saved."""
        self.password_file = path / "admin-password"
        """The first admin's password."""
        self.database_url = f"sqlite:///{path}/gallery.sqlite3"

    @classmethod
    def chosen(cls) -> Folder:
        """Return the folder named in the environment, or ``var/``."""
        name = os.environ.get(FOLDER_VARIABLE)
        return cls(Path(name).resolve()) if name else cls()

    def prepare(self) -> None:
        """Make the folders, readable only by their owner: they hold photos and keys."""
        for folder in (self.path, self.aws, self.run, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for log in self.logs.glob("*.log"):
            log.unlink()

    def lock(self) -> IO[str]:
        """Take the lock and return it; it is held until the file is closed or the process dies.

        Raises:
            CommandError: another process holds it.
        """
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.run / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise CommandError(holder or "The gallery is already starting in another terminal.") from None
        lock.truncate(0)
        return lock

    def secret_key(self) -> str:
        """Return the key that signs sessions; it is made once."""
        path = self.path / "secret-key"
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(50))
        return path.read_text()

    def save_environment(self, environment: dict[str, str]) -> None:
        """Keep the environment for ``make manage`` and ``make shell``."""
        write_secret(self.environment_file, json.dumps(environment, indent=1))

    def environment(self) -> dict[str, str] | None:
        """Return the environment of the current or last run."""
        try:
            found: dict[str, str] = json.loads(self.environment_file.read_text())
        except FileNotFoundError:
            return None
        return found


def write_secret(path: Path, text: str) -> None:
    """Write a file that is readable only by its owner from its creation on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
