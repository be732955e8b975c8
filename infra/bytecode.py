"""Bytecode beside the sources: a function cannot write any itself and would compile at each cold start."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


class BytecodeError(Exception):
    """A source does not compile."""


def is_made_for(python_version: str) -> bool:
    """Tell whether bytecode for this Python can be made: only the very version can make its own."""
    return python_version == RUNNING


def compile_sources(folder: Path, python_version: str) -> None:
    """Compile all sources below a folder, if this Python is the one that will run them.

    The bytecode is not held against the times of the sources, which a zip does not keep. A process of its
    own makes it, for what another has in memory shows in the bytes.

    Raises:
        BytecodeError: a source does not compile.
    """
    if not is_made_for(python_version):
        return
    command = [
        *(sys.executable, "-I", "-S", "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
        # Tracebacks name the files as they lie in the package.
        *("-s", str(folder), str(folder)),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own command line
    if run.returncode:
        raise BytecodeError(f"Some source of {folder.name} does not compile.\n{run.stdout.strip()[-2000:]}")
