"""Write the texts by which photos are found, where they differ from the photos' words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from gallery.search.reindex import reindex

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(BaseCommand):
    """Compare the text of each photo with its words."""

    help = "Write the texts by which photos are found, where they differ from the photos' words."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the options."""
        parser.add_argument("--stale", action="store_true", help="only texts that were never complete")

    def handle(self, *, stale: bool, **_options: Any) -> None:
        """Go through all photos in the order of their ids; run again, it goes on where nothing differs."""
        checked = differed = 0
        for progress in reindex(only_stale=stale):
            checked, differed = checked + progress.checked, differed + progress.differed
            close_old_connections()
        self.stdout.write(f"{checked} texts checked, {differed} differed and were written.")
