"""People with tokens in a running gallery, and the command as they run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from infra.worker_zip import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.running import RunningGallery

MAKE_PERSON = """
from gallery.accounts.models import User
from gallery.api.tokens import Scope, issue
person = User.objects.create_user("{name}", "{name}@example.org", "correct-horse-battery")
print(issue(person, name="client", scopes=[Scope.READ, Scope.UPLOAD], days=1).secret)
"""


@dataclass(frozen=True)
class Person:
    """Somebody who runs the command against a gallery, with a token in the environment."""

    name: str
    address: str
    token: str

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(PROJECT / "client"),
            "CONTACTSHEET_ADDRESS": self.address,
            "CONTACTSHEET_TOKEN": self.token,
        }

    def begin(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Begin the command without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "contactsheet", *map(str, arguments)],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        process = self.begin(*arguments)
        output, words = process.communicate(timeout=240)
        return subprocess.CompletedProcess(process.args, process.returncode, output, words)


def person_in(gallery: RunningGallery, name: str) -> Person:
    """Make somebody who may read and upload."""
    said = gallery.manage("shell", "--verbosity", "0", "--command", MAKE_PERSON.format(name=name))
    return Person(name, gallery.address, said.split()[-1])
