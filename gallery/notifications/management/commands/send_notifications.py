"""Send due notification emails."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.notifications import album_words, received
from gallery.notifications.queue import queue_pending
from gallery.notifications.send import send_due


class Command(BaseCommand):
    help = "Email users about their own photos, as often as each of them chose."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = queue_pending()
        report = send_due()
        told = {"album_words": album_words.tell_owners(), "received": received.tell_owners()}
        counts = {"checked": checked} | asdict(report) | told
        self.stdout.write(", ".join(f"{name} {value}" for name, value in counts.items()))
        if report.unavailable:
            raise CommandError("The mail server is not responding. A later run will send what is due.")
