"""Import folders on this machine into a person's photos."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactsheet.engine.upload import PARALLEL
from contactsheet.exits import Exit
from contactsheet.output import Output
from contactsheet.uploading import upload_paths
from gallery.accounts.models import User
from gallery.folder_import.owners_photos import OwnersPhotos
from gallery.photos.states import Visibility


class Command(BaseCommand):
    help = "Import folders of photos into a user's account. Photos that are already there are skipped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="DIR", help="folders or files on this machine")
        parser.add_argument("--owner", required=True, metavar="NAME", help="username of the photos' owner")
        parser.add_argument("--private", action="store_true", help="make them visible only to the owner")
        parser.add_argument(
            "--parallel", type=int, default=PARALLEL, metavar="N", help="number of parallel transfers"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user named {options['owner']}.")
        missing = [name for name in options["paths"] if not Path(name).exists()]
        if missing:
            raise CommandError(f"There is no such file or folder: {', '.join(missing)}")
        visibility = Visibility.PRIVATE if options["private"] else Visibility.PUBLIC
        photos = OwnersPhotos(owner.pk, visibility=visibility)
        status, _ = upload_paths(
            photos, options["paths"], parallel=max(1, options["parallel"]), console=Output().messages
        )
        if status is not Exit.DONE:
            raise CommandError("Some files were not imported.", returncode=int(status))
