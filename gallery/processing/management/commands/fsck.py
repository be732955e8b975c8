"""Compare rows, originals and items."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User
from gallery.processing.fsck import FsckReport, fsck
from gallery.storage.originals import OriginalsUnavailable


class Command(BaseCommand):
    help = "Report inconsistencies between the database, S3 and DynamoDB. By default, only settles photos."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--nudge", action="store_true", help="ask the worker to reconcile originals without item"
        )
        orphans = parser.add_mutually_exclusive_group()
        orphans.add_argument(
            "--adopt-for", metavar="USERNAME", help="create photos of this user for originals without row"
        )
        orphans.add_argument("--remove", action="store_true", help="delete originals without row and record")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = None
        if options["adopt_for"]:
            owner = User.objects.filter(username=options["adopt_for"]).first()
            if owner is None:
                raise CommandError(f"There is no user named {options['adopt_for']}.")
        try:
            report = fsck(nudge=options["nudge"], adopt_for=owner, remove=options["remove"])
        except OriginalsUnavailable as problem:
            raise CommandError(f"S3 is not responding: {problem}") from problem
        self._print(report)

    def _print(self, report: FsckReport) -> None:
        self.stdout.write(f"{report.originals} originals.")
        for name, found in (
            ("without row and deletion record", report.without_row),
            ("without an item of the current policy", report.without_item),
            ("processed, but the original is missing", report.without_original),
            ("deleted permanently, but the original exists", report.after_deletion),
        ):
            self.stdout.write(f"{len(found)} {name}.")
            for photo_id in found[:20]:
                self.stdout.write(f"  {photo_id}")
        self.stdout.write(
            f"{report.settled} settled, {report.nudged} nudged, "
            f"{report.adopted} adopted, {report.removed} removed."
        )
