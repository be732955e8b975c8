"""The log: one line of JSON for each photo, to standard output."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Any


def write_line(fields: dict[str, Any]) -> None:
    """Write one line at once: the process may be frozen or killed right after."""
    line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")} | fields
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
