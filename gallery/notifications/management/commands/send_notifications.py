"""Send mails that are due."""

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from gallery.notifications.queue import queue_untold
from gallery.notifications.send import send_due


class Command(BaseCommand):
    help = "Tell people by mail what happened to their own photos, as often as they want to hear it."

    def handle(self, *args: Any, **options: Any) -> None:
        looked_at = queue_untold()
        report = send_due()
        counts = {"looked_at": looked_at} | asdict(report)
        self.stdout.write(", ".join(f"{name} {value}" for name, value in counts.items()))
        if report.unavailable:
            raise CommandError("The mail server does not answer. What is due is sent by a later run.")
