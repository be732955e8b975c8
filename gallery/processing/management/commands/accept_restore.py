"""Accept a restored database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.processing import database_mark
from gallery.storage.originals import OriginalsUnavailable


class Command(BaseCommand):
    help = "Accept this database after a restore, so the sweep removes again. Run fsck first."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            database_mark.accept()
        except OriginalsUnavailable as problem:
            raise CommandError(f"S3 is not responding: {problem}") from problem
        self.stdout.write("Accepted. The next run of the sweep removes what is due.")
