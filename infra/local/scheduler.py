"""Run the scheduled jobs once a minute, in place of the schedules of a deployment."""

from __future__ import annotations

import sys
import time

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections

EVERY_SECONDS = 60.0
FIRST_AFTER_SECONDS = 5.0
# Email first: a long sweep must not delay it.
JOBS = ("send_notifications", "sweep")


def main() -> None:
    """Run the jobs until stopped; a failed job is logged and runs again a minute later."""
    django.setup()
    time.sleep(FIRST_AFTER_SECONDS)
    while True:
        began = time.monotonic()
        for job in JOBS:
            try:
                call_command(job)
            except (CommandError, DatabaseError) as problem:
                print(f"{job} failed: {problem}", file=sys.stderr, flush=True)  # noqa: T201  # this is its log
        close_old_connections()
        time.sleep(pause_seconds(began, time.monotonic()))


def pause_seconds(began: float, ended: float) -> float:
    """Return how long to wait after a run, so that runs begin a minute apart however long they take.

    >>> pause_seconds(100.0, 115.0), pause_seconds(100.0, 200.0)
    (45.0, 0.0)
    """
    return max(0.0, began + EVERY_SECONDS - ended)


if __name__ == "__main__":
    main()
