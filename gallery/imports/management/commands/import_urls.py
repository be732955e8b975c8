"""Import pictures from a list of URLs."""

import codecs
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User
from gallery.imports.requests import MAX_IMPORTS_AT_ONCE, NotRequested, request_imports
from gallery.imports.urls import listed_urls
from gallery.photos.states import Visibility


class Command(BaseCommand):
    help = "Import photos from a list of URLs: a file with one URL per line, or '-' for standard input."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--owner", required=True, metavar="NAME", help="username of the photos' owner")
        parser.add_argument("--private", action="store_true", help="make them visible only to the owner")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=User.normalize_username(options["owner"])).first()
        if owner is None:
            raise CommandError(f"There is no user named {options['owner']}.")
        try:
            text = sys.stdin.read() if options["file"] == "-" else _text(Path(options["file"]).read_bytes())
        except OSError as problem:
            raise CommandError(f"Can't read {options['file']}: {problem.strerror}.") from problem
        entries = listed_urls(text)
        visibility = Visibility.PRIVATE if options["private"] else Visibility.PUBLIC
        refused = 0
        for start in range(0, len(entries), MAX_IMPORTS_AT_ONCE):
            batch = entries[start : start + MAX_IMPORTS_AT_ONCE]
            outcomes = request_imports(owner.pk, [url for _, url in batch], visibility=visibility)
            for (line, _), outcome in zip(batch, outcomes, strict=True):
                if isinstance(outcome, NotRequested):
                    refused += 1
                    self.stderr.write(f"Line {line}: {outcome.url}: {outcome.reason.sentence}")
                else:
                    self.stdout.write(f"{outcome.photo_id} {outcome.url}")
        self.stdout.write(f"{len(entries) - refused} of {len(entries)} imports requested.")


def _text(data: bytes) -> str:
    """Return the text of a list: UTF-16 as Windows marks it, UTF-8, or else Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
