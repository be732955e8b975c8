"""Import pictures from a list of URLs."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User
from gallery.imports.requests import MAX_IMPORTS_AT_ONCE, NotRequested, request_imports
from gallery.photos.states import Visibility


class Command(BaseCommand):
    help = "Import photos from a list of URLs: a file with one URL per line, or '-' for standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--owner", required=True, metavar="NAME", help="username of the photos' owner")
        parser.add_argument("--private", action="store_true", help="make them visible only to the owner")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user named {options['owner']}.")
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text()
        except OSError as problem:
            raise CommandError(f"Can't read {options['file']}: {problem.strerror}.") from problem
        urls = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
        visibility = Visibility.PRIVATE if options["private"] else Visibility.PUBLIC
        refused = 0
        for start in range(0, len(urls), MAX_IMPORTS_AT_ONCE):
            batch = urls[start : start + MAX_IMPORTS_AT_ONCE]
            for outcome in request_imports(owner.pk, batch, visibility=visibility):
                if isinstance(outcome, NotRequested):
                    refused += 1
                    self.stderr.write(f"{outcome.url}: {outcome.reason.sentence}")
                else:
                    self.stdout.write(f"{outcome.photo_id} {outcome.url}")
        self.stdout.write(f"{len(urls) - refused} of {len(urls)} imports requested.")
