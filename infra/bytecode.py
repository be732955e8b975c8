"""Compile sources before packaging: a function can't write bytecode and would compile at each cold start."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from infra.commands import run

if TYPE_CHECKING:
    from pathlib import Path

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


def is_made_for(python_version: str) -> bool:
    """Return whether this Python can make bytecode for that version: each version makes only its own."""
    return python_version == RUNNING


def compile_sources(folder: Path, python_version: str) -> None:
    """Compile all sources in a folder, if this is the Python version that will run them.

    The bytecode isn't checked against the modification times of the sources, which a zip doesn't keep. A new
    process makes it, because interned objects in memory change the bytes.

    Raises:
        CommandError: a source does not compile.
    """
    if not is_made_for(python_version):
        return
    command = [
        *(sys.executable, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        # Tracebacks show the paths in the package.
        *("-s", str(folder), str(folder)),
    ]
    run(command, f"A source in {folder.name} does not compile.")
