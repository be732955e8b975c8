"""The log: one line of JSON for each photo, on standard output."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

INFO, WARNING, ERROR = "info", "warning", "error"
TRACEBACK_CHARACTERS = 2000


def write_line(fields: dict[str, Any]) -> None:
    """Write one line and flush it: the process may be frozen or killed right after."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": INFO} | fields
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def traceback_of(error: BaseException) -> str:
    """Return the end of the traceback, which names the place."""
    return "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:]
