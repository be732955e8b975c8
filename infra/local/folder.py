"""What a local run keeps under ``var/``: the lock, the secret key, the marks of what runs."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PROJECT = Path(__file__).resolve().parents[2]
FOLDER_VARIABLE = "CONTACTSHEET_FOLDER"
"""Names another folder than ``var/``, for a second gallery beside the first."""


class RunsAlreadyError(Exception):
    """Another run holds the lock; the text says which."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a local run; everything secret in it is readable by its owner only."""

    path: Path = PROJECT / "var"

    @classmethod
    def chosen(cls) -> Folder:
        """Return the folder that the environment names, or ``var/``."""
        name = os.environ.get(FOLDER_VARIABLE)
        return cls(Path(name).resolve()) if name else cls()

    @property
    def aws(self) -> Path:
        """Return the folder of the embedded AWS."""
        return self.path / "aws"

    @property
    def run(self) -> Path:
        """Return the folder of what is true only while it runs."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """Return the folder of logs, begun anew at every start."""
        return self.path / "log"

    @property
    def environment_file(self) -> Path:
        """Return the file that holds the environment of the running gallery."""
        return self.run / "environment.json"

    @property
    def password_file(self) -> Path:
        """Return the file that holds the first admin's password."""
        return self.path / "admin-password"

    @property
    def database_url(self) -> str:
        """Return the address of the SQLite file that holds what people decide."""
        return f"sqlite:///{self.path}/gallery.sqlite3"

    @property
    def aws_config_file(self) -> Path:
        """Return the AWS configuration that lets a process act under the web's role."""
        return self.run / "aws-config"

    def prepare(self) -> None:
        """Make the folders, which hold people's photos and keys."""
        for folder in (self.path, self.aws, self.run, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
        for log in self.logs.glob("*.log"):
            log.unlink()

    def lock(self) -> IO[str]:
        """Take the lock and return it; it is held until the file is closed or the process dies.

        Raises:
            RunsAlreadyError: somebody else has it.
        """
        self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (self.run / "lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            lock.close()
            raise RunsAlreadyError(holder or "The gallery is just starting elsewhere.") from None
        lock.truncate(0)
        return lock

    def secret_key(self) -> str:
        """Return the key that sessions are signed with; it is made once."""
        path = self.path / "secret-key"
        if not path.exists():
            write_secret(path, secrets.token_urlsafe(50))
        return path.read_text()

    def was_stopped_in_order(self) -> bool:
        """Tell whether the last run, if there was one, ended as it should."""
        return not (self.run / "running").exists()

    def mark_running(self) -> None:
        """Leave a mark that only an orderly stop removes."""
        (self.run / "running").touch()

    def mark_stopped(self) -> None:
        """Remove the mark: everything is saved."""
        (self.run / "running").unlink(missing_ok=True)

    def save_environment(self, environment: dict[str, str]) -> None:
        """Keep the environment for ``make manage`` and ``make shell``."""
        write_secret(self.environment_file, json.dumps(environment, indent=1))

    def environment(self) -> dict[str, str] | None:
        """Return the environment of the gallery that runs, or ran last."""
        try:
            found: dict[str, str] = json.loads(self.environment_file.read_text())
        except FileNotFoundError:
            return None
        return found


def write_secret(path: Path, text: str) -> None:
    """Write a file that was never readable by anybody else."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
