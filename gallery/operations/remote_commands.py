"""Run a command of ``manage.py`` in a Lambda function, and return its output and exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

OUTPUT_BYTES = 4_000_000
"""The end of the output that is returned; Lambda's answer is limited to 6 MB."""
TIMED_OUT = 124
"""Exit code of a command that was stopped, as of ``timeout``."""
SECONDS_TO_ANSWER = 10.0
"""Kept of the function's time to stop a command and return what it printed."""


def run_command(arguments: Sequence[str], within_seconds: float) -> dict[str, Any]:
    """Run a command in a process of its own, which ends with the time that is left."""
    process = subprocess.Popen(  # noqa: S603  # only who may invoke the function chooses a command
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    code = None
    try:
        output, _ = process.communicate(timeout=within_seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        code = TIMED_OUT
    return {
        "output": output[-OUTPUT_BYTES:].decode(errors="replace"),
        "exit_code": process.returncode if code is None else code,
    }
