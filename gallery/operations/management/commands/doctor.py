"""Examine the gallery and say, line by line, what is fine and what to do."""

from __future__ import annotations

from typing import Any

from boto3.session import Session
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from gallery.operations import doctor
from gallery.operations.findings import mark
from gallery.operations.resources import examine_resources


class Command(BaseCommand):
    help = "Examine settings, database, stores and what the stacks made."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--profile", help="look at the resources with the rights of this AWS profile")

    def handle(self, *args: Any, profile: str | None, **options: Any) -> None:
        # Typed for literals of every service's name; here the name comes from elsewhere.
        session: Any = Session(profile_name=profile, region_name=settings.AWS_REGION)
        findings = [*doctor.examine(), *examine_resources(session, doctor.names())]
        for finding in findings:
            self.stdout.write(f"{mark(finding)} {finding.what}{': ' * bool(finding.advice)}{finding.advice}")
        ill = sum(not finding.is_well for finding in findings)
        if ill:
            raise CommandError(f"{ill} of {len(findings)} need a look.")
