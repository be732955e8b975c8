"""Examine the gallery and say, line by line, what is fine and what to do."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.operations import doctor
from gallery.operations.diagnosis import line
from gallery.operations.resources import examine_resources
from gallery.storage.aws import session_of


class Command(BaseCommand):
    help = "Examine settings, database, clock, stores and what the stacks made."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--profile", help="look at the resources with the rights of this AWS profile")
        parser.add_argument("--json", action="store_true", help="print a list of findings for programs")

    def handle(self, *args: Any, profile: str | None, **options: Any) -> None:
        # Typed for literals of every service's name; here the name comes from elsewhere.
        session: Any = session_of(profile)
        findings = [*doctor.examine(), *examine_resources(session, doctor.names())]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=1))
        else:
            for finding in findings:
                self.stdout.write(line(finding))
            if unseen := sum(not finding.was_seen for finding in findings):
                self.stdout.write(
                    f"{unseen} of {len(findings)} could not be looked at; nothing is known of them."
                )
        ill = sum(not finding.is_well for finding in findings)
        if ill:
            raise CommandError(f"{ill} of {len(findings)} need a look.")
