"""Measure in a process of its own: its memory is that of the work alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1]


def answer_of(module: str, *arguments: str, database: str) -> Any:
    """Run ``python -m module`` with the database of this URL, and return the JSON that it writes."""
    said = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-m", module, *arguments],
        cwd=FOLDER,
        env={**os.environ, "BENCH_DATABASE_URL": database},
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(said.stdout)
