"""A site on loopback and the command as a person types it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from contactsheet.command_line import main
from tests.client.site import TOKEN, Site, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Ended:
    """How the command ended, and what it said."""

    status: int
    output: str
    words: str


class Command(Protocol):
    """Runs the command."""

    def __call__(self, *arguments: str | Path) -> Ended: ...


@pytest.fixture
def site() -> Iterator[Site]:
    """Give one test a site of its own."""
    with serving() as found:
        yield found


@pytest.fixture
def contactsheet(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Return the command, signed in to the site by the environment."""
    monkeypatch.setenv("CONTACTSHEET_ADDRESS", site.address)
    monkeypatch.setenv("CONTACTSHEET_TOKEN", TOKEN)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def run(*arguments: str | Path) -> Ended:
        try:
            status = main(list(map(str, arguments)))
        except SystemExit as exit_:
            status = int(exit_.code or 0)
        said = capsys.readouterr()
        return Ended(status, said.out, said.err)

    return run
