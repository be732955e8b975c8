"""Bring folders on this machine into a person's photos."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactsheet.engine.upload import PARALLEL
from contactsheet.exits import Exit
from contactsheet.output import Output
from contactsheet.uploading import bring
from gallery.accounts.models import User
from gallery.folder_import.owners_photos import OwnersPhotos
from gallery.photos.states import Visibility


class Command(BaseCommand):
    help = "Bring folders of photos into a person's account; what is there already is left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="DIR", help="folders or files on this machine")
        parser.add_argument("--owner", required=True, metavar="NAME", help="whose photos they become")
        parser.add_argument("--private", action="store_true", help="only their owner can see them")
        parser.add_argument("--parallel", type=int, default=PARALLEL, metavar="N", help="how many at once")

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user named {options['owner']}.")
        missing = [name for name in options["paths"] if not Path(name).exists()]
        if missing:
            raise CommandError(f"There is no such file or folder: {', '.join(missing)}")
        visibility = Visibility.PRIVATE if options["private"] else Visibility.PUBLIC
        photos = OwnersPhotos(owner.pk, visibility=visibility)
        status, _ = bring(
            photos, options["paths"], parallel=max(1, options["parallel"]), console=Output().words
        )
        if status is not Exit.DONE:
            raise CommandError("Not all of them are in the gallery.", returncode=int(status))
