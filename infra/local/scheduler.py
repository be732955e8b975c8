"""Run the sweep once a minute, as a schedule does where the gallery is deployed."""

from __future__ import annotations

import sys
import time

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections

EVERY_SECONDS = 60.0
FIRST_AFTER_SECONDS = 5.0


def main() -> None:
    """Sweep for ever; what goes wrong is written down and tried again a minute later."""
    django.setup()
    time.sleep(FIRST_AFTER_SECONDS)
    while True:
        try:
            call_command("sweep")
        except (CommandError, DatabaseError) as problem:
            print(f"The sweep stopped: {problem}", file=sys.stderr, flush=True)  # noqa: T201  # this is its log
        close_old_connections()
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
