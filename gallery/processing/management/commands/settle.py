"""Settle photos."""

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from gallery.photos.models import Photo
from gallery.photos.states import State
from gallery.processing.settle import settle
from gallery.storage.catalogue import BATCH_SIZE, batches


class Command(BaseCommand):
    help = "Update photos from the worker's items: the given ids, or else the newest 100 awaiting."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("photo_ids", nargs="*", type=UUID, metavar="ID")

    def handle(self, *args: Any, **options: Any) -> None:
        photo_ids: list[UUID] = options["photo_ids"]
        if not photo_ids:
            awaiting = Photo.objects.filter(state=State.AWAITING).newest_first()
            photo_ids = list(awaiting.values_list("pk", flat=True)[:BATCH_SIZE])
        settled = sum(len(settle(ids)) for ids in batches(photo_ids))
        self.stdout.write(f"{settled} of {len(photo_ids)} photos settled.")
