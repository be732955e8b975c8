"""Compare rows, originals, renditions, items and messages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.photos.models import Photo
from gallery.processing import damage
from gallery.processing.fsck import LATE_AFTER, Finding, Fsck, Report
from gallery.storage.catalogue import CatalogueUnavailable
from gallery.storage.originals import OriginalsUnavailable
from gallery.storage.queues import QueueUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH = 30
CODES = {kind.code: kind for kind in damage.KINDS}


class Command(BaseCommand):
    help = (
        "Compare the database with S3, DynamoDB and the dead-letter queues, and name what is damaged. "
        "Changes nothing without --repair. Exit code 0: nothing is damaged, or all of it was repaired."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="repair what has one right answer")
        parser.add_argument(
            "--only",
            nargs="+",
            choices=sorted(CODES),
            metavar="KIND",
            default=[],
            help="repair only these kinds: " + ", ".join(CODES),
        )
        parser.add_argument(
            "--remove",
            action="store_true",
            help="delete originals without row and deletion record, instead of giving them to their owners",
        )
        parser.add_argument("--deep", action="store_true", help="read the first bytes of each rendition, too")
        parser.add_argument(
            "--after", type=UUID, metavar="PHOTO", help="continue after the photo that an earlier run named"
        )
        parser.add_argument(
            "--seconds", type=float, default=float("inf"), help="end after so many seconds, to be continued"
        )
        parser.add_argument(
            "--late-after",
            type=int,
            default=int(LATE_AFTER.total_seconds()),
            metavar="SECONDS",
            help="a photo whose original arrived so long ago should be processed (default: %(default)s)",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json = options["json"]
        if options["only"] and not options["repair"]:
            raise CommandError("--only chooses what --repair repairs. Add --repair.")
        total = 0 if self.as_json else Photo.objects.count()
        run = Fsck(
            repair=options["repair"],
            remove=options["remove"],
            deep=options["deep"],
            only=[CODES[code] for code in options["only"]] or damage.KINDS,
            after=options["after"],
            seconds=options["seconds"],
            late_after=timedelta(seconds=options["late_after"]),
            tell=self._tell_as_json if self.as_json else lambda _: None,
            show=(lambda report: self._show(report, total)) if total else lambda _: None,
        )
        try:
            report = run.run()
        except KeyboardInterrupt:
            report = run.report
        except (OriginalsUnavailable, CatalogueUnavailable, QueueUnavailable) as problem:
            self._summarize(run.report, options)
            raise CommandError(f"A store is not responding: {problem}") from problem
        self._summarize(report, options)
        if not report.is_clean:
            raise CommandError("Not everything is well." if report.finished else "The check did not finish.")

    def _show(self, report: Report, total: int) -> None:
        """Draw the progress where a person looks, or print a line for a log."""
        share = min(1, report.photos / total)
        end = "\r" if self.stderr.isatty() else "\n"
        bar = "█" * round(WIDTH * share)
        self.stderr.write(f"{bar:░<{WIDTH}} {share:4.0%} {report.photos:,} of {total:,} photos", ending=end)

    def _tell_as_json(self, finding: Finding) -> None:
        kind = finding.kind
        line = {
            "kind": kind.code,
            "subject": finding.subject,
            "repaired": finding.repaired,
            "advice": "" if finding.repaired else kind.advice or f"--repair: {kind.repair}.",
        }
        self.stdout.write(json.dumps(line))

    def _summarize(self, report: Report, options: dict[str, Any]) -> None:
        if self.as_json:
            counts = {
                kind.code: {"found": count.found, "repaired": count.repaired}
                for kind, count in report.counts.items()
            }
            summary = {
                "photos": report.photos,
                "originals": report.originals,
                "waiting": report.waiting,
                "finished": report.finished,
                "last": str(report.last or ""),
                "counts": counts,
            }
            self.stdout.write(json.dumps(summary))
            return
        self.stdout.write(f"{report.photos:,} photos, {report.originals:,} originals.")
        if report.waiting:
            late = f"{options['late_after'] / 60:g} minutes"
            self.stdout.write(f"{report.waiting:,} wait for the worker, none for {late} yet.")
        for kind in damage.KINDS:
            if kind in report.counts:
                self._print(kind, report, repair=options["repair"])
        if not report.counts and report.finished:
            self.stdout.write("Nothing is damaged.")
        if not report.finished:
            # The command itself says how to go on, so no one has to remember.
            self.stdout.write(f"Not finished. Continue with: {' '.join(self._continued(report, options))}")

    def _print(self, kind: damage.Kind, report: Report, *, repair: bool) -> None:
        count = report.counts[kind]
        self.stdout.write(f"\n{count.found:,} {kind.title} ({kind.code})")
        for subject in count.examples:
            self.stdout.write(f"  {subject}")
        if count.found > len(count.examples):
            self.stdout.write(f"  … and {count.found - len(count.examples):,} more: --json prints all")
        if kind is damage.ORIGINAL_UNKNOWN and report.removed:
            self.stdout.write(f"  {report.removed:,} deleted.")
        elif count.repaired:
            self.stdout.write(f"  {count.repaired:,} repaired: {kind.repair}.")
        if count.found > count.repaired:
            if kind.repair and not repair:
                self.stdout.write(f"  --repair: {kind.repair}.")
            if kind.advice and (repair or not kind.repair):
                self.stdout.write(f"  {kind.advice}")

    def _continued(self, report: Report, options: dict[str, Any]) -> Sequence[str]:
        words = ["fsck"]
        words += [f"--{name}" for name in ("repair", "remove", "deep", "json") if options[name]]
        words += ["--only", *options["only"]] if options["only"] else []
        words += ["--late-after", str(options["late_after"])]
        return [*words, "--after", str(report.last)] if report.last else words
