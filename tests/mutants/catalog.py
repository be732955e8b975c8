"""The kept list of breaks: which line, how it is broken, and which tests must fail."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOG = Path(__file__).with_name("mutants.toml")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One break: in ``file``, ``old`` becomes ``new``; at least one of ``tests`` must fail."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def applied_to(self, whole: str) -> str:
        """Return the broken file. Raise ``ValueError`` unless ``old`` is there exactly once."""
        if whole.count(self.old) != 1:
            raise ValueError(f"{self.name}: {whole.count(self.old)} places match in {self.file}, not one.")
        return whole.replace(self.old, self.new)


def load() -> list[Mutant]:
    """Return all mutants of ``mutants.toml``."""
    entries = tomllib.loads(CATALOG.read_text())["mutant"]
    return [Mutant(**{**entry, "tests": tuple(entry["tests"])}) for entry in entries]
