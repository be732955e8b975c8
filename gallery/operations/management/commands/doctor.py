"""Check the gallery and print one line for each check."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.operations import doctor
from gallery.operations.diagnosis import line
from gallery.operations.resources import check_resources
from gallery.storage.aws import session_of


class Command(BaseCommand):
    help = "Check settings, database, clock, stores and AWS resources, and say what to do about problems."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--profile", help="check the AWS resources with this AWS profile")
        parser.add_argument("--json", action="store_true", help="print the findings as JSON")

    def handle(self, *args: Any, profile: str | None, **options: Any) -> None:
        # The stubs type a session by literal service names; the checks pass names as variables.
        session: Any = session_of(profile)
        findings = [*doctor.check(), *check_resources(session, doctor.names())]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1))
        else:
            for finding in findings:
                self.stdout.write(line(finding))
            if skipped := sum(not finding.was_seen for finding in findings):
                self.stdout.write(f"{skipped} of {len(findings)} checks were skipped.")
            self.stdout.write("Photos are not compared with what is stored: that is manage.py fsck.")
        failed = sum(not finding.is_well for finding in findings)
        if failed:
            raise CommandError(f"{failed} of {len(findings)} checks failed.")
