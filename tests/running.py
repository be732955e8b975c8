"""The whole system as ``make run`` starts it, in a folder and on ports of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra import ports
from infra.local.folder import FOLDER_VARIABLE, Folder
from infra.local.gallery import ADMIN
from infra.worker_zip import PROJECT
from tests.aws import EMBEDDED_PYTHON
from tests.postgresql import database_of
from tests.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVES_WITHIN_SECONDS = 90.0
STOPS_WITHIN_SECONDS = 45.0


@dataclass(frozen=True)
class RunningGallery:
    """A gallery that runs: open ``address`` with a browser; sign in as ``admin`` with ``admin_password``."""

    process: subprocess.Popen[bytes]
    folder: Folder
    output: Path
    web_port: int
    aws_port: int
    admin: str = ADMIN

    @property
    def address(self) -> str:
        """Return the gallery's origin, without a slash at the end."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def admin_password(self) -> str:
        """Return the password of the first admin."""
        return self.folder.password_file.read_text().strip()

    def said(self) -> str:
        """Return what it printed so far: banner, mails, complaints."""
        return self.output.read_text(errors="replace")

    def manage(self, *arguments: str) -> str:
        """Run a command of ``manage.py`` in its environment and return what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "infra.local.manage", *arguments],
            cwd=PROJECT,
            env={"PATH": os.environ["PATH"], FOLDER_VARIABLE: str(self.folder.path)},
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return its exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(STOPS_WITHIN_SECONDS)

    def kill(self) -> None:
        """Kill every process of it at once, as a power cut would."""
        for process_id in [*descendants(self.process.pid), self.process.pid]:
            try:
                os.kill(process_id, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


def descendants(process_id: int) -> list[int]:
    """Return the ids of a process's children and theirs (Linux)."""
    try:
        text = Path(f"/proc/{process_id}/task/{process_id}/children").read_text()
    except FileNotFoundError:
        return []
    children = [int(child) for child in text.split()]
    return children + [below for child in children for below in descendants(child)]


def start_gallery(
    folder: Path, *, web_port: int, aws_port: int, settings: Mapping[str, str]
) -> RunningGallery:
    """Start it without waiting; ``settings`` are variables such as ``SIGN_UP``."""
    if not EMBEDDED_PYTHON.exists():
        pytest.fail("The embedded AWS is not installed. Run: make setup")
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "said.txt"
    database = database_of(folder)
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local"],
            cwd=PROJECT,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "LANG": "C.UTF-8",
                FOLDER_VARIABLE: str(folder),
                "PORT": str(web_port),
                "AWS_PORT": str(aws_port),
                # Otherwise it is SQLite in the folder.
                **({"DATABASE_URL": database} if database else {}),
                **settings,
            },
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return RunningGallery(process, Folder(folder), output, web_port, aws_port)


@contextmanager
def gallery_in(folder: Path, **settings: str) -> Iterator[RunningGallery]:
    """Run the gallery in a folder while the block lasts; the same folder again is a restart."""
    gallery = start_gallery(folder, web_port=ports.any_free(), aws_port=ports.any_free(), settings=settings)
    try:
        eventually(
            lambda: "Ctrl-C" in gallery.said() or gallery.process.poll() is not None,
            within_seconds=SERVES_WITHIN_SECONDS,
        )
        assert gallery.process.poll() is None, gallery.said()
        yield gallery
    finally:
        if gallery.process.poll() is None:
            gallery.stop()


@pytest.fixture(scope="session")
def running_gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGallery]:
    """Give all tests of a run one whole gallery, as ``make run`` starts it: use accounts of your own."""
    with gallery_in(tmp_path_factory.mktemp("gallery")) as gallery:
        yield gallery
