"""Run the sweep once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.operations.jobs import sweep_all
from gallery.processing.database_mark import ADVICE
from gallery.processing.sweep_run import MAX_REMOVALS


class Command(BaseCommand):
    help = (
        "Finish what is still open: accounts being deleted, uploads that never arrived, photos that take too "
        "long to process, deletions."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = sweep_all()
        self.stdout.write(", ".join(f"{name} {value}" for name, value in counts.items()))
        if counts["refused"]:
            raise CommandError(f"Nothing was removed. {counts['refused']} {ADVICE}")
        if counts["stopped"]:
            raise CommandError(
                f"Stopped at {MAX_REMOVALS} removals. Find out why there are so many, then run it again."
            )
