"""Compare rows, originals and items."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.processing.fsck import FsckReport, fsck
from gallery.storage.originals import OriginalsUnavailable


class Command(BaseCommand):
    help = "Report inconsistencies between the database, S3 and DynamoDB. By default, only settles photos."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--nudge",
            action="store_true",
            help="ask the worker to reconcile originals without item or renditions",
        )
        orphans = parser.add_mutually_exclusive_group()
        orphans.add_argument(
            "--adopt",
            action="store_true",
            help="create private photos for originals without row, of the owner that their metadata names",
        )
        orphans.add_argument("--remove", action="store_true", help="delete originals without row and record")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = fsck(nudge=options["nudge"], adopt=options["adopt"], remove=options["remove"])
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
            ("with a missing rendition", report.rendition_missing),
            ("with a rendition of another size than its item says", report.rendition_resized),
            ("not adopted, because the owner is unknown", report.without_owner),
        ):
            self.stdout.write(f"{len(found)} {name}.")
            for photo_id in found[:20]:
                self.stdout.write(f"  {photo_id}")
        self.stdout.write(
            f"{report.settled} settled, {report.nudged} nudged, "
            f"{report.adopted} adopted, {report.removed} removed."
        )
