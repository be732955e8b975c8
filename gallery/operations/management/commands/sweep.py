"""Run the sweep once."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.api.housekeeping import forget
from gallery.processing.account_deletion import finish_deletions
from gallery.processing.sweep import MAX_REMOVALS, sweep


class Command(BaseCommand):
    help = (
        "Look at open matters: accounts being deleted, uploads that never came, photos processing too long, "
        "deletions."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        accounts_gone = finish_deletions()
        report = sweep()
        counts = asdict(report) | {"accounts_gone": accounts_gone, "api_rows_forgotten": forget()}
        self.stdout.write(", ".join(f"{name} {value}" for name, value in counts.items()))
        if report.stopped:
            raise CommandError(
                f"Stopped at {MAX_REMOVALS} removals. Look why there are so many, then run it again."
            )
