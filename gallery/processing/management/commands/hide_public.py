"""Make everything private, after a restore from a dump that doesn't know the last decisions."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from gallery.albums.actions import change_album
from gallery.albums.models import Album
from gallery.photos import actions
from gallery.photos.models import Photo
from gallery.photos.states import Visibility


class Command(BaseCommand):
    help = (
        "Make every public photo and album private. For a database that was restored from an older dump: "
        "what was made private, rejected or taken down since is public in it. Owners can publish again, "
        "all at once, and what was approved needs no new review."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="do it; otherwise only say how many")

    def handle(self, *args: Any, **options: Any) -> None:
        photos = Photo.objects.filter(visibility=Visibility.PUBLIC)
        albums = Album.objects.filter(visibility=Visibility.PUBLIC)
        numbers = f"{photos.count()} public photos and {albums.count()} public albums"
        if not options["yes"]:
            self.stdout.write(f"{numbers}. Nothing was changed; --yes makes them private.")
            return
        for photo_id in photos.order_by("pk").values_list("pk", flat=True):
            actions.set_visibility(photo_id, visibility=Visibility.PRIVATE)
        for album in albums:
            change_album(album, visibility=Visibility.PRIVATE)
        self.stdout.write(f"{numbers} are private now.")
