"""Run the scheduled jobs once a minute, in place of the schedules of a deployment."""

from __future__ import annotations

import sys
import time

import django
from django.core.management import CommandError, call_command
from django.db import DatabaseError, close_old_connections

EVERY_SECONDS = 60.0
FIRST_AFTER_SECONDS = 5.0
JOBS = ("sweep", "send_notifications")


def main() -> None:
    """Run the jobs until stopped; a failed job is logged and runs again a minute later."""
    django.setup()
    time.sleep(FIRST_AFTER_SECONDS)
    while True:
        for job in JOBS:
            try:
                call_command(job)
            except (CommandError, DatabaseError) as problem:
                print(f"{job} failed: {problem}", file=sys.stderr, flush=True)  # noqa: T201  # this is its log
        close_old_connections()
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
