"""Compare the counts by month with the photos."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gallery.accounts.models import User
from gallery.photos.months import recount_months


class Command(BaseCommand):
    help = "Compare the number of photos of each month with the photos, of one person or everyone. Repair it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", nargs="?", help="one person; everyone if left out")
        parser.add_argument("--dry-run", action="store_true", help="only say what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        owners = User.objects.order_by("pk")
        if options["username"]:
            owners = owners.filter(username=options["username"])
            if not owners.exists():
                raise CommandError(f"There is no user {options['username']!r}.")
        differing = 0
        for owner in owners.iterator():
            for one in recount_months(owner, repair=not options["dry_run"]):
                differing += 1
                said = f"{owner.username} {one.month}: counted {one.counted}, has {one.photos}"
                self.stdout.write(said)
        self.stdout.write(f"{differing} months differed.")
