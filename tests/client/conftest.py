"""A fake site on loopback, people with tokens, photos on disk, and the command in and out of process."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest
from PIL import Image

from contactsheet.command_line import main
from infra.worker_zip import PROJECT
from tests.client.fake_site import TOKEN, Site, running_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.running import RunningGallery

CREATE_PERSON = """
from gallery.accounts.models import User
from gallery.api.tokens import Scope, issue
person = User.objects.create_user("{name}", "{name}@example.org", "correct-horse-battery")
print(issue(person, name="client", scopes=set(Scope) - {{Scope.MODERATE}}, days=1).secret)
"""


@dataclass(frozen=True)
class Completed:
    """The command's exit status and output."""

    status: int
    stdout: str
    stderr: str


class Command(Protocol):
    """Runs the command in this process."""

    def __call__(self, *arguments: str | Path) -> Completed: ...


@dataclass(frozen=True)
class Person:
    """Runs the command in a process of its own, with a token in the environment."""

    address: str
    token: str

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start the command without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "contactsheet", *map(str, arguments)],
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(PROJECT / "client"),
                "CONTACTSHEET_ADDRESS": self.address,
                "CONTACTSHEET_TOKEN": self.token,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run the command and wait for it."""
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=600)
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)


@pytest.fixture
def site() -> Iterator[Site]:
    """Run a fake site for one test."""
    with running_site() as found:
        yield found


@pytest.fixture
def alice(site: Site) -> Person:
    """Return a person of the fake site."""
    return Person(site.address, TOKEN)


@pytest.fixture
def make_person(running_gallery: RunningGallery) -> Callable[[str], Person]:
    """Return a factory of people who may read and upload in the running gallery."""

    def make(name: str) -> Person:
        output = running_gallery.manage(
            "shell", "--verbosity", "0", "--command", CREATE_PERSON.format(name=name)
        )
        return Person(running_gallery.address, output.split()[-1])

    return make


@pytest.fixture
def make_photos(tmp_path: Path) -> Callable[[int], Path]:
    """Return a factory of small JPEGs, each unique, in folders of a hundred; it returns the top folder."""

    def make(count: int) -> Path:
        for number in range(count):
            folder = tmp_path / "photos" / f"roll-{number // 100:02}"
            folder.mkdir(parents=True, exist_ok=True)
            image = Image.new("RGB", (96, 64), (number % 256, number // 256 * 16, 128))
            image.paste((255, 255, 255), (number % 90, 10, number % 90 + 6, 16))
            image.save(folder / f"photo-{number:04}.jpg")
        return tmp_path / "photos"

    return make


@pytest.fixture
def contactsheet(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return the command, signed in to the fake site by the environment."""
    monkeypatch.setenv("CONTACTSHEET_ADDRESS", site.address)
    monkeypatch.setenv("CONTACTSHEET_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run(*arguments: str | Path) -> Completed:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        captured = capsys.readouterr()
        return Completed(status, captured.out, captured.err)

    return run
